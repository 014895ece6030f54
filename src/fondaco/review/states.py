"""States of a submission."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from fondaco.audit.status import Machine
from fondaco.review import events


class SubmissionStatus(StrEnum):
    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


SUBMISSION: Final = Machine(
    name="submission",
    states=SubmissionStatus,
    initial=SubmissionStatus.OPEN,
    table={
        SubmissionStatus.OPEN: frozenset(
            {SubmissionStatus.APPROVED, SubmissionStatus.REJECTED, SubmissionStatus.WITHDRAWN}
        ),
        SubmissionStatus.APPROVED: frozenset(),
        SubmissionStatus.REJECTED: frozenset(),
        SubmissionStatus.WITHDRAWN: frozenset(),
    },
    events={
        SubmissionStatus.APPROVED: events.SUBMISSION_APPROVED,
        SubmissionStatus.REJECTED: events.SUBMISSION_REJECTED,
        SubmissionStatus.WITHDRAWN: events.SUBMISSION_WITHDRAWN,
    },
)


class PolicyOutcome(StrEnum):
    """What the policy for trusted partners said about a submission."""

    APPROVED = "approved"
    SAMPLED = "sampled"  # it could have passed, and a person looks all the same
    DECLINED = "declined"  # a person must look
