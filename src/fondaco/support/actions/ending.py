"""Saying that a ticket is solved."""

from __future__ import annotations

from django.db import transaction

from fondaco.accounts.models import Operator
from fondaco.audit.actor import Actor
from fondaco.audit.status import transition
from fondaco.support import targets
from fondaco.support.actions.steps import add_message, admit_words, lock
from fondaco.support.errors import TicketAlreadySolved, TicketClosed
from fondaco.support.models import Ticket
from fondaco.support.policies import Asker, check_can_solve, side_of
from fondaco.support.states import TicketStatus


def solve(*, actor: Actor, by: Asker | Operator, ticket: Ticket, text: str = "") -> Ticket:
    """Ends a ticket, by us or by the side that asked, with last words or without.

    Whoever takes part may open it again by writing in it, until it is closed for good after ``TICKET_CLOSES_AFTER``.
    """
    clean = admit_words(by, text, least=0)
    with transaction.atomic(durable=True):
        check_can_solve(by, ticket)
        ticket = lock(ticket)
        if ticket.is_closed:
            raise TicketClosed(number=ticket.number)
        if ticket.is_solved:
            raise TicketAlreadySolved(number=ticket.number)
        message = add_message(ticket, by.person, side_of(by), clean) if clean else None
        targets.meet(ticket)
        ticket.save(update_fields=["first_answered_at"])
        targets.let_close(ticket)
        data = {"side": side_of(by).value, "message": message.pk.hex if message else ""}
        transition(ticket, TicketStatus.SOLVED, actor=actor, data=data)
    return ticket
