"""Taking due deliveries out of the table: in batches, under a lease, in order, with a share for each receiver.

A lease outlives every time-out of a try. Who is killed in mid-flight leaves it behind; it runs out, and the next
dispatcher sends the same bytes again: at least once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.db import connection

from fondaco.identity.logout_tokens import find_audiences, issue_logout_token
from fondaco.kit import clock
from fondaco.kit.ids import new_id
from fondaco.messaging.models import LogoutDelivery, Message
from fondaco.messaging.payloads import MessageType

LEASE: Final = timedelta(seconds=30)
AHEAD: Final = 5  # shares that are leased ahead for a receiver which answers quickly
# The receivers that have something waiting are found by leaps over the index, and of each only what it may get now is
# read: a backlog of any length, for a receiver that hangs, costs the others nothing.
# An account whose clock runs ahead has its deliveries due earlier; the bound on the index is the furthest clock.
_CLAIM: Final = """
    WITH RECURSIVE horizon AS (
        SELECT %(now)s::timestamptz + COALESCE(MAX("offset"), INTERVAL '0') AS at FROM kit_clockoffset
    ), receivers AS (
        (SELECT endpoint FROM {table} WHERE status = 'pending' ORDER BY endpoint LIMIT 1)
        UNION ALL
        SELECT (SELECT n.endpoint FROM {table} n WHERE n.status = 'pending' AND n.endpoint > r.endpoint
                ORDER BY n.endpoint LIMIT 1)
        FROM receivers r WHERE r.endpoint IS NOT NULL
    ), free AS (
        SELECT r.endpoint, COALESCE(b.running, 0) AS running,
               %(share)s * CASE WHEN r.endpoint = ANY(%(quick)s) THEN %(ahead)s ELSE 1 END AS share
        FROM receivers r LEFT JOIN unnest(%(endpoints)s::text[], %(counts)s::int[]) AS b(endpoint, running)
          ON b.endpoint = r.endpoint
        WHERE r.endpoint IS NOT NULL
    ), due AS ({due}), fair AS (
        SELECT key, share,
               row_number() OVER (PARTITION BY endpoint ORDER BY lane DESC, next_attempt_at) + running AS place
        FROM due
    ), chosen AS (
        SELECT d.{key} AS key FROM {table} d JOIN fair f ON f.key = d.{key}
        WHERE f.place <= f.share AND d.status = 'pending'
          AND (d.leased_until IS NULL OR d.leased_until <= %(now)s::timestamptz)
        ORDER BY f.place, d.next_attempt_at LIMIT %(limit)s
        FOR UPDATE OF d SKIP LOCKED
    )
    UPDATE {table} d SET lease = %(lease)s, leased_until = %(now)s::timestamptz + %(term)s
    FROM chosen WHERE d.{key} = chosen.key
    RETURNING d.{key}, d.url, d.endpoint
"""
_IS_DUE: Final = """
    d.status = 'pending' AND d.endpoint = f.endpoint
    AND d.next_attempt_at <= (SELECT at FROM horizon)
    AND d.next_attempt_at <= %(now)s::timestamptz + COALESCE(c."offset", INTERVAL '0')
    AND (d.leased_until IS NULL OR d.leased_until <= %(now)s::timestamptz)
"""
# What changes an installation goes before sign-outs, and only the first of each installation.
_DUE_DELIVERIES: Final = """
    SELECT w.*, f.running, f.share, lane.is_ordered AS lane
    FROM free f CROSS JOIN (VALUES (TRUE), (FALSE)) AS lane(is_ordered), LATERAL (
        SELECT d.message_id AS key, d.endpoint, d.next_attempt_at
        FROM messaging_delivery d
        JOIN installs_installation i ON i.id = d.installation_id
        LEFT JOIN kit_clockoffset c ON c.account_id = i.account_id
        WHERE {is_due} AND d.is_ordered = lane.is_ordered
          AND NOT (d.is_ordered AND EXISTS (
              SELECT 1 FROM messaging_delivery e
              WHERE e.installation_id = d.installation_id AND e.status = 'pending' AND e.is_ordered
                AND e.sequence < d.sequence
          ))
        ORDER BY d.next_attempt_at LIMIT GREATEST(f.share - f.running, 0)
    ) w
