"""Operators begin a ticket: they saw something first, or were told on the telephone."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from fondaco.accounts.models import Operator
from fondaco.audit.actor import Actor
from fondaco.kit import clock
from fondaco.kit.errors import Invalid
from fondaco.support import events, targets
from fondaco.support.actions.opening import admit_request, next_number
from fondaco.support.actions.steps import add_message, note_down, wait_for
from fondaco.support.models import Ticket
from fondaco.support.policies import check_can_answer
from fondaco.support.queries.addressed import Addressed
from fondaco.support.states import Part, Priority, Side, TicketKind


def write_first(
    *,
    actor: Actor,
    by: Operator,
    addressed: Addressed,
    to: Collection[Side],
    subject: str,
    text: str,
    priority: Priority = Priority.NORMAL,
) -> Ticket:
    """Begins a ticket with our words: then it is the turn of whom they go to, first of the customer.

    ``to`` are sides of ``addressed``. It is ``by``'s work from the start, and no first answer of ours is due.
    """
    check_can_answer(by)
    clean, words = admit_request(subject, text)
    if not to or not set(to) <= set(addressed.names):
        raise Invalid(fields={"to": [_("Choose who gets it.")]})
    with transaction.atomic(durable=True):
        check_can_answer(by)
        now = clock.now()
        ticket = Ticket.objects.create(
            number=next_number(),
            account=addressed.account if Side.CUSTOMER in to else None,
            partner=addressed.partner if Side.PARTNER in to else None,
            is_from_us=True,
            opened_by=by.person,
            taken_by=by.person,
            kind=TicketKind.QUESTION.value,
            priority=priority.value,
            due_at=targets.due_from(now, priority),
            first_answered_at=now,
            created_at=now,
            **clean,
            **_about(addressed),
        )
        message = add_message(ticket, by.person, Side.OPERATOR, words)
        wait_for(ticket, ticket.asking_side, actor=actor)
        data = {"message": message.pk.hex, "kind": ticket.kind, "priority": ticket.priority, "is_from_us": True}
        note_down(events.TICKET_OPENED, ticket, actor=actor, data=data)
    return ticket


def _about(addressed: Addressed) -> dict[str, Any]:
    view = addressed.view
    if view is None:
        return {}
    return {
        "app": view.app,
        "installation": view.installation,
        "operation": view.operation,
        "about": view.as_json(frozenset(Part)),
    }
