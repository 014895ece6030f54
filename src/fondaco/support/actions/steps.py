"""Steps that the actions on a ticket share."""

from __future__ import annotations

from typing import Any, Final

from fondaco.accounts.models import Operator, Person
from fondaco.audit.actor import Actor
from fondaco.audit.kinds import EventKind
from fondaco.audit.recording import record
from fondaco.audit.status import transition
from fondaco.catalog.validation import FieldProblems
from fondaco.kit.rate import check_rate
from fondaco.kit.replies import Origin
from fondaco.support import events, targets
from fondaco.support.errors import TicketClosed, TicketOver
from fondaco.support.models import Ticket, TicketMessage
from fondaco.support.policies import Asker
from fondaco.support.queries.tickets import load_tickets
from fondaco.support.states import WAITING_FOR, Side, TicketStatus

MOST: Final = 5000  # characters of one message
_LIMIT: Final = 30  # messages of one person at once, then one in two minutes
_PER: Final = 3600


def lock(ticket: Ticket) -> Ticket:
    """The ticket as the database has it, held until the commit. Locked first and read then, with its people."""
    Ticket.objects.select_for_update().only("pk").get(pk=ticket.pk)
    return load_tickets().get(pk=ticket.pk)


def lock_living(ticket: Ticket) -> Ticket:
    """The same, of a ticket that is not over."""
    locked = lock(ticket)
    if not locked.is_living:
        raise TicketOver(number=locked.number)
    return locked


def lock_for_words(ticket: Ticket) -> Ticket:
    """The same, of a ticket in which something can be said; a solved one goes on with it."""
    locked = lock(ticket)
    if locked.is_closed:
        raise TicketClosed(number=locked.number)
    return locked


def admit_words(by: Asker | Operator, text: str, *, least: int = 1) -> str:
    """The cleaned words of somebody who does not write too often. Outside a transaction."""
    found = FieldProblems()
    clean = found.text("text", text, least=least, most=MOST, lines=True)
    found.raise_if_any()
    check_rate(f"ticket-message:{by.person.pk.hex}", limit=_LIMIT, per=_PER)
    return clean


def add_message(
    ticket: Ticket, author: Person, side: Side, text: str, *, origin: Origin | None = None
) -> TicketMessage:
    """Puts words into the thread."""
    message = TicketMessage(ticket=ticket, author=author, side=side, text=text)
    if origin is None:
        before = ticket.messages.last()
        message.message_id = message.outgoing_id
        message.in_reply_to = before.message_id if before else ""
    else:
        message.message_id, message.in_reply_to = origin.message_id, origin.in_reply_to
        message.came_by_mail, message.left_out = True, origin.left_out
    message.save(force_insert=True)
    ticket.spoken_at = message.created_at
    ticket.save(update_fields=["spoken_at"])
    return message


def wait_for(ticket: Ticket, side: Side, *, actor: Actor) -> None:
    """Makes it that side's turn; a solved ticket goes on with it."""
    if ticket.is_solved:
        targets.keep_open(ticket)
    if ticket.status != WAITING_FOR[side]:
        transition(ticket, WAITING_FOR[side], actor=actor)


def tell(ticket: Ticket, message: TicketMessage, before: str, *, actor: Actor) -> None:
    """Records that something was said, and whose turn it was and is."""
    was_solved = before == TicketStatus.SOLVED
    data = {"message": message.pk.hex, "side": message.side, "from": before, "to": ticket.status}
    note_down(events.TICKET_REOPENED if was_solved else events.TICKET_ANSWERED, ticket, actor=actor, data=data)


def note_down(kind: EventKind, ticket: Ticket, *, actor: Actor, data: dict[str, Any] | None = None) -> None:
    """Records a fact about the ticket, for those who take part."""
    record(kind, ticket, actor=actor, data=data or {}, **ticket.audit_scope())
