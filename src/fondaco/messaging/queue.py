"""Taking due deliveries out of the table: in batches, under a lease, in order, with a share for each receiver.

A lease outlives every time-out of a try. Who is killed in mid-flight leaves it behind; it runs out, and the next
dispatcher sends the same bytes again: at least once.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

import psycopg
from django.db import connection, transaction

from fondaco.identity.logout_tokens import find_audiences, issue_logout_token
from fondaco.kit import clock
from fondaco.kit.ids import new_id
from fondaco.messaging.models import LogoutDelivery, Message
from fondaco.messaging.payloads import CARRY_CREDENTIALS

LEASE: Final = timedelta(seconds=30)
_NEVER: Final = 1_000_000_000  # uses of a statement before it is prepared without being asked to
AHEAD: Final = 5  # shares that are leased ahead for a receiver which answers quickly
# What waits is a changing few of all rows, so PostgreSQL's statistics know nothing of it, and by them it would read and
# sort all that waits, for each receiver anew. In this statement every order comes from an index, every row by its key,
# and since weighing that takes longer than doing it, the plan is kept, also one that was made when nothing waited. So
# nothing is left to weigh: rows are not joined but looked up one by one (a query that locks, or has an ``OFFSET``, is
# never merged into another) or by an array of keys, and what is locked (``|| ''``) by no index of what waits.
_PLAN: Final = """
    SELECT set_config(name, 'off', TRUE), set_config('plan_cache_mode', 'force_generic_plan', TRUE)
    FROM unnest(ARRAY['enable_sort', 'enable_seqscan', 'enable_bitmapscan', 'enable_hashjoin', 'enable_mergejoin',
                      'enable_material', 'jit']) AS name
"""
_PLAN_AGAIN: Final = _PLAN.replace("'off'", "'on'").replace("force_generic_plan", "auto")
# The receivers that have something waiting are found by leaps over the index, and of each only what it may get now is
# read: a backlog of any length, for a receiver that hangs, costs the others nothing.
# An account whose clock runs ahead has its deliveries due earlier; the bound on the index is the furthest clock. Whose
# clock that is, is asked only of what is not due yet in real time.
# Turns go round by app, so that many addresses of one app are not served more than one address of another.
_CLAIM: Final = """
    WITH RECURSIVE horizon AS (
        SELECT %(now)s::timestamptz + COALESCE(MAX("offset"), INTERVAL '0') AS at FROM kit_clockoffset
    ), receivers AS (
        (SELECT {column} AS endpoint FROM {table} WHERE status = 'pending' ORDER BY {column} LIMIT 1)
        UNION ALL
        SELECT (SELECT n.{column} FROM {table} n WHERE n.status = 'pending' AND n.{column} > r.endpoint
                ORDER BY n.{column} LIMIT 1)
        FROM receivers r WHERE r.endpoint IS NOT NULL
    ), {free}, turn AS (
        SELECT GREATEST(2, 2 * %(limit)s / GREATEST(COUNT(*), 1)) AS most FROM free
    ), due AS ({due}), fair AS (
        SELECT *, row_number() OVER (PARTITION BY endpoint ORDER BY lane DESC, next_attempt_at) + running AS place
        FROM due
    ), turns AS (
        SELECT *, row_number() OVER (PARTITION BY app ORDER BY place, next_attempt_at) + app_running AS turn
        FROM fair WHERE place <= share
    ), ranked AS (
        SELECT *, row_number() OVER (PARTITION BY is_quick ORDER BY turn, next_attempt_at) AS rank FROM turns
    ), chosen AS (
        SELECT f.key, d.url, f.endpoint, f.app, f.is_quick, f.is_probe, f.is_troubled
        FROM (SELECT * FROM ranked WHERE is_quick OR rank <= %(slow_limit)s ORDER BY turn, next_attempt_at) f,
        LATERAL (
            SELECT d.url FROM {table} d
            WHERE d.{key} = f.key AND d.status || '' = 'pending'
              AND (d.leased_until IS NULL OR d.leased_until <= %(now)s::timestamptz)
            FOR UPDATE SKIP LOCKED
        ) d
        LIMIT %(limit)s
    ), taken AS (
        UPDATE messaging_endpoint SET closed_until = %(now)s::timestamptz + %(term)s
        WHERE id = ANY(ARRAY(SELECT endpoint FROM chosen WHERE is_probe))
    ), leased AS (
        UPDATE {table} SET lease = %(lease)s, leased_until = %(now)s::timestamptz + %(term)s
        WHERE {key} = ANY(ARRAY(SELECT key FROM chosen))
    )
    SELECT key, url, endpoint::text, app::text, is_quick, is_probe, is_troubled FROM chosen
