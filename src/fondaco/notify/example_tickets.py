"""The rows that example mails about tickets are about."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from fondaco.accounts.models import Account, Person
from fondaco.audit.actor import Actor
from fondaco.audit.status import transition
from fondaco.catalog.models import App
from fondaco.kit import clock
from fondaco.partners.models import Member
from fondaco.support.models import Ticket, TicketMessage
from fondaco.support.states import Part, Priority, Side, TicketKind, TicketStatus

_ABOUT = {Part.VERSIONS.value: {"installed": "1.0.0", "status": "failed"}}


def make_tickets(
    app: App, *, mara: Member, account: Account, asker: Person, jon: Person, actor: Actor
) -> dict[str, UUID]:
    """A customer's ticket in which everybody has spoken, one that nobody answered, and one that is solved."""
    talk = _make(1, app, mara, account, asker, jon)
    said = {
        "opened ticket": (asker, Side.CUSTOMER, "Since this morning nobody can see an invoice during a call."),
        "answer in a ticket": (jon, Side.OPERATOR, "Mara, can you see why your program answers with 500?"),
        "partner's answer in a ticket": (mara.person, Side.PARTNER, "A certificate had ended. It is mended now."),
    }
    words = {name: _say(talk, author, side, text) for name, (author, side, text) in said.items()}
    waiting = _make(2, app, mara, account, asker, None)
    _say(waiting, asker, Side.CUSTOMER, "How do we add a second team?")
    solved = _make(3, app, mara, account, asker, jon)
    _say(solved, jon, Side.OPERATOR, "The change is in force now.")
    transition(solved, TicketStatus.SOLVED, actor=actor, data={"side": Side.OPERATOR.value})
    return {**words, "taken ticket": talk.pk, "unanswered ticket": waiting.pk, "solved ticket": solved.pk}


def _make(number: int, app: App, mara: Member, account: Account, asker: Person, jon: Person | None) -> Ticket:
    return Ticket.objects.create(
        number=number,
        account=account,
        partner=mara.partner if jon else None,
        opened_by=asker,
        subject="Invoices do not open during calls",
        kind=TicketKind.TECHNICAL_ISSUE.value,
        priority=Priority.HIGH.value,
        app=app,
        about=_ABOUT,
        due_at=clock.now() + timedelta(hours=8),
        taken_by=jon,
    )


def _say(ticket: Ticket, author: Person, side: Side, text: str) -> UUID:
    message = TicketMessage(ticket=ticket, author=author, side=side.value, text=text)
    message.message_id = message.outgoing_id
    message.save()
    return message.pk
