"""Taking in a mail that answers one about a ticket."""

from __future__ import annotations

from uuid import UUID

from fondaco.accounts.models import Person, User
from fondaco.audit.actor import Actor, ActorKind
from fondaco.kit.replies import Origin, Outcome, Reply, ReplyRefused, shorten, take_in_once, takes_in
from fondaco.partners.models import Member
from fondaco.support.actions.steps import MOST
from fondaco.support.actions.talking import answer, write_to_support
from fondaco.support.models import Ticket, TicketMessage
from fondaco.support.policies import Asker, can_ask, supporters
from fondaco.support.queries.tickets import load_tickets
from fondaco.support.replies import SIDES
from fondaco.support.states import Side


@takes_in(*SIDES.values())
def take_in(reply: Reply, ticket_id: UUID, side: str) -> Outcome:
    """Makes a mail part of the thread; its sender must be a person of the side who may answer there."""
    ticket = load_tickets().filter(pk=ticket_id).first()
    if ticket is None:
        raise ReplyRefused
    return take_in_once(reply, TicketMessage.objects, lambda: _write(reply, ticket, side))


def _write(reply: Reply, ticket: Ticket, side: str) -> None:
    origin, text = Origin.of(reply), shorten(reply.text, MOST)
    if side == SIDES[Side.OPERATOR]:
        operator = supporters().filter(person__email=reply.sender).first()
        if operator is None:
            raise ReplyRefused
        answer(actor=_actor(operator.person), by=operator, ticket=ticket, text=text, origin=origin)
    else:
        by = _find_user(reply.sender, ticket) if side == SIDES[Side.CUSTOMER] else _find_member(reply.sender, ticket)
        if by is None or not can_ask(by):
            raise ReplyRefused
        write_to_support(actor=_actor(by.person), by=by, ticket=ticket, text=text, origin=origin)


def _find_user(sender: str, ticket: Ticket) -> Asker | None:
    users = User.objects.filter(account_id=ticket.account_id, is_active=True, person__is_active=True)
    return users.select_related("person", "role", "account").filter(person__email=sender).first()


def _find_member(sender: str, ticket: Ticket) -> Asker | None:
    members = Member.objects.filter(partner_id=ticket.partner_id, is_active=True, person__is_active=True)
    return members.select_related("person", "partner").filter(person__email=sender).first()


def _actor(person: Person) -> Actor:
    return Actor(ActorKind.PERSON, id=person.pk.hex, label=person.name)
