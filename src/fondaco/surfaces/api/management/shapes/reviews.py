"""What reviewers and partners read and send about a review."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field

from fondaco.catalog.states import Track
from fondaco.review.actions import Change
from fondaco.review.labels import subject_label
from fondaco.review.models import ChangeKind, InternalNote, KeptReason, ReviewMessage, Submission
from fondaco.review.queries import Desk
from fondaco.review.queries.comparing import Grouped
from fondaco.review.queries.workbench import Said
from fondaco.review.risks import level_of
from fondaco.surfaces.api.management.shapes.apps import (
    DifferenceShape,
    FeedbackBody,
    SubmissionShape,
    VersionShape,
)
from fondaco.surfaces.api.management.shapes.fields import Body, Line, Shape, Text, WireId

Level = Literal["low", "medium", "high"]
ShownName = Literal["waiting", "free", "mine", "overdue", "second", "asked", "snoozed", "all"]
OrderName = Literal["age", "due", "risk"]


class ChangeBody(Body):
    """One thing to change: a field of the track by its name, or a check's finding by its id."""

    kind: Literal["field", "check"] = "field"
    subject: Annotated[str, Field(max_length=60)]
    text: Text


class RejectionBody(FeedbackBody):
    """What the partner has to change: in all, and one by one."""

    changes: Annotated[list[ChangeBody], Field(max_length=50)] = []

    def asked(self) -> list[Change]:
        """For the action."""
        return [Change(ChangeKind(one.kind), one.subject, one.text) for one in self.changes]


class HandOverBody(Body):
    """The reviewer who gets it: the id of their person."""

    to: WireId


class SnoozeBody(Body):
    """Until when it is put aside, and why; only reviewers read it."""

    until: Annotated[AwareDatetime, Field(strict=False)]
    reason: Line


class MessageBody(Body):
    """Words to the other side."""

    text: Text


class AskBody(MessageBody):
    """Words to the partner; a question makes the submission, and its target, wait for the answer."""

    is_question: bool = False


class KeptReasonBody(Body):
    """A reason of the library; ``track`` is empty when it fits both."""

    title: Line
    text: Text
    track: Literal["", "technical", "listing"] = ""


class ReasonChangeBody(KeptReasonBody):
    """Other words; ``revision`` is the one that you read."""

    revision: int


class ReviewAccountBody(Body):
    """Which of the platform's own accounts reviewers install in."""

    account_id: Annotated[str, Field(pattern="^[0-9a-f]{24}$")]


class RequestedChangeShape(Shape):
    """One thing to change. ``is_addressed``: a later submission brought another value of this field."""

    kind: Literal["field", "check"]
    subject: str
    name: str
    text: str
    is_addressed: bool

    @classmethod
    def of(cls, track: str, kind: str, subject: str, text: str, *, is_addressed: bool) -> RequestedChangeShape:
        name = subject_label(Track(track), kind, subject)
        return cls(
            kind="check" if kind == "check" else "field",
            subject=subject,
            name=name,
            text=text,
            is_addressed=is_addressed,
        )


class PartnerSubmissionShape(SubmissionShape):
    """A submission as its partner reads it: who acts next, since when, and what to change."""

    waits_for: Literal["reviewer", "partner", "nobody"]
    waiting_since: datetime | None
    reviewer: str | None
    requested_changes: list[RequestedChangeShape]

    @classmethod
    def of(cls, submission: Submission, place_in_queue: int | None = None) -> PartnerSubmissionShape:
        plain = SubmissionShape.of(submission, place_in_queue)
        changes = submission.changes.all()
        return cls(
            **plain.model_dump(),
            waits_for="partner" if submission.waits_for_partner else "reviewer" if submission.is_open else "nobody",
            waiting_since=submission.waiting_since,
            reviewer=submission.taken_by.name if submission.is_open and submission.taken_by else None,
            requested_changes=[
                RequestedChangeShape.of(
                    submission.track, one.kind, one.subject, one.text, is_addressed=one.addressed_in_id is not None
                )
                for one in changes
            ],
        )


class QueuedShape(SubmissionShape):
    """A submission as reviewers see it in the queue."""

    taken_by: str | None
    taken_at: datetime | None
    due_at: datetime
    is_overdue: bool
    snoozed_until: datetime | None
    snooze_reason: str
    waiting_since: datetime | None
    risk: int
    risk_level: Level
    risk_reasons: list[str]
    approvals_needed: int

    @classmethod
    def of(cls, submission: Submission, place_in_queue: int | None = None) -> QueuedShape:
        plain = SubmissionShape.of(submission, place_in_queue)
        return cls(**plain.model_dump(), **_work(submission))


