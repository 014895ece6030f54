"""Who works on a ticket, and how much it hurries."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from fondaco.accounts.models import Operator
from fondaco.audit.actor import Actor
from fondaco.kit.errors import Invalid
from fondaco.support import events, targets
from fondaco.support.actions.steps import lock_living, note_down
from fondaco.support.errors import TicketNotTaken, TicketTaken
from fondaco.support.models import Ticket
from fondaco.support.policies import check_can_answer, supporters
from fondaco.support.states import Priority


def take(*, actor: Actor, by: Operator, ticket: Ticket) -> Ticket:
    """Makes it ``by``'s work; of two at once one gets it and the other is told by whom. Twice is once."""
    with transaction.atomic(durable=True):
        check_can_answer(by)
        ticket = lock_living(ticket)
        if ticket.taken_by_id == by.pk:
            return ticket
        if ticket.taken_by is not None:
            raise TicketTaken(name=ticket.taken_by.name, number=ticket.number)
        _give_to(ticket, by)
        note_down(events.TICKET_TAKEN, ticket, actor=actor)
    return ticket


def hand_over(*, actor: Actor, by: Operator, ticket: Ticket, to: UUID | None) -> Ticket:
    """Gives it to another operator who supports accounts, whoever had it. ``to`` is an operator's key."""
    with transaction.atomic(durable=True):
        check_can_answer(by)
        ticket = lock_living(ticket)
        colleague = supporters().filter(pk=to).first() if to else None
        if colleague is None:
            raise Invalid(fields={"to": [_("Choose a colleague who answers tickets.")]})
        if ticket.taken_by_id == colleague.pk:
            return ticket
        before = ticket.taken_by.name if ticket.taken_by else ""
        _give_to(ticket, colleague)
        data = {"from": before, "to": colleague.person.name, "to_id": colleague.pk.hex}
        note_down(events.TICKET_HANDED_OVER, ticket, actor=actor, data=data)
    return ticket


def give_back(*, actor: Actor, by: Operator, ticket: Ticket) -> Ticket:
    """Nobody works on it any more; others may take it."""
    with transaction.atomic(durable=True):
        check_can_answer(by)
        ticket = lock_living(ticket)
        if ticket.taken_by is None:
            raise TicketNotTaken(number=ticket.number)
        data = {"from": ticket.taken_by.name}
        _give_to(ticket, None)
        note_down(events.TICKET_GIVEN_BACK, ticket, actor=actor, data=data)
    return ticket


def change_priority(*, actor: Actor, by: Operator, ticket: Ticket, priority: Priority) -> Ticket:
    """More or less hurry. Until the first answer its target moves along, counted from when the ticket came in."""
    with transaction.atomic(durable=True):
        check_can_answer(by)
        ticket = lock_living(ticket)
        if ticket.priority == priority:
            return ticket
        before, ticket.priority = ticket.priority, priority.value
        if ticket.first_answered_at is None and not ticket.is_overdue:
            ticket.due_at = targets.due_from(ticket.created_at, priority)
            targets.start(ticket)
        ticket.save(update_fields=["priority", "due_at"])
        note_down(events.TICKET_PRIORITY_CHANGED, ticket, actor=actor, data={"from": before, "to": priority.value})
    return ticket


def _give_to(ticket: Ticket, operator: Operator | None) -> None:
    ticket.taken_by = operator.person if operator else None
    ticket.save(update_fields=["taken_by"])
