"""Tickets as the people see them who asked, or who help."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from fondaco.accounts.models import User
from fondaco.kit.errors import NotFound
from fondaco.kit.ids import parse_wire
from fondaco.support.models import Ticket
from fondaco.support.policies import Asker, check_can_ask
from fondaco.support.states import LIVING


def list_own_tickets(by: Asker, *, living: bool | None = None) -> QuerySet[Ticket]:
    """Tickets of the viewer's account, or those that their partner takes part in, newest first; ``living`` or not."""
    check_can_ask(by)
    own = Q(account_id=by.account_id) if isinstance(by, User) else Q(partner_id=by.partner_id)
    found = load_tickets().filter(own).order_by("-created_at", "-pk")
    statuses = [status.value for status in LIVING]
    return found if living is None else found.filter(Q(status__in=statuses) if living else ~Q(status__in=statuses))


def get_own_ticket(by: Asker, ticket_id: str) -> Ticket:
    """One of them by wire id; a stranger's does not exist."""
    found = parse_wire(ticket_id)
    ticket = list_own_tickets(by).filter(pk=found).first() if found else None
    if ticket is None:
        raise NotFound
    return ticket


def load_tickets() -> QuerySet[Ticket]:
    """All tickets with what pages and mails name."""
    return Ticket.objects.select_related(
        "account", "partner", "opened_by", "taken_by", "app__partner", "installation__account"
    )
