"""Who is trusted, and what the policy decided."""

from __future__ import annotations

from fondaco.accounts.models import Operator
from fondaco.accounts.permissions import Permission
from fondaco.accounts.policies import check_operator_can
from fondaco.partners.models import Partner
from fondaco.review.models import PolicyDecision, Trust


def find_trust(by: Operator, partner: Partner) -> Trust | None:
    """The trust in a partner that is in force."""
    check_operator_can(by, Permission.OPERATOR_VIEW)
    trust = Trust.objects.filter(partner=partner, withdrawn_at=None).select_related("given_by").first()
    return trust if trust is not None and trust.is_in_force else None


def list_policy_decisions(by: Operator, partner: Partner, *, limit: int = 20) -> list[PolicyDecision]:
    """The latest things that the policy said about a partner's submissions."""
    check_operator_can(by, Permission.OPERATOR_VIEW)
    found = PolicyDecision.objects.filter(trust__partner=partner).select_related(
        "submission__version__app", "submission__sample"
    )
    return list(found.order_by("-created_at", "-pk")[:limit])
