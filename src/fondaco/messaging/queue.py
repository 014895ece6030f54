"""Taking due deliveries out of the table: in batches, under a lease, in order, with a share for each receiver.

A lease outlives every time-out of a try. Who is killed in mid-flight leaves it behind; it runs out, and the next
dispatcher sends the same bytes again: at least once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection

from fondaco.kit import clock
from fondaco.kit.ids import new_id
from fondaco.messaging.models import Message

LEASE: Final = timedelta(seconds=30)
# Looked at in one go: more than can be sent, so that one receiver's backlog does not hide the others.
_WINDOW: Final = 1000

# An account whose clock runs ahead has its deliveries due earlier; the bound on the index is the furthest clock.
_CLAIM: Final = """
    WITH horizon AS (
        SELECT %(now)s::timestamptz + COALESCE(MAX("offset"), INTERVAL '0') AS at FROM kit_clockoffset
    ), busy AS (
        SELECT * FROM unnest(%(endpoints)s::text[], %(counts)s::int[]) AS b(endpoint, running)
    ), due AS (
        SELECT d.message_id, d.endpoint, d.next_attempt_at, COALESCE(b.running, 0) AS running
        FROM messaging_delivery d
        JOIN installs_installation i ON i.id = d.installation_id
        LEFT JOIN kit_clockoffset c ON c.account_id = i.account_id
        LEFT JOIN busy b ON b.endpoint = d.endpoint
        WHERE d.status = 'pending'
          AND d.next_attempt_at <= (SELECT at FROM horizon)
          AND d.next_attempt_at <= %(now)s::timestamptz + COALESCE(c."offset", INTERVAL '0')
          AND (d.leased_until IS NULL OR d.leased_until <= %(now)s::timestamptz)
          AND COALESCE(b.running, 0) < %(share)s
          AND NOT EXISTS (
              SELECT 1 FROM messaging_delivery e
              WHERE e.installation_id = d.installation_id AND e.status = 'pending' AND e.sequence < d.sequence
          )
        ORDER BY d.next_attempt_at LIMIT %(window)s
    ), fair AS (
        SELECT message_id, row_number() OVER (PARTITION BY endpoint ORDER BY next_attempt_at) + running AS place
        FROM due
    ), chosen AS (
        SELECT d.message_id FROM messaging_delivery d JOIN fair f ON f.message_id = d.message_id
        WHERE f.place <= %(share)s AND d.status = 'pending'
          AND (d.leased_until IS NULL OR d.leased_until <= %(now)s::timestamptz)
        ORDER BY f.place, d.next_attempt_at LIMIT %(limit)s
        FOR UPDATE OF d SKIP LOCKED
    )
    UPDATE messaging_delivery d SET lease = %(lease)s, leased_until = %(now)s::timestamptz + %(term)s
    FROM chosen WHERE d.message_id = chosen.message_id
    RETURNING d.message_id, d.url, d.endpoint
"""


@dataclass(frozen=True, slots=True)
class Parcel:
    """One delivery to try now. ``body`` may hold secrets and is in no ``repr``."""

    delivery_id: UUID
    url: str
    endpoint: str
    body: bytes = field(repr=False)


def claim(*, limit: int, share: int, running: Mapping[str, int]) -> list[Parcel]:
    """Leases up to ``limit`` due deliveries, at most ``share`` for one endpoint together with those ``running``.

    Of an installation only the first pending one is due, so its order is kept. Any number of dispatchers may claim.
    """
    parameters: dict[str, Any] = {
        "now": clock.now(),
        "lease": new_id(),
        "term": LEASE,
        "endpoints": list(running),
        "counts": list(running.values()),
        "share": share,
        "window": _WINDOW,
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, parameters)
        rows = cursor.fetchall()
    messages = Message.objects.in_bulk([row[0] for row in rows])
    return [Parcel(row[0], row[1], row[2], messages[row[0]].wire_body) for row in rows]