"""
# An endpoint that is held gets nothing. Of one that is closed, a single dispatcher gets one parcel, the probe: whoever
# holds the row's lock decides, and its new ``closed_until`` keeps the others out while the probe is under way.
_FREE_ENDPOINTS: Final = """
    probes AS MATERIALIZED (
        SELECT id FROM messaging_endpoint
        WHERE status IN ('paused', 'gone') AND closed_until <= %(now)s::timestamptz
        FOR UPDATE SKIP LOCKED
    ), known AS (
        SELECT e.id AS endpoint, e.app_id AS app, COALESCE((%(running)s::jsonb ->> e.id::text)::int, 0) AS running,
               p.id IS NOT NULL AS is_probe, e.failures > 0 AS is_troubled,
               e.failures = 0 AND e.last_success_at IS NOT NULL AND NOT e.id::text = ANY(%(slow)s) AS is_quick,
               CASE WHEN e.status IN ('paused', 'gone') THEN p.id IS NOT NULL
                    ELSE e.closed_until IS NULL OR e.closed_until <= %(now)s::timestamptz END AS is_open
        FROM receivers r
        CROSS JOIN LATERAL (SELECT * FROM messaging_endpoint WHERE id = r.endpoint OFFSET 0) e
        LEFT JOIN probes p ON p.id = e.id
    ), free AS (
        SELECT *, SUM(running) OVER (PARTITION BY app) AS app_running,
               CASE WHEN is_probe THEN 1 WHEN is_quick THEN %(share)s * %(ahead)s ELSE %(share)s END AS share
        FROM known WHERE is_open
    )
"""
_IS_DUE: Final = """
    d.status = 'pending' AND d.{column} = f.endpoint
    AND d.next_attempt_at <= (SELECT at FROM horizon)
    AND (d.next_attempt_at <= %(now)s::timestamptz OR d.next_attempt_at <= %(now)s::timestamptz + (
        SELECT c."offset" FROM {owner} o JOIN kit_clockoffset c ON c.account_id = o.account_id WHERE o.id = d.{owned_by}
    ))
    AND (d.leased_until IS NULL OR d.leased_until <= %(now)s::timestamptz)
"""
# What changes an installation goes before sign-outs, and only the first of each installation.
_DUE_DELIVERIES: Final = """
    SELECT w.*, f.*, lane.is_ordered AS lane
    FROM free f CROSS JOIN (VALUES (TRUE), (FALSE)) AS lane(is_ordered), LATERAL (
        SELECT d.message_id AS key, d.next_attempt_at
        FROM messaging_delivery d
        WHERE {is_due} AND d.is_ordered = lane.is_ordered
          AND (NOT d.is_ordered OR d.sequence = (
              SELECT e.sequence FROM messaging_delivery e
              WHERE e.installation_id = d.installation_id AND e.status = 'pending' AND e.is_ordered
              ORDER BY e.sequence LIMIT 1
          ))
        ORDER BY d.next_attempt_at LIMIT GREATEST(LEAST(f.share - f.running, (SELECT most FROM turn)), 0)
    ) w
"""
_DUE_LOGOUTS: Final = """
    SELECT w.*, f.*, TRUE AS lane FROM free f, LATERAL (
        SELECT d.id AS key, d.next_attempt_at
        FROM messaging_logoutdelivery d
        WHERE {is_due}
        ORDER BY d.next_attempt_at LIMIT GREATEST(LEAST(f.share - f.running, (SELECT most FROM turn)), 0)
    ) w
