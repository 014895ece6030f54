"""What was said about a submission, to the other side: a question, an answer, or simply a message. Answers thread."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from fondaco.audit.models import Event
from fondaco.audit.recording import projects
from fondaco.notify.letters import Letter, Mail
from fondaco.notify.recipients import reviewers, submitters
from fondaco.notify.review_letters import answering, desk, names, portal_page, threading
from fondaco.review import events_workbench as events
from fondaco.review.models import ReviewMessage, Side, Submission

_SUBJECT = "⟨version⟩: about the ⟨track⟩ content"
QUESTION = Mail(
    "submission_questioned",
    when="a reviewer asks the partner something",
    to="the partner's people who edit that track",
    subject=_SUBJECT,
)
ANSWER = Mail(
    "submission_answered",
    when="the partner answers a question",
    to="who has taken the submission, else the reviewers of that track",
    subject=_SUBJECT,
)
MESSAGE = Mail(
    "submission_messaged",
    when="reviewer or partner writes about a submission without a question being open",
    to="the other side",
    subject=_SUBJECT,
)


@projects(events.SUBMISSION_QUESTIONED)
def queue_question(event: Event, submission: Submission) -> None:
    QUESTION.queue(UUID(event.data["message"]))


@projects(events.SUBMISSION_ANSWERED)
def queue_answer(event: Event, submission: Submission) -> None:
    ANSWER.queue(UUID(event.data["message"]))


@projects(events.SUBMISSION_MESSAGED)
def queue_message(event: Event, submission: Submission) -> None:
    MESSAGE.queue(UUID(event.data["message"]))


@QUESTION.compose
def compose_question(message_id: UUID) -> Letter:
    return _letter(
        _load(message_id),
        _("%(author)s reviews the %(track)s content of %(version)s and asks:"),
        _("The review waits for your answer, and so does its target."),
    )


@ANSWER.compose
def compose_answer(message_id: UUID) -> Letter:
    return _letter(
        _load(message_id),
        _("%(author)s answered about the %(track)s content of %(version)s:"),
        _("It is back in the queue."),
    )


@MESSAGE.compose
def compose_message(message_id: UUID) -> Letter:
    return _letter(
        _load(message_id),
        _("%(author)s writes about the %(track)s content of %(version)s:"),
        _("Nothing waits for an answer; write one if you like."),
    )


def _load(message_id: UUID) -> ReviewMessage:
    found = ReviewMessage.objects.select_related("author", "submission__version__app__partner", "submission__taken_by")
    return found.get(pk=message_id)


def _letter(message: ReviewMessage, sentence: str, closing: str) -> Letter:
    submission, to = message.submission, Side(message.side).other
    words = {**names(submission), "author": message.author.name}
    is_for_partner = to == Side.PARTNER
    return Letter(
        to=submitters(submission) if is_for_partner else reviewers(submission),
        subject=_("%(version)s: about the %(track)s content") % words,  # the same all along: it is one thread
        paragraphs=[sentence % words],
        quote=message.text,
        facts=[(_("Left out"), _attachments(message.left_out))] if message.left_out else [],
        button=(
            _("Answer"),
            portal_page(submission, "#conversation") if is_for_partner else desk(submission, "#conversation"),
        ),
        closing=closing,
        headers=threading(message),
        **answering(submission, to),
    )


def _attachments(count: int) -> str:
    return _("attachments of the mail: %(count)d. Ask for a link instead.") % {"count": count}
