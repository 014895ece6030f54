"""Who works on a submission: taking it, handing it over, giving it back, putting it aside."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from fondaco.accounts.models import Operator, Person
from fondaco.audit.actor import Actor
from fondaco.catalog.validation import FieldProblems
from fondaco.kit import clock, deadlines
from fondaco.kit.errors import Invalid
from fondaco.review import events_workbench as events
from fondaco.review.actions.locking import lock_open, note_down
from fondaco.review.errors import AlreadyTaken, NotSnoozed, NotTaken
from fondaco.review.models import Submission
from fondaco.review.policies import check_can_decide, reviewers_of
from fondaco.review.states import SubmissionStatus
from fondaco.review.targets import WAKE

LONGEST_SNOOZE: Final = timedelta(days=90)


def take(*, actor: Actor, by: Operator, submission: Submission) -> Submission:
    """Makes it ``by``'s work; of two at once one gets it and the other is told by whom. Twice is once."""
    with transaction.atomic(durable=True):
        check_can_decide(by, submission)
        submission = lock_open(submission)
        if submission.taken_by_id == by.pk:
            return submission
        if submission.taken_by is not None:
            raise AlreadyTaken(name=submission.taken_by.name)
        _give_to(submission, by.person)
        note_down(events.SUBMISSION_TAKEN, submission, actor=actor)
    return submission


def hand_over(*, actor: Actor, by: Operator, submission: Submission, to: UUID | None) -> Submission:
    """Gives it to another reviewer of the track, whoever had it: colleagues fall ill. ``to`` is an operator's key."""
    with transaction.atomic(durable=True):
        check_can_decide(by, submission)
        submission = lock_open(submission)
        colleague = reviewers_of(submission).filter(pk=to).first() if to else None
        if colleague is None:
            raise Invalid(fields={"to": [_("Choose a reviewer of this track who does not belong to the partner.")]})
        before = submission.taken_by.name if submission.taken_by else ""
        if submission.taken_by_id != colleague.pk:
            _give_to(submission, colleague.person)
            data = {"from": before, "to": colleague.person.name, "to_id": colleague.pk.hex}
            note_down(events.SUBMISSION_HANDED_OVER, submission, actor=actor, data=data)
    return submission


def give_back(*, actor: Actor, by: Operator, submission: Submission) -> Submission:
    """Nobody works on it any more; others may take it."""
    with transaction.atomic(durable=True):
        check_can_decide(by, submission)
        submission = lock_open(submission)
        if submission.taken_by is None:
            raise NotTaken
        data = {"from": submission.taken_by.name}
        _give_to(submission, None)
        note_down(events.SUBMISSION_GIVEN_BACK, submission, actor=actor, data=data)
    return submission


def snooze(*, actor: Actor, by: Operator, submission: Submission, until: datetime, reason: str) -> Submission:
    """Puts it aside until a moment within 90 days; its target runs on. A deadline brings it back."""
    found = FieldProblems()
    clean = found.text("reason", reason, least=1, most=300)
    now = clock.now()
    if not now < until <= now + LONGEST_SNOOZE:
        found.add("until", _("Choose a time in the future, at most 90 days from now."))
    found.raise_if_any()
    with transaction.atomic(durable=True):
        check_can_decide(by, submission)
        submission = lock_open(submission)
        submission.snoozed_until, submission.snooze_reason = until, clean
        submission.save(update_fields=["snoozed_until", "snooze_reason"])
        deadlines.schedule(WAKE, subject_id=submission.pk.hex, due_at=until)
        note_down(events.SUBMISSION_SNOOZED, submission, actor=actor, data={"until": until.isoformat()})
    return submission


def wake(*, actor: Actor, by: Operator, submission: Submission) -> Submission:
    """Brings it back into the queue before its time."""
    with transaction.atomic(durable=True):
        check_can_decide(by, submission)
        submission = lock_open(submission)
        if submission.snoozed_until is None:
            raise NotSnoozed
        bring_back(submission, actor=actor)
    return submission


def bring_back(submission: Submission, *, actor: Actor) -> None:
    """A step: no longer put aside."""
    submission.snoozed_until, submission.snooze_reason = None, ""
    submission.save(update_fields=["snoozed_until", "snooze_reason"])
    deadlines.cancel(WAKE, subject_id=submission.pk.hex)
    note_down(events.SUBMISSION_WOKEN, submission, actor=actor)


@deadlines.handler(WAKE)
def wake_up(subject_id: str, due_at: datetime) -> None:
    """Brings a submission back that was put aside until now."""
    submission = (
        Submission.objects.select_for_update(of=("self",))
        .select_related("version__app")
        .filter(pk=UUID(hex=subject_id), status=SubmissionStatus.OPEN, snoozed_until__lte=clock.now())
        .first()
    )
    if submission is not None:
        bring_back(submission, actor=Actor.system("sweeper"))


def _give_to(submission: Submission, person: Person | None) -> None:
    submission.taken_by = person
    submission.taken_at = clock.now() if person else None
    submission.save(update_fields=["taken_by", "taken_at"])
