"""When a ticket is to be answered for the first time, and what happens when it is not; when a solved one closes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings

from fondaco.audit.actor import Actor
from fondaco.audit.recording import record
from fondaco.audit.status import transition
from fondaco.kit import clock, deadlines
from fondaco.support import events
from fondaco.support.models import Ticket
from fondaco.support.states import LIVING, Priority, TicketStatus

DUE: Final = "ticket.due"
CLOSES: Final = "ticket.closes"


def due_from(moment: datetime, priority: Priority) -> datetime:
    """Until when a ticket that came in at ``moment`` is to be answered."""
    return moment + timedelta(hours=int(settings.TICKET_FIRST_ANSWER_HOURS[priority.value]))


def start(ticket: Ticket) -> None:
    """A step: the target runs until ``due_at``."""
    deadlines.schedule(DUE, subject_id=ticket.pk.hex, due_at=ticket.due_at)


def meet(ticket: Ticket) -> None:
    """A step: it was answered, so nothing is due any more. Does not save."""
    if ticket.first_answered_at is None:
        ticket.first_answered_at = clock.now()
        deadlines.cancel(DUE, subject_id=ticket.pk.hex)


def let_close(ticket: Ticket) -> None:
    """A step: it is solved, and closes unless somebody writes in it before."""
    deadlines.schedule(CLOSES, subject_id=ticket.pk.hex, due_at=clock.now() + settings.TICKET_CLOSES_AFTER)


def keep_open(ticket: Ticket) -> None:
    """A step: it was opened again."""
    deadlines.cancel(CLOSES, subject_id=ticket.pk.hex)


@deadlines.handler(DUE)
def mark_overdue(subject_id: str, due_at: datetime) -> None:
    """Marks a ticket that got no first answer within its target; the team is told."""
    found = Ticket.objects.select_for_update().filter(
        pk=UUID(hex=subject_id), status__in=LIVING, first_answered_at=None, is_overdue=False
    )
    ticket = found.first()
    if ticket is None:
        return
    ticket.is_overdue = True
    ticket.save(update_fields=["is_overdue"])
    data = {"due_at": due_at.isoformat(), "priority": ticket.priority}
    record(events.TICKET_OVERDUE, ticket, actor=Actor.system("sweeper"), data=data, **ticket.audit_scope())


@deadlines.handler(CLOSES)
def close(subject_id: str, due_at: datetime) -> None:
    """Closes a ticket that was solved a while ago and has not been opened again."""
    ticket = Ticket.objects.select_for_update().filter(pk=UUID(hex=subject_id), status=TicketStatus.SOLVED).first()
    if ticket is not None:
        transition(ticket, TicketStatus.CLOSED, actor=Actor.system("sweeper"))
