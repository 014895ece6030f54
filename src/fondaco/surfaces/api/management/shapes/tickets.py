"""What is read and sent about tickets."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from fondaco.support.actions import Sight
from fondaco.support.models import Ticket, TicketMessage, TicketNote
from fondaco.support.states import Part, Priority, Side, TicketKind
from fondaco.surfaces.api.management.shapes.fields import Body, Line, Shape, Text, WireId

StatusName = Literal["open", "waiting_for_customer", "waiting_for_partner", "waiting_for_us", "solved", "closed"]
KindName = Literal["question", "technical_issue"]
PriorityName = Literal["urgent", "high", "normal", "low"]
SideName = Literal["customer", "partner", "operator"]
PartName = Literal["versions", "operation", "deliveries"]
ShownName = Literal["waiting", "free", "mine", "overdue", "others", "solved", "all"]
OrderName = Literal["due", "age"]


class TicketBody(Body):
    """A question or a technical issue. Of an installation that is named, ``parts`` go along as they are now."""

    subject: Line
    text: Text
    kind: KindName = "question"
    priority: PriorityName = "normal"
    installation_id: WireId | None = None
    page: Annotated[Line, Field(max_length=300)] = ""
    parts: list[PartName] = ["versions", "operation", "deliveries"]

    def entries(self, *, app_id: str = "") -> dict[str, Any]:
        """For the action."""
        parts = frozenset(Part(part) for part in self.parts)
        return {
            "subject": self.subject,
            "text": self.text,
            "kind": TicketKind(self.kind),
            "priority": Priority(self.priority),
            "sight": Sight(self.installation_id or "", app_id, self.page, parts),
        }


class PartnerTicketBody(TicketBody):
    """The same of a partner, which can be about one of its apps as a whole."""

    app_id: WireId | None = None


class FirstWordsBody(Body):
    """The first words of a ticket that an operator begins. One of the ids is needed; an installation has both sides."""

    subject: Line
    text: Text
    priority: PriorityName = "normal"
    installation_id: WireId | None = None
    account_id: Line | None = None
    partner_id: WireId | None = None
    to: list[Literal["customer", "partner"]]

    def named(self) -> dict[str, str]:
        """The ids, as the query takes them."""
        ids = ("installation_id", "account_id", "partner_id")
        return {name: getattr(self, name) or "" for name in ids}


class TicketWordsBody(Body):
    """Words in a ticket."""

    text: Text


class LastWordsBody(Body):
    """The last words in it, or none."""

    text: Text = ""


class AnswerBody(TicketWordsBody):
    """Our words; ``waits_for`` says whose turn it is then, by itself of the side that asked."""

    waits_for: SideName | None = None


class ColleagueBody(Body):
    """The operator who gets it: the id of their person."""

    to: WireId


class PriorityBody(Body):
    """How much it hurries."""

    priority: PriorityName


class TicketShape(Shape):
    """A ticket as all who take part read it. ``about`` is what was in view when it was opened, by part."""

    id: str
    number: int
    status: StatusName
    subject: str
    kind: KindName
    priority: PriorityName
    asked_by: SideName
    account_id: str | None
    partner_id: str | None
    opened_by: str
    app_id: str | None
    installation_id: str | None
    operation_id: str | None
    page: str
    about: dict[str, Any]
    due_at: datetime
    first_answered_at: datetime | None
    created_at: datetime
    spoken_at: datetime

    @classmethod
    def of(cls, ticket: Ticket) -> TicketShape:
        return cls(**_facts(ticket))


class QueuedTicketShape(TicketShape):
    """The same as operators see it."""

    asker: str
    taken_by: str | None
    is_overdue: bool

    @classmethod
    def of(cls, ticket: Ticket) -> QueuedTicketShape:
        taken_by = ticket.taken_by.name if ticket.taken_by else None
        return cls(**_facts(ticket), asker=ticket.asker, taken_by=taken_by, is_overdue=ticket.is_overdue)


class TicketMessageShape(Shape):
    """Something said, which all who take part can read."""

    id: str
    side: SideName
    author: str
    text: str
    came_by_mail: bool
    attachments_left_out: int
    created_at: datetime

    @classmethod
    def of(cls, message: TicketMessage) -> TicketMessageShape:
        return cls(
            id=message.pk.hex,
            side=Side(message.side).value,
            author=message.author.name,
            text=message.text,
            came_by_mail=message.came_by_mail,
            attachments_left_out=message.left_out,
            created_at=message.created_at,
        )


class TicketNoteShape(Shape):
    """A word among operators."""

    id: str
    author: str
    text: str
    created_at: datetime

    @classmethod
    def of(cls, note: TicketNote) -> TicketNoteShape:
        return cls(id=note.pk.hex, author=note.author.name, text=note.text, created_at=note.created_at)


def _facts(ticket: Ticket) -> dict[str, Any]:
    same = ("number", "status", "subject", "kind", "priority", "page", "about", "due_at", "account_id")
    times = ("first_answered_at", "created_at", "spoken_at")
    keys = ("partner_id", "app_id", "installation_id", "operation_id")
    return {
        "id": ticket.pk.hex,
        "asked_by": Side.OPERATOR.value if ticket.is_from_us else ticket.asking_side.value,
        "opened_by": ticket.opened_by.name,
        **{name: getattr(ticket, name) for name in (*same, *times)},
        **{name: key.hex if (key := getattr(ticket, name)) else None for name in keys},
    }
