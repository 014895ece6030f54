"""States of a submission, and of a run of checks."""

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


class SampleStatus(StrEnum):
    OPEN = "open"
    FINE = "fine"
    PROBLEM = "problem"


SAMPLE: Final = Machine(
    name="sample",
    states=SampleStatus,
    initial=SampleStatus.OPEN,
    table={
        SampleStatus.OPEN: frozenset({SampleStatus.FINE, SampleStatus.PROBLEM}),
        SampleStatus.FINE: frozenset(),
        SampleStatus.PROBLEM: frozenset(),
    },
    events={SampleStatus.FINE: events.SAMPLE_PASSED, SampleStatus.PROBLEM: events.SAMPLE_REPORTED},
)


class RunStatus(StrEnum):
    RUNNING = "running"
    FINISHED = "finished"
    ABANDONED = "abandoned"  # it came to no end, or what it looked at was changed


CHECK_RUN: Final = Machine(
    name="check run",
    states=RunStatus,
    initial=RunStatus.RUNNING,
    table={
        RunStatus.RUNNING: frozenset({RunStatus.FINISHED, RunStatus.ABANDONED}),
        RunStatus.FINISHED: frozenset(),
        RunStatus.ABANDONED: frozenset(),
    },
    events={
        RunStatus.FINISHED: events.CHECK_RUN_FINISHED,
        RunStatus.ABANDONED: events.CHECK_RUN_ABANDONED,
    },
)


class Outcome(StrEnum):
    """What a check came to."""

    PASSED = "passed"
    FOUND = "found"
    SKIPPED = "skipped"  # there is nothing for it to look at
    FAILED_TO_RUN = "failed-to-run"  # our fault, or out of time; it says nothing about the app


class RunReason(StrEnum):
    """Why checks were run."""

    PARTNER = "partner"  # somebody of the partner asked
    SUBMISSION = "submission"
    REVIEWER = "reviewer"
    WATCH = "watch"  # over live apps, of the network checks alone


class PolicyOutcome(StrEnum):
    """What the policy for trusted partners said about a submission."""

    APPROVED = "approved"
    SAMPLED = "sampled"  # it could have passed, and a person looks all the same
    DECLINED = "declined"  # a person must look
