"""Submitting a track for review, and taking it back."""

from __future__ import annotations

from django.db import transaction

from fondaco.audit.actor import Actor
from fondaco.audit.status import transition
from fondaco.catalog import actions as catalog
from fondaco.catalog.models import Version
from fondaco.catalog.states import Track
from fondaco.kit import clock
from fondaco.kit.errors import NotFound
from fondaco.partners.models import Member
from fondaco.review import events, targets
from fondaco.review.actions.checks import start_run
from fondaco.review.actions.locking import clean_text, lock_open, note_down
from fondaco.review.gate import check_can_submit
from fondaco.review.models import ChangeKind, RequestedChange, Submission
from fondaco.review.risks import assess
from fondaco.review.snapshots import changed_fields, take_snapshot
from fondaco.review.states import RunReason, SubmissionStatus


def submit(*, actor: Actor, by: Member, version: Version, track: Track, note: str = "") -> Submission:
    """Puts one track of a version into the queue and locks it; ``note`` is read by the reviewer.

    Its checks start with it, its risk and how many must approve are judged now, and its target begins. Raises the
    catalog's ``ContentIncomplete`` with every missing field, ``ContentLocked``, or ``FindingsBlock`` when the latest
    checks of exactly this content found what blocks.
    """
    clean = clean_text("note", note, most=2000)
    with transaction.atomic(durable=True):
        version = catalog.submit_track(actor=actor, by=by, version=version, track=track)
        check_can_submit(version, track)
        content = take_snapshot(version, track)
        assessment = assess(version, track, content)
        submission = Submission.objects.create(
            version=version,
            track=track.value,
            submitted_by=by.person,
            note=clean,
            content=content,
            risk=assessment.score,
            risk_reasons=[reason.value for reason in assessment.reasons],
            approvals_needed=assessment.approvals_needed,
            due_at=targets.due_from(clock.now(), track),
        )
        targets.start(submission)
        _note_what_was_addressed(submission)
        note_down(events.SUBMISSION_OPENED, submission, actor=actor, data={"risk": submission.risk})
        start_run(actor=actor, version=version, why=RunReason.SUBMISSION, by=by.person, submission=submission)
    return submission


def withdraw(*, actor: Actor, by: Member, submission: Submission) -> Submission:
    """Takes a submission back before it is decided; the content is a draft again."""
    with transaction.atomic(durable=True):
        if submission.version.app.partner_id != by.partner_id:
            raise NotFound
        submission = lock_open(submission)
        track = Track(submission.track)
        catalog.withdraw_track(actor=actor, by=by, version=submission.version, track=track)
        transition(submission, SubmissionStatus.WITHDRAWN, actor=actor)
        targets.stop(submission)
    return submission


def _note_what_was_addressed(submission: Submission) -> None:
    """Fields that the last rejection named and that differ now are marked; whether well is for the reviewer to say."""
    rejected = (
        Submission.objects.filter(
            version_id=submission.version_id, track=submission.track, status=SubmissionStatus.REJECTED
        )
        .order_by("-status_changed_at")
        .first()
    )
    if rejected is not None and rejected.content:
        changed = changed_fields(rejected.content, submission.content, Track(submission.track))
        asked = RequestedChange.objects.filter(submission=rejected, kind=ChangeKind.FIELD, addressed_in=None)
        asked.filter(subject__in=changed).update(addressed_in=submission)
