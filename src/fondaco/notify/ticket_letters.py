"""What the mails about tickets have in common: who gets them, the page, the thread, and where to answer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from fondaco.accounts.models import Person
from fondaco.accounts.permissions import Permission
from fondaco.accounts.queries import list_holders
from fondaco.notify import threads
from fondaco.notify.letters import link
from fondaco.notify.recipients import members
from fondaco.support.models import Ticket, TicketMessage
from fondaco.support.policies import supporters
from fondaco.support.queries.tickets import load_tickets
from fondaco.support.replies import reply_address
from fondaco.support.states import Side


def load(ticket_id: UUID) -> Ticket:
    """The ticket with everything that a mail names."""
    return load_tickets().get(pk=ticket_id)


def load_message(message_id: UUID) -> TicketMessage:
    """A message with its ticket."""
    message = TicketMessage.objects.select_related("author").get(pk=message_id)
    message.ticket = load(message.ticket_id)
    return message


def subject(ticket: Ticket) -> str:
    """The same all along: it is one thread."""
    return _("Ticket #%(number)s: %(subject)s") % {"number": ticket.number, "subject": ticket.subject}


def recipients(ticket: Ticket, side: Side, *, but: Person | None = None) -> list[str]:
    """Whom of a side to tell: who takes part, while they still may, else all who may; never who said it.

    Of operators it is who has taken the ticket, else everybody who answers tickets.
    """
    if side not in ticket.sides:
        return []
    if side == Side.OPERATOR:
        team = supporters().values_list("person__email", flat=True)
        mine = team.filter(pk=ticket.taken_by_id) if ticket.taken_by_id else team.none()
        found = list(mine) or list(team)
    else:
        entitled, speakers = _entitled(ticket, side), _speakers(ticket, side)
        found = [email for email in entitled if email in speakers] or entitled
    return [email for email in found if but is None or email != but.email]


def page(ticket: Ticket, side: Side) -> str:
    """The thread as that side reads it."""
    if side == Side.OPERATOR:
        return link(f"/backoffice/tickets/{ticket.pk.hex}", place="operator:staff")
    if side == Side.CUSTOMER:
        return link(f"/support/{ticket.pk.hex}", place=f"account:{ticket.account_id}")
    place = ticket.partner_id.hex if ticket.partner_id else ""
    return link(f"/portal/support/{ticket.pk.hex}", place=f"partner:{place}")


def answering(ticket: Ticket, side: Side) -> dict[str, Any]:
    """What lets people of ``side`` answer a letter by mail; nothing once nobody can say anything any more."""
    return {} if ticket.is_closed else threads.answering(reply_address(ticket.pk, side))


def threading(ticket: Ticket, side: Side, message: TicketMessage | None = None) -> dict[str, str]:
    """Headers of a letter to ``side`` about ``message``, else about the ticket as it stands."""
    earlier: Iterable[TicketMessage] = ticket.messages.all()
    if message is not None:
        earlier = ticket.messages.filter(created_at__lt=message.created_at)
    return threads.threading(list(earlier), to=side.value, outgoing_id=message.outgoing_id if message else "")


def _entitled(ticket: Ticket, side: Side) -> list[str]:
    if side == Side.PARTNER:
        return members(ticket.partner_id, Permission.PARTNER_SUPPORT) if ticket.partner_id else []
    holders = list_holders(ticket.account_id or "", Permission.SUPPORT_ASK).filter(person__is_active=True)
    return list(holders.values_list("person__email", flat=True).order_by("person__email"))


def _speakers(ticket: Ticket, side: Side) -> set[str]:
    return set(ticket.messages.filter(side=side.value).values_list("author__email", flat=True))
