"""The yes and the no. A yes may need a second person; a no says what to change."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from fondaco.accounts.models import Operator
from fondaco.audit.actor import Actor
from fondaco.audit.status import transition
from fondaco.catalog import actions as catalog
from fondaco.catalog.states import Track
from fondaco.catalog.validation import FieldProblems
from fondaco.review import events_workbench, targets
from fondaco.review.actions.locking import clean_text, lock_open, note_down
from fondaco.review.errors import FeedbackRequired, SecondOpinionNeeded
from fondaco.review.gate import check_can_approve, find_blocking
from fondaco.review.labels import subjects_of
from fondaco.review.models import Approval, ChangeKind, RequestedChange, Submission
from fondaco.review.policies import check_can_decide
from fondaco.review.states import SubmissionStatus

MOST_CHANGES: Final = 50
_CHECK_ID: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}")


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that the partner is to mend: a field by its name, or a check's finding by its id."""

    kind: ChangeKind
    subject: str
    text: str


def approve(*, actor: Actor, by: Operator, submission: Submission, comment: str = "") -> Submission:
    """The track passed; ``comment`` goes to the partner. An approved listing of an available version is advertised.

    Where two must agree, the first approval is kept and the submission stays open for another person. What is
    returned shows the true state. Raises ``ChecksRunning`` or ``FindingsBlock`` while the checks of this content stand
    in the way.
    """
    clean = clean_text("feedback", comment, most=5000)
    with transaction.atomic(durable=True):
        check_can_decide(by, submission)
        submission = lock_open(submission)
        check_can_approve(submission)
        given = list(submission.approvals.all())
        if any(approval.person_id == by.pk for approval in given):
            raise SecondOpinionNeeded
        given.append(Approval.objects.create(submission=submission, person=by.person, comment=clean))
        if len(given) < submission.approvals_needed:
            _ask_for_another(submission, actor=actor, by=by)
            return submission
        words = "\n\n".join(approval.comment for approval in given if approval.comment)[:5000]
        _decide(submission, SubmissionStatus.APPROVED, actor=actor, by=by, feedback=words)
        catalog.approve_track(actor=actor, version=submission.version, track=Track(submission.track))
    return submission


def reject(
    *, actor: Actor, by: Operator, submission: Submission, feedback: str, changes: Sequence[Change] = ()
) -> Submission:
    """The track goes back to the partner with ``feedback``, which is required, and what to change, one by one.

    What the checks found and what blocks is asked for in any case, in the check's words where the reviewer has none.
    """
    clean = clean_text("feedback", feedback, most=5000)
    if not clean:
        raise FeedbackRequired(fields={"feedback": [_("Say what has to change, so that the next try can pass.")]})
    asked = _clean_changes(Track(submission.track), changes)
    with transaction.atomic(durable=True):
        check_can_decide(by, submission)
        submission = lock_open(submission)
        asked += _of_findings(submission, {one.subject for one in asked if one.kind == ChangeKind.CHECK})
        RequestedChange.objects.bulk_create(
            RequestedChange(
                submission=submission, kind=one.kind.value, subject=one.subject, text=one.text, position=position
            )
            for position, one in enumerate(asked)
        )
        _decide(submission, SubmissionStatus.REJECTED, actor=actor, by=by, feedback=clean)
        catalog.reject_track(actor=actor, version=submission.version, track=Track(submission.track), feedback=clean)
    return submission


def _of_findings(submission: Submission, named: set[str]) -> list[Change]:
    return [
        Change(ChangeKind.CHECK, result.check_id, (result.mend or result.found)[:2000])
        for result in find_blocking(submission)
        if result.check_id not in named
    ]


def _decide(submission: Submission, to: SubmissionStatus, *, actor: Actor, by: Operator, feedback: str) -> None:
    facts = {"track": submission.track, "version_id": submission.version_id.hex}
    fields = {"decided_by": by.person, "feedback": feedback, "snoozed_until": None, "waiting_since": None}
    transition(submission, to, actor=actor, reason=feedback, data=facts, fields=fields)
    targets.stop(submission)


def _ask_for_another(submission: Submission, *, actor: Actor, by: Operator) -> None:
    """Free to take again, for somebody else."""
    if submission.taken_by_id == by.pk:
        submission.taken_by = submission.taken_at = None
        submission.save(update_fields=["taken_by", "taken_at"])
    note_down(events_workbench.SUBMISSION_AGREED, submission, actor=actor)


def _clean_changes(track: Track, changes: Sequence[Change]) -> list[Change]:
    """Each names something of this track and says what to do; errors are for ``changes.0.text`` and so on."""
    found, known, clean = FieldProblems(), subjects_of(track), []
    if len(changes) > MOST_CHANGES:
        found.add("changes", _("Ask for at most %(most)d changes at once.") % {"most": MOST_CHANGES})
    for number, change in enumerate(changes[:MOST_CHANGES]):
        if change.kind == ChangeKind.FIELD and change.subject not in known:
            found.add(f"changes.{number}.subject", _("There is no such field on this track."))
        elif change.kind == ChangeKind.CHECK and not _CHECK_ID.fullmatch(change.subject):
            found.add(f"changes.{number}.subject", _("This is not the id of a check."))
        text = found.text(f"changes.{number}.text", change.text, least=1, most=2000, lines=True)
        clean.append(Change(change.kind, change.subject, text))
    found.raise_if_any()
    return clean
