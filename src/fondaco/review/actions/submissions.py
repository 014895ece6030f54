"""Submitting a track for review, and deciding on it."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from fondaco.accounts.models import Operator
from fondaco.audit.actor import Actor
from fondaco.audit.recording import record
from fondaco.audit.status import transition
from fondaco.catalog import actions as catalog
from fondaco.catalog.models import Version
from fondaco.catalog.states import Track
from fondaco.catalog.validation import FieldProblems
from fondaco.kit.errors import NotFound
from fondaco.partners.models import Member
from fondaco.review import events
from fondaco.review.actions.checks import start_run
from fondaco.review.errors import AlreadyDecided, FeedbackRequired
from fondaco.review.gate import check_can_approve, check_can_submit
from fondaco.review.labels import status_label
from fondaco.review.models import Submission
from fondaco.review.policies import check_can_decide
from fondaco.review.states import RunReason, SubmissionStatus


def submit(*, actor: Actor, by: Member, version: Version, track: Track, note: str = "") -> Submission:
    """Puts one track of a version into the queue and locks it; ``note`` is read by the reviewer.

    Its checks start with it. Raises the catalog's ``ContentIncomplete`` with every missing field, ``ContentLocked``,
    or ``FindingsBlock`` when the latest checks of exactly this content found what blocks.
    """
    clean = _text("note", note, most=2000)
    with transaction.atomic(durable=True):
        version = catalog.submit_track(actor=actor, by=by, version=version, track=track)
        check_can_submit(version, track)
        submission = Submission.objects.create(version=version, track=track.value, submitted_by=by.person, note=clean)
        record(
            events.SUBMISSION_OPENED,
            submission,
            actor=actor,
            data={"track": track.value, "version_id": version.pk.hex},
            **submission.audit_scope(),
        )
        start_run(actor=actor, version=version, why=RunReason.SUBMISSION, by=by.person, submission=submission)
    return submission


def withdraw(*, actor: Actor, by: Member, submission: Submission) -> Submission:
    """Takes a submission back before it is decided; the content is a draft again."""
    with transaction.atomic(durable=True):
        if submission.version.app.partner_id != by.partner_id:
            raise NotFound
        submission = _lock(submission)
        track = Track(submission.track)
        catalog.withdraw_track(actor=actor, by=by, version=submission.version, track=track)
        transition(submission, SubmissionStatus.WITHDRAWN, actor=actor)
    return submission


def approve(*, actor: Actor, by: Operator, submission: Submission, comment: str = "") -> Submission:
    """The track passed; ``comment`` goes to the partner. An approved listing of an available version is advertised.

    Raises ``ChecksRunning`` or ``FindingsBlock`` while the checks of this content stand in the way.
    """
    clean = _text("feedback", comment, most=5000)
    with transaction.atomic(durable=True):
        submission = _decide(by, submission, feedback=clean)
        check_can_approve(submission)
        transition(submission, SubmissionStatus.APPROVED, actor=actor, reason=clean, data=_facts(submission))
        catalog.approve_track(actor=actor, version=submission.version, track=Track(submission.track))
    return submission


def reject(*, actor: Actor, by: Operator, submission: Submission, feedback: str) -> Submission:
    """The track goes back to the partner with ``feedback``, which is required."""
    clean = _text("feedback", feedback, most=5000)
    if not clean:
        raise FeedbackRequired(fields={"feedback": [_("Say what has to change, so that the next try can pass.")]})
    with transaction.atomic(durable=True):
        submission = _decide(by, submission, feedback=clean)
        transition(submission, SubmissionStatus.REJECTED, actor=actor, reason=clean, data=_facts(submission))
        catalog.reject_track(actor=actor, version=submission.version, track=Track(submission.track), feedback=clean)
    return submission


def _decide(by: Operator, submission: Submission, *, feedback: str) -> Submission:
    """Locks the submission and notes who decides; of two reviewers at once the slower one is told (T25)."""
    check_can_decide(by, submission)
    submission = _lock(submission)
    submission.decided_by = by.person
    submission.feedback = feedback
    submission.save(update_fields=["decided_by", "feedback"])
    return submission


def _lock(submission: Submission) -> Submission:
    locked = (
        Submission.objects.select_for_update(of=("self",))
        .select_related("version__app__partner", "submitted_by", "decided_by")
        .get(pk=submission.pk)
    )
    if locked.status != SubmissionStatus.OPEN:
        name = locked.decider or locked.submitted_by.name
        raise AlreadyDecided(name=name, status=status_label(locked.status).lower())
    return locked


def _facts(submission: Submission) -> dict[str, str]:
    return {"track": submission.track, "version_id": submission.version_id.hex}


def _text(field: str, value: str, *, most: int) -> str:
    found = FieldProblems()
    clean = found.text(field, value, most=most, lines=True)
    found.raise_if_any()
    return clean