class MessageShape(Shape):
    """One message of the conversation."""

    id: str
    side: Literal["reviewer", "partner"]
    author: str
    text: str
    is_question: bool
    came_by_mail: bool
    attachments_left_out: int
    created_at: datetime

    @classmethod
    def of(cls, message: ReviewMessage) -> MessageShape:
        return _message(message, message.pk.hex, message.author.name)

    @classmethod
    def said(cls, message: Said) -> MessageShape:
        return _message(message, message.id, message.author)


class NoteShape(Shape):
    """A word among reviewers."""

    id: str
    author: str
    text: str
    created_at: datetime

    @classmethod
    def of(cls, note: InternalNote) -> NoteShape:
        return cls(id=note.pk.hex, author=note.author.name, text=note.text, created_at=note.created_at)

    @classmethod
    def said(cls, note: Said) -> NoteShape:
        return cls(id=note.id, author=note.author, text=note.text, created_at=note.created_at)


class ReviewShape(QueuedShape):
    """A submission with everything to decide on.

    ``changed_since_decision`` is what is left to review after a resubmission, ``asked_before`` what was to be changed
    then; ``changed_since_approval`` compares with the last approved version.
    """

    content: VersionShape
    has_test_credentials: bool
    approvals: list[NoteShape]
    requested_changes: list[RequestedChangeShape]
    asked_before: list[RequestedChangeShape]
    changed_since_decision: list[DifferenceShape] | None
    changed_since_approval: list[DifferenceShape] | None
    messages: list[MessageShape]
    notes: list[NoteShape]
    installation_id: str | None

    @classmethod
    def on(cls, desk: Desk, place_in_queue: int) -> ReviewShape:
        submission, track = desk.submission, desk.submission.track
        changes, before = (
            [
                RequestedChangeShape.of(track, one.kind, one.subject, one.text, is_addressed=one.is_addressed)
                for one in asked
            ]
            for asked in (desk.changes, desk.asked)
        )
        return cls(
            **QueuedShape.of(submission, place_in_queue).model_dump(),
            content=VersionShape.of(submission.version),
            has_test_credentials=submission.version.technical.test_credentials is not None,
            approvals=[NoteShape.said(one) for one in desk.approvals],
            requested_changes=changes,
            asked_before=before,
            changed_since_decision=_differences(desk.since_decided) if desk.decided else None,
            changed_since_approval=_differences(desk.since_approved) if desk.approved else None,
            messages=[MessageShape.said(one) for one in desk.messages],
            notes=[NoteShape.said(one) for one in desk.notes],
            installation_id=desk.tried or None,
        )


class CredentialsShape(Shape):
    """The partner's log-in for testing. That you read it is recorded."""

    test_credentials: str


class TriedShape(Shape):
    """The installation in the reviewers' account."""

    installation_id: str
    account_id: str
    status: str


class ReasonShape(Shape):
    """A reason of the library."""

    id: str
    title: str
    text: str
    track: Literal["", "technical", "listing"]
    revision: int
    updated_by: str
    updated_at: datetime

    @classmethod
    def of(cls, reason: KeptReason) -> ReasonShape:
        names = ("title", "text", "track", "revision", "updated_by", "updated_at")
        return cls(id=reason.pk.hex, **{name: getattr(reason, name) for name in names})


class ReviewAccountShape(Shape):
    """The account in which reviewers install."""

    account_id: str
    company_name: str


def _work(submission: Submission) -> dict[str, Any]:
    return {
        "taken_by": submission.taken_by.name if submission.taken_by else None,
        "taken_at": submission.taken_at,
        "due_at": submission.due_at,
        "is_overdue": submission.is_overdue,
        "snoozed_until": submission.snoozed_until,
        "snooze_reason": submission.snooze_reason,
        "waiting_since": submission.waiting_since,
        "risk": submission.risk,
        "risk_level": level_of(submission.risk).value,
        "risk_reasons": submission.risk_reasons,
        "approvals_needed": submission.approvals_needed,
    }


def _message(message: ReviewMessage | Said, key: str, author: str) -> MessageShape:
    return MessageShape(
        id=key,
        side="partner" if message.side == "partner" else "reviewer",
        author=author,
        text=message.text,
        is_question=message.is_question,
        came_by_mail=message.came_by_mail,
        attachments_left_out=message.left_out,
        created_at=message.created_at,
    )


def _differences(grouped: Grouped) -> list[DifferenceShape]:
    return [DifferenceShape.of(difference) for _part, found in grouped for difference in found]
