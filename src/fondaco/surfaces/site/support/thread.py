"""A ticket in words: whose turn it is, what was said, what happened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from fondaco.audit.models import Event
from fondaco.support import events
from fondaco.support.labels import PARTS, PRIORITIES, SIDES, STATUSES
from fondaco.support.models import Ticket
from fondaco.support.queries import Entry, describe
from fondaco.support.states import Side, TicketStatus

_TONES: Final = {TicketStatus.OPEN: "info", TicketStatus.SOLVED: "good", TicketStatus.CLOSED: "mute"}


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of a thread as a page shows it. ``kind`` is message, note or event; only an event has a title."""

    kind: str
    when: datetime
    who: str
    side: str = ""
    text: str = ""
    title: str = ""
    came_by_mail: bool = False
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """Whose turn it is, as ``side`` reads it. ``waits_for`` is empty when it is nobody's, or the reader's own."""

    words: str
    tone: str
    is_yours: bool
    waits_for: str


def standing(ticket: Ticket, side: Side) -> Standing:
    """The state of a ticket in the words of one side."""
    if ticket.waits_for(side):
        words = _("New") if ticket.status == TicketStatus.OPEN else _("Waiting for you")
        return Standing(words, "warn", is_yours=True, waits_for="")
    status = TicketStatus(ticket.status)
    words = _("Waiting for support") if status == TicketStatus.OPEN else str(STATUSES[status])
    for_whom = next((str(SIDES[one]) for one in Side if ticket.waits_for(one)), "")
    return Standing(words, _TONES.get(status, "info"), is_yours=False, waits_for=for_whom)


def lines_of(entries: Iterable[Entry]) -> list[Line]:
    """What was said and what happened, in the order given."""
    return [_line(entry) for entry in entries]


def about_lines(ticket: Ticket) -> list[tuple[str, list[str]]]:
    """What was in view when it was opened: a heading and its lines, for each part that went along."""
    return [(str(PARTS[part]), lines) for part, lines in describe(ticket.about).items()]


def _line(entry: Entry) -> Line:
    if message := entry.message:
        return Line(
            "message",
            entry.when,
            message.author.name,
            side=str(SIDES[message.side]),
            text=message.text,
            came_by_mail=message.came_by_mail,
            left_out=message.left_out,
        )
    if note := entry.note:
        return Line("note", entry.when, note.author.name, text=note.text)
    assert entry.event is not None
    return Line("event", entry.when, entry.event.actor_label, title=_tell(entry.event))


def _tell(event: Event) -> str:
    data = event.data
    told = {
        events.TICKET_PARTNER_INVOLVED.name: lambda: _("%(partner)s was asked to help.") % {"partner": data["partner"]},
        events.TICKET_SOLVED.name: lambda: _("Solved."),
        events.TICKET_REOPENED.name: lambda: _("Opened again."),
        events.TICKET_CLOSED.name: lambda: _("Closed for good."),
        events.TICKET_TAKEN.name: lambda: _("Taken."),
        events.TICKET_GIVEN_BACK.name: lambda: _("Given back."),
        events.TICKET_HANDED_OVER.name: lambda: _("Handed over to %(name)s.") % {"name": data["to"]},
        events.TICKET_PRIORITY_CHANGED.name: lambda: (
            _("Priority: %(priority)s.") % {"priority": PRIORITIES[data["to"]]}
        ),
        events.TICKET_OVERDUE.name: lambda: _("It was not answered in time."),
    }
    return told[event.kind]()
