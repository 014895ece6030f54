"""Where a ticket stands: whose turn it is, or that it is over."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from fondaco.audit.status import Machine
from fondaco.support import events


class TicketStatus(StrEnum):
    OPEN = "open"  # nobody of us has answered yet
    WAITING_FOR_CUSTOMER = "waiting_for_customer"
    WAITING_FOR_PARTNER = "waiting_for_partner"
    WAITING_FOR_US = "waiting_for_us"
    SOLVED = "solved"  # whoever asked may open it again for a while
    CLOSED = "closed"


class TicketKind(StrEnum):
    """What the form of the FAQ tells apart."""

    QUESTION = "question"
    TECHNICAL_ISSUE = "technical_issue"


class Priority(StrEnum):
    """In the order of their hurry; each has its own target."""

    URGENT = "urgent"
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


class Side(StrEnum):
    """Who takes part in a ticket."""

    CUSTOMER = "customer"
    PARTNER = "partner"
    OPERATOR = "operator"


class Part(StrEnum):
    """What of an installation goes along with a ticket."""

    VERSIONS = "versions"
    OPERATION = "operation"
    DELIVERIES = "deliveries"


S = TicketStatus
_WAITING: Final = frozenset({S.WAITING_FOR_CUSTOMER, S.WAITING_FOR_PARTNER, S.WAITING_FOR_US})

TICKET: Final = Machine(
    name="ticket",
    states=TicketStatus,
    initial=S.OPEN,
    table={
        S.OPEN: frozenset({*_WAITING, S.SOLVED}),
        S.WAITING_FOR_CUSTOMER: frozenset({*_WAITING, S.SOLVED}) - {S.WAITING_FOR_CUSTOMER},
        S.WAITING_FOR_PARTNER: frozenset({*_WAITING, S.SOLVED}) - {S.WAITING_FOR_PARTNER},
        S.WAITING_FOR_US: frozenset({*_WAITING, S.SOLVED}) - {S.WAITING_FOR_US},
        S.SOLVED: frozenset({*_WAITING, S.CLOSED}),
        S.CLOSED: frozenset(),
    },
    # Whose turn it is follows from what was said, which is a fact of its own.
    events={S.SOLVED: events.TICKET_SOLVED, S.CLOSED: events.TICKET_CLOSED},
)

WAITING_FOR: Final = {
    Side.CUSTOMER: S.WAITING_FOR_CUSTOMER,
    Side.PARTNER: S.WAITING_FOR_PARTNER,
    Side.OPERATOR: S.WAITING_FOR_US,
}
LIVING: Final = frozenset({S.OPEN, *_WAITING})
TO_ANSWER: Final = frozenset({S.OPEN, S.WAITING_FOR_US})  # what waits in the operators' queue
