"""Tickets, opened by the action itself."""

from __future__ import annotations

from typing import Any

from tests.factories.accounts import actor_for, make_user

from fondaco.accounts.models import Operator
from fondaco.support import actions
from fondaco.support.actions import Sight
from fondaco.support.models import Ticket, TicketMessage
from fondaco.support.policies import Asker


def make_ticket(by: Asker | None = None, **overrides: Any) -> Ticket:
    """A question by Ada of Harbour Bank, or by whoever is named."""
    by = by or make_user()
    fields = {"subject": "The app is slow", "text": "It takes a minute to open.", **overrides}
    return actions.open_ticket(actor=actor_for(by.person), by=by, **fields)


def make_ticket_about(installation: Any, by: Asker | None = None, **overrides: Any) -> Ticket:
    """The same about an installation, by who installed it."""
    return make_ticket(by or installation.installed_by, sight=Sight(installation.pk.hex), **overrides)


def answer(by: Operator, ticket: Ticket, text: str = "Which browser?", **more: Any) -> TicketMessage:
    """Our answer."""
    return actions.answer(actor=actor_for(by.person), by=by, ticket=ticket, text=text, **more)


def say(by: Asker, ticket: Ticket, text: str = "Firefox.") -> TicketMessage:
    """Theirs."""
    return actions.write_to_support(actor=actor_for(by.person), by=by, ticket=ticket, text=text)


def involve(by: Operator, ticket: Ticket, text: str = "Can you look?") -> TicketMessage:
    """Asking the app's partner."""
    return actions.involve_partner(actor=actor_for(by.person), by=by, ticket=ticket, text=text)


def solve(by: Any, ticket: Ticket, text: str = "") -> Ticket:
    """Saying that it is over."""
    return actions.solve(actor=actor_for(by.person), by=by, ticket=ticket, text=text)
