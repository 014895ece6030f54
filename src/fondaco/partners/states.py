"""States of a request to become a partner."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from fondaco.audit.status import Machine
from fondaco.partners import events


class ApplicationStatus(StrEnum):
    UNVERIFIED = "unverified"  # the address is not proven yet; operators do not see it
    PENDING = "pending"  # the operator is to act
    QUESTIONED = "questioned"  # the applicant is to answer
    APPROVED = "approved"
    REJECTED = "rejected"


APPLICATION: Final = Machine(
    name="partner application",
    states=ApplicationStatus,
    initial=ApplicationStatus.UNVERIFIED,
    table={
        ApplicationStatus.UNVERIFIED: frozenset({ApplicationStatus.PENDING}),
        ApplicationStatus.PENDING: frozenset(
            {ApplicationStatus.QUESTIONED, ApplicationStatus.APPROVED, ApplicationStatus.REJECTED}
        ),
        ApplicationStatus.QUESTIONED: frozenset(
            {ApplicationStatus.PENDING, ApplicationStatus.APPROVED, ApplicationStatus.REJECTED}
        ),
        ApplicationStatus.APPROVED: frozenset(),
        ApplicationStatus.REJECTED: frozenset(),
    },
    # ``pending`` is entered by two different facts (verified, answered), so the actions record those themselves.
    events={
        ApplicationStatus.QUESTIONED: events.APPLICATION_QUESTIONED,
        ApplicationStatus.APPROVED: events.APPLICATION_APPROVED,
        ApplicationStatus.REJECTED: events.APPLICATION_REJECTED,
    },
)
