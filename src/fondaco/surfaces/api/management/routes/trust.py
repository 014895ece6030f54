"""Trusting a partner: its listing changes without new claims pass by policy."""

from __future__ import annotations

from fondaco.accounts.permissions import Permission
from fondaco.partners.queries import get_partner
from fondaco.review import actions
from fondaco.review.queries import find_trust, list_policy_decisions
from fondaco.surfaces.api.management.door import Place, Request, Routes
from fondaco.surfaces.api.management.shapes.trust import TrustBody, TrustShape, WithdrawTrustBody

routes = Routes("Operator: trust", Place.OPERATOR)


@routes.reads("/operator/partners/{partner_id}/trust", TrustShape, Permission.OPERATOR_PARTNERS)
def get_partner_trust(request: Request, partner_id: str) -> TrustShape:
    """Whether a partner is trusted, and the latest things that the policy said."""
    return _show(request, partner_id)


@routes.does("/operator/partners/{partner_id}/trust", TrustShape, Permission.OPERATOR_PARTNERS)
def trust_partner(request: Request, partner_id: str, body: TrustBody) -> TrustShape:
    """Lets a partner's listing changes without new claims pass by policy; again, it takes the place of the old word."""
    by = request.caller.operator
    partner = get_partner(by, partner_id)
    actions.trust_partner(actor=request.caller.actor, by=by, partner=partner, reason=body.reason, until=body.until)
    return _show(request, partner_id)


@routes.does("/operator/partners/{partner_id}/trust/withdraw", TrustShape, Permission.OPERATOR_PARTNERS)
def withdraw_partner_trust(request: Request, partner_id: str, body: WithdrawTrustBody) -> TrustShape:
    """From now on people look at everything of this partner again."""
    by = request.caller.operator
    partner = get_partner(by, partner_id)
    actions.withdraw_trust(actor=request.caller.actor, by=by, partner=partner, reason=body.reason)
    return _show(request, partner_id)


def _show(request: Request, partner_id: str) -> TrustShape:
    by = request.caller.operator
    partner = get_partner(by, partner_id)
    return TrustShape.of(find_trust(by, partner), list_policy_decisions(by, partner))
