"""Writing down that events arrived from which nothing follows: few statements for any number of them.

Most deliveries are of this kind: no operation waits for the event, it holds no secret, and the receiver took it. So
nothing is loaded; the rows are locked, told of, and moved through the one door by their keys.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from django.db import connection

from fondaco.audit.actor import Actor
from fondaco.audit.status import Step, move_all
from fondaco.kit.ids import new_id
from fondaco.kit.rows import write_rows
from fondaco.messaging.actions import Outcome
from fondaco.messaging.models import Delivery
from fondaco.messaging.redaction import excerpt, hide_secrets, keep_headers
from fondaco.messaging.states import DeliveryStatus

_NOTE: Final = """
    WITH tries AS (
        SELECT * FROM json_to_recordset(%(tries)s::json) AS t(id uuid, delivery_id uuid, started_at timestamptz,
            duration_ms int, sent jsonb, answer int, headers jsonb, excerpt text, address text)
    ), locked AS MATERIALIZED (
        SELECT message_id, installation_id, status FROM messaging_delivery
        WHERE message_id = ANY(ARRAY(SELECT delivery_id FROM tries)) ORDER BY message_id FOR UPDATE
    ), noted AS (
        INSERT INTO messaging_attempt (id, delivery_id, started_at, duration_ms, request_headers, response_status,
            response_headers, response_excerpt, error, address)
        SELECT t.id, t.delivery_id, t.started_at, t.duration_ms, t.sent, t.answer, t.headers, t.excerpt, '', t.address
        FROM tries t JOIN locked l ON l.message_id = t.delivery_id
    )
    SELECT l.message_id, i.account_id, a.partner_id
    FROM locked l JOIN installs_installation i ON i.id = l.installation_id JOIN catalog_app a ON a.id = i.app_id
    WHERE l.status = 'pending'
"""
# What else changes when a try was the last: nobody owns the delivery any more.
RELEASED: Final = "attempt_count = t.attempt_count + 1, next_attempt_at = NULL, leased_until = NULL, lease = NULL"


def record_arrivals(*, actor: Actor, arrivals: Sequence[tuple[UUID, Outcome]]) -> None:
    """Writes the tries, and *delivered* for every delivery that still is to be. A step."""
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, {"tries": write_rows(_row(key, outcome) for key, outcome in arrivals)})
        steps = [Step(*row) for row in cursor.fetchall()]
    move_all(Delivery, steps, DeliveryStatus.DELIVERED, actor=actor, along=RELEASED)


def _row(delivery_id: UUID, outcome: Outcome) -> dict[str, Any]:
    return {
        "id": new_id(),
        "delivery_id": delivery_id,
        "started_at": outcome.started_at,
        "duration_ms": outcome.duration_ms,
        "sent": outcome.request_headers,
        "answer": outcome.response_status,
        "headers": keep_headers(outcome.response_headers, hide_secrets),
        "excerpt": excerpt(outcome.response_body, hide_secrets),
        "address": outcome.address,
    }
