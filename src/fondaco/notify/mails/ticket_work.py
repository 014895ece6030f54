"""About the work on a ticket: it was handed over, it is overdue, it is solved."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from django.utils.translation import gettext as _

from fondaco.audit.models import Event
from fondaco.audit.recording import projects
from fondaco.notify.letters import Letter, Mail
from fondaco.notify.ticket_letters import answering, load, page, recipients, subject, threading
from fondaco.support import events
from fondaco.support.models import Ticket
from fondaco.support.states import Side

_SUBJECT = "Ticket #⟨number⟩: ⟨subject⟩"
HANDED_OVER = Mail(
    "ticket_handed_over", when="a ticket is handed over to a colleague", to="that colleague", subject=_SUBJECT
)
OVERDUE = Mail(
    "ticket_overdue",
    when="a ticket got no first answer within its target",
    to="who has taken it, else everybody who answers tickets",
    subject=_SUBJECT,
)
SOLVED = {
    Side.CUSTOMER: Mail(
        "ticket_solved_customer",
        when="a customer's ticket is solved by support",
        to="the account's people who take part",
        subject=_SUBJECT,
    ),
    Side.PARTNER: Mail(
        "ticket_solved_partner",
        when="a ticket that a partner takes part in is solved by somebody else",
        to="the partner's people who take part",
        subject=_SUBJECT,
    ),
    Side.OPERATOR: Mail(
        "ticket_solved_team",
        when="who asked says that a ticket is solved",
        to="who has taken it, else everybody who answers tickets",
        subject=_SUBJECT,
    ),
}


@projects(events.TICKET_HANDED_OVER)
def queue_handed_over(event: Event, ticket: Ticket) -> None:
    if event.data["to_id"] != event.actor_id:  # who takes it from a colleague knows
        HANDED_OVER.queue(ticket.pk)


@projects(events.TICKET_OVERDUE)
def queue_overdue(event: Event, ticket: Ticket) -> None:
    OVERDUE.queue(ticket.pk)


@projects(events.TICKET_SOLVED)
def queue_solved(event: Event, ticket: Ticket) -> None:
    for side in ticket.sides:
        if side != event.data["side"]:
            SOLVED[side].queue(ticket.pk)


@HANDED_OVER.compose
def compose_handed_over(ticket_id: UUID) -> Letter | None:
    ticket = load(ticket_id)
    if ticket.taken_by is None or not ticket.is_living:
        return None
    letter = _letter(ticket, Side.OPERATOR, _("This ticket of %(company)s was handed over to you."))
    return replace(letter, to=[ticket.taken_by.email])


@OVERDUE.compose
def compose_overdue(ticket_id: UUID) -> Letter | None:
    ticket = load(ticket_id)
    if ticket.first_answered_at is not None or not ticket.is_living:
        return None
    whose = _("It is yours; hand it over if you cannot get to it.") if ticket.taken_by else _("Nobody has taken it.")
    return _letter(ticket, Side.OPERATOR, _("%(company)s waits for a first answer longer than we promise."), whose)


@SOLVED[Side.CUSTOMER].compose
def compose_for_customer(ticket_id: UUID) -> Letter | None:
    return _solved(ticket_id, Side.CUSTOMER)


@SOLVED[Side.PARTNER].compose
def compose_for_partner(ticket_id: UUID) -> Letter | None:
    return _solved(ticket_id, Side.PARTNER)


@SOLVED[Side.OPERATOR].compose
def compose_for_team(ticket_id: UUID) -> Letter | None:
    return _solved(ticket_id, Side.OPERATOR)


def _solved(ticket_id: UUID, to: Side) -> Letter | None:
    ticket = load(ticket_id)
    if not ticket.is_solved:
        return None
    closing = _("If it is not, answer this mail or write on the page: that opens it again.")
    return _letter(ticket, to, _("This ticket of %(company)s is solved."), closing)


def _letter(ticket: Ticket, to: Side, sentence: str, closing: str = "") -> Letter:
    last = ticket.messages.select_related("author").last()
    return Letter(
        to=recipients(ticket, to),
        subject=subject(ticket),
        paragraphs=[sentence % {"company": ticket.asker}, *([_("The last words in it:")] if last else [])],
        quote=last.text if last else "",
        button=(_("Open the ticket"), page(ticket, to)),
        closing=closing,
        headers=threading(ticket, to),
        **answering(ticket, to),
    )
