"""Trust in a partner, and what the policy decided because of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from fondaco.review.models import PolicyDecision, Trust
from fondaco.surfaces.api.management.shapes.fields import Body, Shape


class TrustBody(Body):
    """Why, and the last day on which it counts."""

    reason: str
    until: Annotated[date, Field(strict=False)]


class WithdrawTrustBody(Body):
    """Why not any more."""

    reason: str


class PolicyDecisionShape(Shape):
    """What the policy said about one submission: approved, sampled or declined, with its objections."""

    submission_id: str
    version: str
    outcome: str
    objections: list[str]
    created_at: datetime

    @classmethod
    def of(cls, decision: PolicyDecision) -> PolicyDecisionShape:
        return cls(
            submission_id=decision.pk.hex,
            version=str(decision.submission.version),
            outcome=decision.outcome,
            objections=decision.objections,
            created_at=decision.created_at,
        )


class TrustShape(Shape):
    """The trust in force, all null without one."""

    is_trusted: bool
    reason: str | None
    until: datetime | None
    given_by: str | None
    given_at: datetime | None
    decisions: list[PolicyDecisionShape]

    @classmethod
    def of(cls, trust: Trust | None, decisions: list[PolicyDecision]) -> TrustShape:
        return cls(
            is_trusted=trust is not None,
            reason=trust.reason if trust else None,
            until=trust.until if trust else None,
            given_by=trust.given_by.name if trust else None,
            given_at=trust.given_at if trust else None,
            decisions=[PolicyDecisionShape.of(decision) for decision in decisions],
        )
