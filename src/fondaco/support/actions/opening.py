"""Opening a ticket, with what was in view."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.db import connection, transaction
from django.utils.translation import gettext as _

from fondaco.accounts.models import User
from fondaco.audit.actor import Actor
from fondaco.catalog.validation import FieldProblems
from fondaco.kit import clock
from fondaco.kit.errors import Invalid, NotFound
from fondaco.kit.rate import check_rate
from fondaco.support import events, targets
from fondaco.support.actions.steps import MOST, add_message, note_down
from fondaco.support.models import Ticket
from fondaco.support.policies import Asker, check_can_ask, side_of
from fondaco.support.queries.view import InView, find_in_view
from fondaco.support.states import Part, Priority, TicketKind

MOST_SUBJECT: Final = 120
_MOST_PAGE: Final = 300
_LIMIT: Final = 10  # tickets of one person at once, then one in six minutes
_PER: Final = 3600


@dataclass(frozen=True, slots=True)
class Sight:
    """What the asker says was in view. ``parts`` of the installation go along; ``page`` is a path of ours.

    An event stands for its installation.
    """

    installation_id: str = ""
    app_id: str = ""
    page: str = ""
    parts: frozenset[Part] = frozenset(Part)
    event_id: str = ""


def open_ticket(
    *,
    actor: Actor,
    by: Asker,
    subject: str,
    text: str,
    kind: TicketKind = TicketKind.QUESTION,
    priority: Priority = Priority.NORMAL,
    sight: Sight | None = None,
) -> Ticket:
    """Asks support. The first answer is due by the target of the priority; both sides get a mail."""
    check_can_ask(by)
    sight = sight or Sight()
    clean, words = admit_request(subject, text, page=sight.page)
    check_rate(f"ticket:{by.person.pk.hex}", limit=_LIMIT, per=_PER)
    with transaction.atomic(durable=True):
        check_can_ask(by)
        now = clock.now()
        ticket = Ticket.objects.create(
            number=next_number(),
            account=by.account if isinstance(by, User) else None,
            partner=None if isinstance(by, User) else by.partner,
            opened_by=by.person,
            kind=kind.value,
            priority=priority.value,
            due_at=targets.due_from(now, priority),
            created_at=now,
            **clean,
            **_about(by, sight),
        )
        message = add_message(ticket, by.person, side_of(by), words)
        targets.start(ticket)
        data = {"message": message.pk.hex, "kind": ticket.kind, "priority": ticket.priority}
        note_down(events.TICKET_OPENED, ticket, actor=actor, data=data)
    return ticket


def admit_request(subject: str, text: str, *, page: str = "") -> tuple[dict[str, str], str]:
    """The cleaned columns and the cleaned words of a ticket to be."""
    found = FieldProblems()
    clean = {
        "subject": found.text("subject", subject, least=3, most=MOST_SUBJECT),
        "page": found.text("page", page, most=_MOST_PAGE),
    }
    words = found.text("text", text, least=1, most=MOST, lines=True)
    if clean["page"] and not clean["page"].startswith("/"):
        found.add("page", _("Write the part of the page's address from the first slash on, like /my-apps."))
    found.raise_if_any()
    return clean, words


def next_number() -> int:
    """What people call the next ticket by."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('support_ticket_numbers')")
        return int(cursor.fetchone()[0])


def _about(by: Asker, sight: Sight) -> dict[str, Any]:
    """The columns about what was in view; of what ``by`` may not see nothing is kept."""
    ids = {"installation_id": sight.installation_id, "event_id": sight.event_id, "app_id": sight.app_id}
    field = next((name for name, given in ids.items() if given), "app_id")
    try:
        view = find_in_view(by, **ids)
    except NotFound:
        raise Invalid(fields={field: [_("Choose one of those that you can see, or none.")]}) from None
    if view is None:
        return {}
    return {
        "app": view.app,
        "installation": view.installation,
        "operation": _operation(view, sight),
        "about": view.as_json(sight.parts),
    }


def _operation(view: InView, sight: Sight) -> Any:
    return view.operation if Part.OPERATION in sight.parts else None