"""
_DUE_LOGOUTS: Final = """
    SELECT w.*, f.running, f.share, TRUE AS lane FROM free f, LATERAL (
        SELECT d.id AS key, d.endpoint, d.next_attempt_at
        FROM messaging_logoutdelivery d
        JOIN identity_oauthclient o ON o.id = d.client_id
        LEFT JOIN kit_clockoffset c ON c.account_id = o.account_id
        WHERE {is_due}
        ORDER BY d.next_attempt_at LIMIT GREATEST(f.share - f.running, 0)
    ) w
"""
_CLAIM_DELIVERIES: Final = _CLAIM.format(
    due=_DUE_DELIVERIES.format(is_due=_IS_DUE), table="messaging_delivery", key="message_id"
)
_CLAIM_LOGOUTS: Final = _CLAIM.format(
    due=_DUE_LOGOUTS.format(is_due=_IS_DUE), table="messaging_logoutdelivery", key="id"
)


class Kind(Enum):
    """What a parcel is, and so how its result is written down."""

    CHANGE = "change"  # an event that something may follow from
    SIGN_OUT = "sign-out"  # user.logout
    LOGOUT_TOKEN = "logout token"  # noqa: S105 - a name


@dataclass(frozen=True, slots=True)
class Parcel:
    """One delivery to try now. ``body`` may hold secrets and is in no ``repr``."""

    delivery_id: UUID
    url: str
    endpoint: str
    body: bytes = field(repr=False)
    kind: Kind = Kind.CHANGE


def claim(*, limit: int, share: int, running: Mapping[str, int], quick: Collection[str] = ()) -> list[Parcel]:
    """Leases up to ``limit`` due deliveries, at most ``share`` for one endpoint together with those ``running``.

    An endpoint that is ``quick`` may have :data:`AHEAD` times as many, to be sent one share after the other. Of what
    changes an installation only the first pending one is due, so its order is kept. Any number of dispatchers may
    claim.
    """
    rows = _lease(_CLAIM_DELIVERIES, limit, share, running, quick)
    messages = Message.objects.in_bulk([row[0] for row in rows])
    return [Parcel(*row, messages[row[0]].wire_body, _kind(messages[row[0]])) for row in rows]


def claim_logouts(*, limit: int, share: int, running: Mapping[str, int], quick: Collection[str] = ()) -> list[Parcel]:
    """The same for logout tokens, which are made here: they live for two minutes from now."""
    rows = _lease(_CLAIM_LOGOUTS, limit, share, running, quick)
    if not rows:
        return []
    found = LogoutDelivery.objects.select_related("client__account").in_bulk([row[0] for row in rows])
    audiences = find_audiences({delivery.client for delivery in found.values()})
    return [Parcel(*row, _form(found[row[0]], audiences), Kind.LOGOUT_TOKEN) for row in rows]


def _lease(
    query: str, limit: int, share: int, running: Mapping[str, int], quick: Collection[str]
) -> list[tuple[UUID, str, str]]:
    parameters: dict[str, Any] = {
        "now": clock.now(),
        "lease": new_id(),
        "term": LEASE,
        "endpoints": list(running),
        "counts": list(running.values()),
        "quick": list(quick),
        "ahead": AHEAD,
        "share": share,
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        rows: list[tuple[UUID, str, str]] = cursor.fetchall()
    return rows


def _kind(message: Message) -> Kind:
    return Kind.SIGN_OUT if message.type == MessageType.USER_LOGOUT else Kind.CHANGE


def _form(delivery: LogoutDelivery, audiences: Mapping[UUID, str]) -> bytes:
    """The body of a logout request (OpenID Connect Back-Channel Logout 1.0 §2.5)."""
    token = issue_logout_token(
        client=delivery.client,
        audience=audiences[delivery.client_id],
        user_id=delivery.user_id,
        session_id=delivery.login_session_id,
    )
    return urlencode({"logout_token": token}).encode()
