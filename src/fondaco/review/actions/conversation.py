"""What is said: messages between reviewers and partner, on pages or by mail, and notes among reviewers."""

from __future__ import annotations

from typing import Final

from django.db import transaction

from fondaco.accounts.models import Operator, Person
from fondaco.audit.actor import Actor
from fondaco.audit.kinds import EventKind
from fondaco.audit.recording import record
from fondaco.kit.rate import check_rate
from fondaco.kit.replies import Origin
from fondaco.partners.models import Member
from fondaco.review import events_workbench as events
from fondaco.review import targets
from fondaco.review.actions.locking import clean_text, lock, lock_open, note_down
from fondaco.review.actions.taking import bring_back
from fondaco.review.errors import ConversationClosed
from fondaco.review.labels import status_label
from fondaco.review.models import InternalNote, ReviewMessage, Side, Submission
from fondaco.review.policies import check_can_answer, check_can_decide
from fondaco.review.states import SubmissionStatus

MOST: Final = 5000  # characters of one message
_OPEN_TO_WORDS: Final = frozenset({SubmissionStatus.OPEN, SubmissionStatus.REJECTED})
_LIMIT: Final = 30  # messages of one person at once, then one in two minutes
_PER: Final = 3600


def write_to_partner(
    *, actor: Actor, by: Operator, submission: Submission, text: str, origin: Origin | None = None
) -> ReviewMessage:
    """A reviewer's words to the partner, which ask for nothing; they go out by mail."""
    clean = _admit(by.person, text)
    with transaction.atomic(durable=True):
        check_can_decide(by, submission)
        submission = _lock_for_words(submission)
        message = _write(submission, by.person, Side.REVIEWER, clean, origin=origin)
        _tell(events.SUBMISSION_MESSAGED, message, actor=actor)
    return message


def ask_partner(*, actor: Actor, by: Operator, submission: Submission, text: str) -> ReviewMessage:
    """A question: the submission waits for the partner, and its target with it, until they answer."""
    clean = _admit(by.person, text)
    with transaction.atomic(durable=True):
        check_can_decide(by, submission)
        submission = lock_open(submission)
        message = _write(submission, by.person, Side.REVIEWER, clean, is_question=True)
        targets.pause(submission)
        submission.save(update_fields=["waiting_since"])
        _tell(events.SUBMISSION_QUESTIONED, message, actor=actor)
    return message


def write_to_reviewer(
    *, actor: Actor, by: Member, submission: Submission, text: str, origin: Origin | None = None
) -> ReviewMessage:
    """The partner's words to the reviewers; an open question is answered with them, and the target goes on."""
    clean = _admit(by.person, text)
    with transaction.atomic(durable=True):
        check_can_answer(by, submission)
        submission = _lock_for_words(submission)
        is_answer = submission.waits_for_partner
        message = _write(submission, by.person, Side.PARTNER, clean, origin=origin)
        if is_answer:
            targets.resume(submission)
            submission.save(update_fields=["waiting_since", "due_at"])
        if submission.is_snoozed:
            bring_back(submission, actor=actor)
        _tell(events.SUBMISSION_ANSWERED if is_answer else events.SUBMISSION_MESSAGED, message, actor=actor)
    return message


def add_note(*, actor: Actor, by: Operator, submission: Submission, text: str) -> InternalNote:
    """A word among reviewers. Its fact belongs to no partner and does not repeat the text."""
    clean = _admit(by.person, text)
    with transaction.atomic(durable=True):
        check_can_decide(by, submission)
        note = InternalNote.objects.create(submission=submission, author=by.person, text=clean)
        record(events.REVIEW_NOTE_WRITTEN, note, actor=actor, data={"submission_id": submission.pk.hex})
    return note


def _admit(person: Person, text: str) -> str:
    clean = clean_text("text", text, least=1, most=MOST)
    check_rate(f"review-message:{person.pk.hex}", limit=_LIMIT, per=_PER)
    return clean


def _lock_for_words(submission: Submission) -> Submission:
    locked = lock(submission)
    if SubmissionStatus(locked.status) not in _OPEN_TO_WORDS:
        raise ConversationClosed(status=status_label(locked.status).lower())
    return locked


def _write(
    submission: Submission,
    author: Person,
    side: Side,
    text: str,
    *,
    is_question: bool = False,
    origin: Origin | None = None,
) -> ReviewMessage:
    message = ReviewMessage(submission=submission, author=author, side=side, text=text, is_question=is_question)
    if origin is None:
        before = submission.messages.last()
        message.message_id = message.outgoing_id
        message.in_reply_to = before.message_id if before else ""
    else:
        message.message_id, message.in_reply_to = origin.message_id, origin.in_reply_to
        message.came_by_mail, message.left_out = True, origin.left_out
    message.save(force_insert=True)
    return message


def _tell(kind: EventKind, message: ReviewMessage, *, actor: Actor) -> None:
    note_down(kind, message.submission, actor=actor, data={"message": message.pk.hex, "side": message.side})
