"""Every cell of a ticket's table, and what it keeps of a page in words."""

from __future__ import annotations

from itertools import product

import pytest

from fondaco.support.models import Ticket
from fondaco.support.queries import describe
from fondaco.support.states import TICKET, Part, Side, TicketStatus

LIVING = {"open", "waiting_for_customer", "waiting_for_partner", "waiting_for_us"}


@pytest.mark.parametrize(("current", "to"), list(product(TicketStatus, repeat=2)))
def test_ticket_table(current: TicketStatus, to: TicketStatus) -> None:
    """Whoever's turn it is, it may become anybody else's or be solved; only a solved one closes, and that is final."""
    expected = {
        "open": False,
        "closed": current == "solved",
        "solved": current in LIVING,
    }.get(to, current != "closed" and current != to)
    assert TICKET.allows(current, to) is expected


@pytest.mark.parametrize(("status", "side"), list(product(TicketStatus, Side)))
def test_whose_turn_it_is(status: TicketStatus, side: Side) -> None:
    turns = {
        "open": Side.OPERATOR,
        "waiting_for_us": Side.OPERATOR,
        "waiting_for_customer": Side.CUSTOMER,
        "waiting_for_partner": Side.PARTNER,
    }
    assert Ticket(status=status.value).waits_for(side) is (turns.get(status) == side)


def test_what_was_in_view_is_told_in_words() -> None:
    about = {
        "versions": {"installed": "1.2.0", "status": "failed", "coming": "2.0.0"},
        "operation": {
            "id": "0" * 32,
            "kind": "update",
            "status": "failed",
            "asked_at": "2026-05-04T10:12:00+00:00",
            "answer": "No.",
        },
        "deliveries": [
            {
                "event_id": "1" * 32,
                "type": "app.updated",
                "status": "failed",
                "created_at": "2026-05-04T10:12:00+00:00",
                "tries": 3,
                "response_status": 500,
                "error": "",
            },
            {
                "event_id": "2" * 32,
                "type": "app.installed",
                "status": "delivered",
                "created_at": "2026-05-01T08:00:00+00:00",
                "tries": 1,
                "response_status": 200,
                "error": "",
            },
        ],
    }
    assert describe(about) == {
        Part.VERSIONS: ["Version 1.2.0, not installed: Failed", "2.0.0 is to come"],
        Part.OPERATION: ["Change of settings of 2026-05-04 10:12 UTC: failed", "“No.”"],
        Part.DELIVERIES: [
            "app.updated of 2026-05-04 10:12 UTC: not delivered. The app's program answered with HTTP status 500.",
            "app.installed of 2026-05-01 08:00 UTC: delivered",
        ],
    }
    assert describe({}) == {}


@pytest.mark.parametrize(
    ("kept", "line"),
    [
        ({"status": "rejected"}, "Version 1.2.0, not installed: Rejected"),
        ({"status": "timeout"}, "Version 1.2.0, not installed: Not answered"),
        ({"status": "installing"}, "Version 1.2.0, not installed: Installing"),
        ({"status": "revoked"}, "Version 1.2.0, not installed: Removed"),
        ({"status": "failed", "badge": "failed_update"}, "1.2.0 is installed: Failed update"),
        ({"status": "completed"}, "1.2.0 is installed: Active"),
        ({"status": "suspended"}, "1.2.0 is installed: Suspended"),
        ({"status": "pending"}, "1.2.0 is installed: Change waiting"),
    ],
)
def test_a_version_is_installed_only_where_it_works_or_did(kept: dict[str, str], line: str) -> None:
    assert describe({"versions": {"installed": "1.2.0", **kept}}) == {Part.VERSIONS: [line]}
