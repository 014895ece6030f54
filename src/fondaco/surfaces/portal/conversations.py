"""What the partner's pages show of a review: what to change, and what was said."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.utils.translation import gettext as _

from fondaco.catalog.policies import EDIT_PERMISSION
from fondaco.catalog.states import Track
from fondaco.partners.models import Member
from fondaco.review.labels import subject_label
from fondaco.review.models import ChangeKind, RequestedChange, ReviewMessage, Submission
from fondaco.review.states import SubmissionStatus


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing to change, in words."""

    name: str
    subject: str
    text: str
    is_addressed: bool
    is_field: bool


@dataclass(frozen=True, slots=True)
class Thread:
    """The conversation about one submission; ``can_answer`` is whether the reader may write in it."""

    submission: Submission
    messages: tuple[ReviewMessage, ...]
    is_asked: bool
    can_answer: bool


def asked_of(submission: Submission) -> tuple[Asked, ...]:
    """What a rejection asks for, in the reviewer's order; no query when the changes are loaded."""
    track = Track(submission.track)
    return tuple(_words(track, change) for change in submission.changes.all())


def thread_of(submission: Submission, by: Member) -> Thread:
    """What was said about a submission; no query when the messages are loaded."""
    may_speak = by.can(EDIT_PERMISSION[Track(submission.track)])
    is_current = submission.status in {SubmissionStatus.OPEN, SubmissionStatus.REJECTED}
    return Thread(
        submission=submission,
        messages=tuple(submission.messages.all()),
        is_asked=submission.waits_for_partner,
        can_answer=may_speak and is_current,
    )


def show_beside(form: forms.Form, asked: tuple[Asked, ...]) -> list[Asked]:
    """Puts what is asked for beside the field that it is about; returns what is about no field of this form."""
    elsewhere = []
    for one in asked:
        if one.is_field and one.subject in form.fields:
            field = form.fields[one.subject]
            before: list[str] = getattr(field, "asked", [])
            field.asked = [*before, one.text]  # type: ignore[attr-defined]  # read by the field's macro
        else:
            elsewhere.append(one)
    return elsewhere


def latest_asked(submissions: list[Submission], track: Track) -> tuple[Asked, ...]:
    """What the last decision on a track asks for, when it was a rejection."""
    decided = next((one for one in submissions if one.track == track and one.decided_by_id), None)
    return asked_of(decided) if decided and decided.status == SubmissionStatus.REJECTED else ()


def _words(track: Track, change: RequestedChange) -> Asked:
    return Asked(
        name=subject_label(track, change.kind, change.subject) or _("In all"),
        subject=change.subject,
        text=change.text,
        is_addressed=change.addressed_in_id is not None,
        is_field=change.kind == ChangeKind.FIELD,
    )
