"""The hash chain over events: sealed by the sweeper after commit, verified by ``fondaco verify-audit``.

A chain written inside each transaction would make every writer wait for every other. So events are written freely and
a sealing pass, alone under an advisory lock, gives each committed event the next position and
``HMAC(key, previous hash ‖ the event's content)``. Whoever changes, removes or inserts a row breaks the chain; without
the key it cannot be computed anew. Ids sort by real time, so a thorough pass looks only at those from an hour before
the last sealed one on: no transaction of ours lasts that long, and an older event without a seal was slipped in
afterwards.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet

from fondaco.audit.models import Event, Seal
from fondaco.kit import deadlines

_SEALING_LOCK = 0x464F_4E44  # any fixed number; the same in every process
_START = b"\0" * 32
_LOOK_BACK_MS = 3_600_000
_SHORT_LOOK_BACK_MS = 10_000  # of the frequent pass; what commits later than that waits for the thorough one
_BATCH = 5000
# What a seal covers, in this order for ever: another order would be another hash.
_SEALED: Final = (
    "id",
    "kind",
    "occurred_at",
    "actor_kind",
    "actor_id",
    "actor_label",
    "actor_address",
    "subject_type",
    "subject_id",
    "account_id",
    "partner_id",
    "data",
)
_INSERT: Final = """
    INSERT INTO audit_seal (position, event_id, hash)
    SELECT %(first)s + s.place - 1, s.event_id, s.hash
    FROM unnest(%(keys)s::uuid[], %(hashes)s::bytea[]) WITH ORDINALITY AS s(event_id, hash, place)
"""


@dataclass(frozen=True, slots=True)
class Break:
    """A place where the chain does not hold, and what is wrong there."""

    position: int  # 0 when the event has no place in it
    event_id: str
    problem: str


def seal(limit: int = 1000, *, look_back_ms: int = _LOOK_BACK_MS) -> int:
    """Seals up to ``limit`` events that have no seal yet, oldest first; returns how many. Safe at any time.

    Events are looked at from so long before the last sealed one on.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_SEALING_LOCK])
            if not cursor.fetchone()[0]:
                return 0
        last = Seal.objects.order_by("-position").first()
        position, previous = (last.position, bytes(last.hash)) if last else (0, _START)
        waiting = _unsealed().filter(pk__gte=_earliest(last, look_back_ms)) if last else _unsealed()
        keys, hashes = list[UUID](), list[bytes]()
        for content in waiting.order_by("id").values_list(*_SEALED)[:limit]:
            previous = _link(previous, content)
            keys.append(content[0])
            hashes.append(previous)
        _keep(position + 1, keys, hashes)
        return len(keys)


@deadlines.recurring("audit.seal", every=timedelta(seconds=2))
def seal_all() -> None:
    """Seals what was committed since the last time by transactions that took no longer than some seconds."""
    while seal(_BATCH, look_back_ms=_SHORT_LOOK_BACK_MS) == _BATCH:
        pass


@deadlines.recurring("audit.seal_late", every=timedelta(minutes=1))
def seal_late() -> None:
    """Seals what longer transactions left: a look at a whole hour is too much for every other second."""
    while seal(_BATCH) == _BATCH:
        pass


def verify() -> list[Break]:
    """Walks the whole chain; an empty list means every event is as it was written, and none was slipped in."""
    return [*_breaks(), *_strangers()]


def _breaks() -> Iterator[Break]:
    previous, expected = _START, 0
    for seals in _batches():
        events = Event.objects.in_bulk([seal.event_id for seal in seals])
        for seal_row in seals:
            expected += 1
            event = events.get(seal_row.event_id)
            if seal_row.position != expected:
                yield Break(expected, seal_row.event_id.hex, "a seal is missing before this one")
                expected = seal_row.position
            if event is None:
                yield Break(seal_row.position, seal_row.event_id.hex, "the event was removed")
            elif not hmac.compare_digest(_link(previous, _content(event)), bytes(seal_row.hash)):
                yield Break(seal_row.position, seal_row.event_id.hex, "the event or a seal was changed")
            previous = bytes(seal_row.hash)


def _strangers() -> Iterator[Break]:
    last = Seal.objects.order_by("-position").first()
    if last is not None:
        for event_id in _unsealed().filter(pk__lt=_earliest(last)).order_by("pk").values_list("pk", flat=True):
            yield Break(0, event_id.hex, "the event was added afterwards")


def _unsealed() -> QuerySet[Event]:
    return Event.objects.filter(~Exists(Seal.objects.filter(event_id=OuterRef("pk"))))


def _earliest(last: Seal, look_back_ms: int = _LOOK_BACK_MS) -> UUID:
    """The lowest id (a UUIDv7, milliseconds first) from which an unsealed event may still be an honest one."""
    return UUID(int=max(0, (last.event_id.int >> 80) - look_back_ms) << 80)


def _batches(size: int = 2000) -> Iterator[list[Seal]]:
    position = 0
    while rows := list(Seal.objects.filter(position__gt=position).order_by("position")[:size]):
        yield rows
        position = rows[-1].position


def _keep(first: int, keys: list[UUID], hashes: list[bytes]) -> None:
    if keys:
        with connection.cursor() as cursor:
            cursor.execute(_INSERT, {"first": first, "keys": keys, "hashes": hashes})


def _content(event: Event) -> tuple[Any, ...]:
    return tuple(getattr(event, name) for name in _SEALED)


def _link(previous: bytes, content: tuple[Any, ...]) -> bytes:
    event_id, kind, occurred_at, *words, partner_id, data = content
    members = [event_id.hex, kind, occurred_at.isoformat(), *words, partner_id.hex if partner_id else None, data]
    text = json.dumps(members, sort_keys=True, separators=(",", ":")).encode()
    # The oldest key of the ring never leaves it, so seals outlive key rotation.
    key = list(settings.HASH_KEYS.values())[-1]
    return hmac.digest(key, previous + hashlib.sha256(text).digest(), "sha256")