"""
_CLAIM_DELIVERIES: Final = _CLAIM.format(
    free=_FREE_ENDPOINTS,
    due=_DUE_DELIVERIES.format(
        is_due=_IS_DUE.format(column="endpoint_id", owner="installs_installation", owned_by="installation_id")
    ),
    table="messaging_delivery",
    column="endpoint_id",
    key="message_id",
)
_CLAIM_LOGOUTS: Final = _CLAIM.format(
    free=_FREE_ENDPOINTS,
    due=_DUE_LOGOUTS.format(
        is_due=_IS_DUE.format(column="endpoint_id", owner="identity_oauthclient", owned_by="client_id")
    ),
    table="messaging_logoutdelivery",
    column="endpoint_id",
    key="id",
)


_Row = tuple[UUID, str, str, str, bool, bool, bool]


class Kind(Enum):
    """What a parcel is, and so how its result is written down."""

    CHANGE = "change"  # an event that something may follow from
    NOTICE = "notice"  # an event that nothing waits for, with no secret in it: nothing follows from its arrival
    LOGOUT_TOKEN = "logout token"  # noqa: S105 - a name


@dataclass(frozen=True, slots=True)
class Parcel:
    """One delivery to try now. ``body`` may hold secrets and is in no ``repr``.

    ``endpoint`` is the id of what is bounded together. ``is_probe``: it is the one try that a closed endpoint gets.
    ``is_troubled``: the endpoint has failures that a success would end.
    """

    delivery_id: UUID
    url: str
    endpoint: str
    body: bytes = field(repr=False)
    kind: Kind = Kind.CHANGE
    app: str = ""
    is_quick: bool = False
    is_probe: bool = False
    is_troubled: bool = False
    secrets: tuple[bytes, ...] = field(default=(), repr=False)  # of the app, to sign with


@dataclass(frozen=True, slots=True)
class Room:
    """How much a dispatcher may take: ``limit`` in all, at most ``slow_limit`` of it for receivers not known as quick.

    ``share`` is one endpoint's, together with what is ``running`` there. ``slow`` are those that this
    dispatcher has seen answer slowly; who answers at all is known from the rows of endpoints.
    """

    limit: int
    share: int
    running: Mapping[str, int] = field(default_factory=dict)
    slow: Collection[str] = ()
    slow_limit: int = 1_000_000


def claim(room: Room) -> list[Parcel]:
    """Leases due deliveries: of what changes an installation only the first pending one, so its order is kept.

    An endpoint that answers quickly may have :data:`AHEAD` shares, to be sent one after the other. Any number of
    dispatchers may claim.
    """
    rows = _lease(_CLAIM_DELIVERIES, room)
    messages = Message.objects.filter(pk__in=[row[0] for row in rows])
    columns = messages.values_list("pk", "type", "operation", "body", "public_body")
    found = {key: _read(type_, operation, body, public) for key, type_, operation, body, public in columns}
    return [_parcel(row, *found[row[0]]) for row in rows if row[0] in found]


def claim_logouts(room: Room) -> list[Parcel]:
    """The same for logout tokens, which are made here: they live for two minutes from now."""
    rows = _lease(_CLAIM_LOGOUTS, room)
    if not rows:
        return []
    found = LogoutDelivery.objects.select_related("client__account").in_bulk([row[0] for row in rows])
    audiences = find_audiences({delivery.client for delivery in found.values()})
    return [_parcel(row, _form(found[row[0]], audiences), Kind.LOGOUT_TOKEN) for row in rows]


def _lease(query: str, room: Room) -> list[_Row]:
    parameters: dict[str, Any] = {
        "now": clock.now(),
        "lease": new_id(),
        "term": LEASE,
        "running": json.dumps(dict(room.running)),
        "slow": list(room.slow),
        "ahead": AHEAD,
        "share": room.share,
        "limit": room.limit,
        "slow_limit": room.slow_limit,
    }
    with transaction.atomic():
        driver = connection.connection  # Django prepares nothing
        driver.prepare_threshold = _NEVER
        with psycopg.Cursor[_Row](driver) as cursor:
            cursor.execute(_PLAN)
            rows = cursor.execute(query, parameters, prepare=True).fetchall()
            cursor.execute(_PLAN_AGAIN)  # for whoever claims inside a transaction of theirs
    return rows


def _parcel(row: _Row, body: bytes, kind: Kind) -> Parcel:
    delivery_id, url, endpoint, app, is_quick, is_probe, is_troubled = row
    return Parcel(delivery_id, url, endpoint, body, kind, app, is_quick, is_probe, is_troubled)


def _read(type_: str, operation: UUID | None, body: bytes | None, public_body: str) -> tuple[bytes, Kind]:
    """What is sent, the same in every try, and how what comes of it is written down."""
    is_plain = operation is None and body is None and type_ not in CARRY_CREDENTIALS
    return public_body.encode() if body is None else body, Kind.NOTICE if is_plain else Kind.CHANGE


def _form(delivery: LogoutDelivery, audiences: Mapping[UUID, str]) -> bytes:
    """The body of a logout request (OpenID Connect Back-Channel Logout 1.0 §2.5)."""
    token = issue_logout_token(
        client=delivery.client,
        audience=audiences[delivery.client_id],
        user_id=delivery.user_id,
        session_id=delivery.login_session_id,
    )
    return urlencode({"logout_token": token}).encode()
