"""What was said in a ticket, to each of the other sides: it was opened, somebody answered, a partner is asked."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from django.utils.translation import gettext as _

from fondaco.audit.models import Event
from fondaco.audit.recording import projects
from fondaco.notify.letters import Letter, Mail
from fondaco.notify.ticket_letters import answering, load_message, page, recipients, subject, threading
from fondaco.support import events
from fondaco.support.labels import KINDS, PARTS, PRIORITIES
from fondaco.support.models import Ticket, TicketMessage
from fondaco.support.queries import describe
from fondaco.support.states import Side

_SUBJECT = "Ticket #⟨number⟩: ⟨subject⟩"
OPENED = Mail(
    "ticket_opened",
    when="a customer or a partner opens a ticket",
    to="everybody who answers tickets",
    subject=_SUBJECT,
)
RECEIVED = Mail("ticket_received", when="a customer or a partner opens a ticket", to="who opened it", subject=_SUBJECT)
INVOLVED = Mail(
    "ticket_partner_involved",
    when="an operator asks an app's partner to help with a customer's ticket",
    to="the partner's people who answer tickets",
    subject=_SUBJECT,
)
ANSWERED = {
    Side.CUSTOMER: Mail(
        "ticket_answered_customer",
        when="support or a partner writes in a customer's ticket",
        to="the account's people who take part",
        subject=_SUBJECT,
    ),
    Side.PARTNER: Mail(
        "ticket_answered_partner",
        when="somebody else writes in a ticket that a partner takes part in",
        to="the partner's people who take part",
        subject=_SUBJECT,
    ),
    Side.OPERATOR: Mail(
        "ticket_answered_team",
        when="a customer or a partner writes in a ticket",
        to="who has taken it, else everybody who answers tickets",
        subject=_SUBJECT,
    ),
}


@projects(events.TICKET_OPENED)
def queue_opened(event: Event, ticket: Ticket) -> None:
    message_id = UUID(event.data["message"])
    if event.data.get("is_from_us"):
        _tell_others(ticket, Side.OPERATOR, message_id)
        return
    OPENED.queue(message_id)
    RECEIVED.queue(message_id)


@projects(events.TICKET_ANSWERED, events.TICKET_REOPENED)
def queue_answered(event: Event, ticket: Ticket) -> None:
    _tell_others(ticket, event.data["side"], UUID(event.data["message"]))


@projects(events.TICKET_PARTNER_INVOLVED)
def queue_involved(event: Event, ticket: Ticket) -> None:
    message_id = UUID(event.data["message"])
    INVOLVED.queue(message_id)
    ANSWERED[Side.CUSTOMER].queue(message_id)


@OPENED.compose
def compose_opened(message_id: UUID) -> Letter:
    message = load_message(message_id)
    ticket = message.ticket
    words = {"author": message.author.name, "company": ticket.asker, "due": _moment(ticket)}
    about = [(str(PARTS[part]), "; ".join(lines)) for part, lines in describe(ticket.about).items()]
    app = [(_("App"), f"{ticket.app.name} · {ticket.app.partner.name}")] if ticket.app else []
    return _letter(
        message,
        Side.OPERATOR,
        _("%(author)s of %(company)s asks:") % words,
        facts=[(_("Kind"), str(KINDS[ticket.kind])), (_("Priority"), str(PRIORITIES[ticket.priority])), *app, *about],
        closing=_("To be answered by %(due)s.") % words,
    )


@RECEIVED.compose
def compose_received(message_id: UUID) -> Letter:
    message = load_message(message_id)
    ticket = message.ticket
    letter = _letter(
        message,
        ticket.asking_side,
        _("We have your ticket #%(number)s and aim to answer it by %(due)s. You wrote:")
        % {"number": ticket.number, "due": _moment(ticket)},
        closing=_("Something to add? Answer this mail, or write on the page."),
        is_answer=False,
    )
    return replace(letter, to=[ticket.opened_by.email])


@INVOLVED.compose
def compose_involved(message_id: UUID) -> Letter:
    message = load_message(message_id)
    ticket = message.ticket
    words = {
        "author": message.author.name,
        "company": ticket.asker,
        "app": ticket.app.name if ticket.app else "",
        "subject": ticket.subject,
    }
    return _letter(
        message,
        Side.PARTNER,
        _("%(company)s needs help with %(app)s: “%(subject)s”. %(author)s asks you:") % words,
        closing=_("The whole thread is on the page. What you answer is read by support and by the customer."),
    )


@ANSWERED[Side.CUSTOMER].compose
def compose_for_customer(message_id: UUID) -> Letter:
    return _answered(message_id, Side.CUSTOMER)


@ANSWERED[Side.PARTNER].compose
def compose_for_partner(message_id: UUID) -> Letter:
    return _answered(message_id, Side.PARTNER)


@ANSWERED[Side.OPERATOR].compose
def compose_for_team(message_id: UUID) -> Letter:
    return _answered(message_id, Side.OPERATOR)


def _tell_others(ticket: Ticket, speaker: str, message_id: UUID) -> None:
    for side in ticket.sides:
        if side != speaker:
            ANSWERED[side].queue(message_id)


def _answered(message_id: UUID, to: Side) -> Letter:
    message = load_message(message_id)
    ticket = message.ticket
    closing = (
        _("It is your turn now.")
        if ticket.waits_for(to)
        else _("Nothing waits for your answer; write one if you like.")
    )
    return _letter(message, to, _("%(author)s writes:") % {"author": message.author.name}, closing=closing)


def _letter(
    message: TicketMessage,
    to: Side,
    sentence: str,
    *,
    closing: str,
    facts: list[tuple[str, str]] | None = None,
    is_answer: bool = True,
) -> Letter:
    ticket = message.ticket
    left_out = _("attachments of the mail: %(count)d. Ask for a link instead.") % {"count": message.left_out}
    return Letter(
        to=recipients(ticket, to, but=message.author if is_answer else None),
        subject=subject(ticket),
        paragraphs=[sentence],
        quote=message.text,
        facts=[*(facts or []), *([(_("Left out"), left_out)] if message.left_out else [])],
        button=(_("Open the ticket"), page(ticket, to)),
        closing=closing,
        headers=threading(ticket, to, message),
        **answering(ticket, to),
    )


def _moment(ticket: Ticket) -> str:
    return f"{ticket.due_at:%Y-%m-%d %H:%M} UTC"
