"""What is said in a ticket, on pages or by mail, and notes among operators."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from fondaco.accounts.models import Operator
from fondaco.audit.actor import Actor
from fondaco.audit.recording import record
from fondaco.kit.errors import Invalid
from fondaco.kit.replies import Origin
from fondaco.support import events, targets
from fondaco.support.actions.steps import (
    add_message,
    admit_words,
    lock_for_words,
    lock_living,
    note_down,
    tell,
    wait_for,
)
from fondaco.support.errors import NoPartnerToInvolve, PartnerTakesPart
from fondaco.support.models import Ticket, TicketMessage, TicketNote
from fondaco.support.policies import Asker, check_can_answer, check_takes_part, side_of
from fondaco.support.states import Side, TicketStatus


def write_to_support(
    *, actor: Actor, by: Asker, ticket: Ticket, text: str, origin: Origin | None = None
) -> TicketMessage:
    """Words of the customer or the partner: then it is our turn. A solved ticket is opened again by them."""
    clean = admit_words(by, text)
    with transaction.atomic(durable=True):
        check_takes_part(by, ticket)
        ticket = lock_for_words(ticket)
        before = ticket.status
        message = add_message(ticket, by.person, side_of(by), clean, origin=origin)
        if before != TicketStatus.OPEN:  # until the first answer it stays new
            wait_for(ticket, Side.OPERATOR, actor=actor)
        tell(ticket, message, before, actor=actor)
    return message


def answer(
    *,
    actor: Actor,
    by: Operator,
    ticket: Ticket,
    text: str,
    waits_for: Side | None = None,
    origin: Origin | None = None,
) -> TicketMessage:
    """Our words to all who take part; then it is the turn of ``waits_for``, by itself of the side that asked."""
    clean = admit_words(by, text)
    with transaction.atomic(durable=True):
        check_can_answer(by)
        ticket = lock_for_words(ticket)
        turn = waits_for or ticket.asking_side
        if turn not in ticket.sides:
            raise Invalid(fields={"waits_for": [_("Choose somebody who takes part in the ticket.")]})
        before = ticket.status
        message = add_message(ticket, by.person, Side.OPERATOR, clean, origin=origin)
        _meet_target(ticket)
        wait_for(ticket, turn, actor=actor)
        tell(ticket, message, before, actor=actor)
    return message


def involve_partner(*, actor: Actor, by: Operator, ticket: Ticket, text: str) -> TicketMessage:
    """Asks the app's partner to help: from now on its people read the whole thread and answer in it."""
    clean = admit_words(by, text)
    with transaction.atomic(durable=True):
        check_can_answer(by)
        ticket = lock_living(ticket)
        if ticket.partner is not None:
            raise PartnerTakesPart(number=ticket.number, partner=ticket.partner.name)
        if ticket.app is None:
            raise NoPartnerToInvolve(number=ticket.number)
        ticket.partner = ticket.app.partner
        ticket.save(update_fields=["partner"])
        message = add_message(ticket, by.person, Side.OPERATOR, clean)
        _meet_target(ticket)
        wait_for(ticket, Side.PARTNER, actor=actor)
        data = {"message": message.pk.hex, "partner": ticket.partner.name}
        note_down(events.TICKET_PARTNER_INVOLVED, ticket, actor=actor, data=data)
    return message


def add_note(*, actor: Actor, by: Operator, ticket: Ticket, text: str) -> TicketNote:
    """A word among operators. Its fact belongs to no account and no partner and does not repeat the text."""
    clean = admit_words(by, text)
    with transaction.atomic(durable=True):
        check_can_answer(by)
        note = TicketNote.objects.create(ticket=ticket, author=by.person, text=clean)
        record(events.TICKET_NOTE_WRITTEN, note, actor=actor, data={"ticket_id": ticket.pk.hex})
    return note


def _meet_target(ticket: Ticket) -> None:
    targets.meet(ticket)
    ticket.save(update_fields=["first_answered_at"])
