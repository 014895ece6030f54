"""The reviewers' library of reasons."""

from __future__ import annotations

from django.db.models import QuerySet

from fondaco.accounts.models import Operator
from fondaco.catalog.states import Track
from fondaco.kit.errors import NotFound
from fondaco.kit.ids import parse_wire
from fondaco.review.models import KeptReason
from fondaco.review.policies import check_reviews


def list_reasons(by: Operator, *, track: Track | None = None) -> QuerySet[KeptReason]:
    """All by title, or those that fit one track."""
    check_reviews(by)
    reasons = KeptReason.objects.order_by("title", "pk")
    return reasons.filter(track__in=["", track.value]) if track else reasons


def get_reason(by: Operator, reason_id: str) -> KeptReason:
    """One reason, by wire id."""
    found = parse_wire(reason_id)
    reason = list_reasons(by).filter(pk=found).first() if found else None
    if reason is None:
        raise NotFound
    return reason
