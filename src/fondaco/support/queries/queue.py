"""The operators' queue."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Q, QuerySet

from fondaco.accounts.models import Operator
from fondaco.kit.errors import NotFound
from fondaco.kit.ids import parse_wire
from fondaco.support.models import Ticket
from fondaco.support.policies import check_can_answer
from fondaco.support.queries.tickets import load_tickets
from fondaco.support.states import LIVING, TO_ANSWER, Priority, TicketStatus


class Shown(StrEnum):
    """What of the queue is shown."""

    WAITING = "waiting"
    FREE = "free"
    MINE = "mine"
    OVERDUE = "overdue"
    OTHERS = "others"
    SOLVED = "solved"
    ALL = "all"


class Order(StrEnum):
    """What comes first."""

    DUE = "due"
    AGE = "age"


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """``text`` is a number, or part of a subject or of the name of who asked."""

    shown: Shown = Shown.WAITING
    order: Order = Order.DUE
    priority: Priority | None = None
    text: str = ""


def list_queue(by: Operator, *, wanted: QueueFilter) -> QuerySet[Ticket]:
    """Tickets of everybody. What is over comes with the latest first, whatever the order."""
    check_can_answer(by)
    found = load_tickets().filter(_shown(wanted.shown, by))
    if wanted.priority:
        found = found.filter(priority=wanted.priority)
    if wanted.text:
        found = found.filter(_about(wanted.text))
    if wanted.shown == Shown.SOLVED:
        return found.order_by("-status_changed_at", "-pk")
    return found.order_by("due_at" if wanted.order == Order.DUE else "created_at", "pk")


def count_to_answer(by: Operator) -> int:
    """How many wait for us and are nobody else's."""
    check_can_answer(by)
    return Ticket.objects.filter(Q(taken_by=None) | Q(taken_by_id=by.pk), status__in=_values(TO_ANSWER)).count()


def get_ticket(by: Operator, ticket_id: str) -> Ticket:
    """Any ticket, by wire id."""
    check_can_answer(by)
    found = parse_wire(ticket_id)
    ticket = load_tickets().filter(pk=found).first() if found else None
    if ticket is None:
        raise NotFound
    return ticket


def _shown(shown: Shown, by: Operator) -> Q:
    living, waiting = Q(status__in=_values(LIVING)), Q(status__in=_values(TO_ANSWER))
    return {
        Shown.WAITING: waiting,
        Shown.FREE: living & Q(taken_by=None),
        Shown.MINE: living & Q(taken_by_id=by.pk),
        Shown.OVERDUE: living & Q(is_overdue=True, first_answered_at=None),
        Shown.OTHERS: living & ~waiting,
        Shown.SOLVED: ~living,
        Shown.ALL: living,
    }[shown]


def _about(text: str) -> Q:
    words = Q(subject__icontains=text) | Q(account__company_name__icontains=text) | Q(partner__name__icontains=text)
    number = text.removeprefix("#")
    return words | Q(number=int(number)) if number.isascii() and number.isdigit() and len(number) < 16 else words


def _values(statuses: frozenset[TicketStatus]) -> list[str]:
    return sorted(status.value for status in statuses)
