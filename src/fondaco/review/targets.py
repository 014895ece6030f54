"""When a submission is to be answered, and what happens when it is not."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings

from fondaco.audit.actor import Actor
from fondaco.audit.recording import record
from fondaco.catalog.states import Track
from fondaco.kit import clock, deadlines
from fondaco.review import events_workbench as events
from fondaco.review.models import Submission
from fondaco.review.states import SubmissionStatus

DUE: Final = "review.due"
WAKE: Final = "review.wake"
_SATURDAY: Final = 5


def due_from(moment: datetime, track: Track) -> datetime:
    """The same time of day, as many working days later as the house aims at for this track."""
    left = int(settings.REVIEW_TARGETS[track.value])
    while left > 0:
        moment += timedelta(days=1)
        left -= moment.weekday() < _SATURDAY
    return moment


def start(submission: Submission) -> None:
    """A step: the target runs until ``due_at``."""
    deadlines.schedule(DUE, subject_id=submission.pk.hex, due_at=submission.due_at)


def pause(submission: Submission) -> None:
    """A step: the partner is asked, so the target waits. Does not save."""
    submission.waiting_since = submission.waiting_since or clock.now()
    deadlines.cancel(DUE, subject_id=submission.pk.hex)


def resume(submission: Submission) -> None:
    """A step: the partner answered; the time that they took is added to the target. Does not save."""
    if submission.waiting_since is None:
        return
    if not submission.is_overdue:
        submission.due_at += clock.now() - submission.waiting_since
        start(submission)
    submission.waiting_since = None


def stop(submission: Submission) -> None:
    """A step: it is decided or taken back, so nothing is due any more."""
    deadlines.cancel(DUE, subject_id=submission.pk.hex)
    deadlines.cancel(WAKE, subject_id=submission.pk.hex)


@deadlines.handler(DUE)
def mark_overdue(subject_id: str, due_at: datetime) -> None:
    """Marks a submission that was not answered within its target; its reviewers are told."""
    found = (
        Submission.objects.select_for_update(of=("self",))
        .select_related("version__app")
        .filter(pk=UUID(hex=subject_id), status=SubmissionStatus.OPEN, is_overdue=False, waiting_since=None)
        .first()
    )
    if found is None:
        return
    found.is_overdue = True
    found.save(update_fields=["is_overdue"])
    record(
        events.SUBMISSION_OVERDUE,
        found,
        actor=Actor.system("sweeper"),
        data={"track": found.track, "due_at": due_at.isoformat()},
        **found.audit_scope(),
    )
