"""What was said in a ticket and what happened to it. The caller got the ticket from a query that is scoped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import QuerySet

from fondaco.accounts.models import Operator
from fondaco.audit.models import Event
from fondaco.support import events
from fondaco.support.models import Ticket, TicketMessage, TicketNote
from fondaco.support.policies import Asker, check_can_answer

_FOR_ALL: Final = (events.TICKET_PARTNER_INVOLVED, events.TICKET_SOLVED, events.TICKET_REOPENED, events.TICKET_CLOSED)
_FOR_US: Final = (
    events.TICKET_TAKEN,
    events.TICKET_HANDED_OVER,
    events.TICKET_GIVEN_BACK,
    events.TICKET_PRIORITY_CHANGED,
    events.TICKET_OVERDUE,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a thread. Exactly one of the three is set."""

    when: datetime
    message: TicketMessage | None = None
    note: TicketNote | None = None
    event: Event | None = None


def list_messages(ticket: Ticket) -> QuerySet[TicketMessage]:
    """What all can read, oldest first. Never the notes."""
    return TicketMessage.objects.filter(ticket=ticket).select_related("author").order_by("created_at", "pk")


def list_notes(by: Operator, ticket: Ticket) -> QuerySet[TicketNote]:
    """What operators wrote for each other, oldest first."""
    check_can_answer(by)
    return TicketNote.objects.filter(ticket=ticket).select_related("author").order_by("created_at", "pk")


def list_entries(by: Asker | Operator, ticket: Ticket) -> list[Entry]:
    """The whole thread as ``by`` may read it, oldest first: who works on it, and notes, are for operators only."""
    is_ours = isinstance(by, Operator)
    kinds = [kind.name for kind in (*_FOR_ALL, *(_FOR_US if is_ours else ()))]
    happened = Event.objects.filter(subject_type="ticket", subject_id=ticket.pk.hex, kind__in=kinds)
    entries = [
        *(Entry(one.created_at, message=one) for one in list_messages(ticket)),
        *(Entry(one.occurred_at, event=one) for one in happened.order_by("id")),
    ]
    if isinstance(by, Operator):
        entries += [Entry(one.created_at, note=one) for one in list_notes(by, ticket)]
    return sorted(entries, key=lambda entry: entry.when)
