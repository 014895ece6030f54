"""The only clock. Production accounts live in real time; a developer account may run ahead of it, never behind.

Tests and simulations shift the clock of the whole process, all threads included; time goes on running meanwhile.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from fondaco.kit.errors import Conflict

WAKE_CHANNEL = "fondaco_deadlines"  # who listens here sweeps at once instead of within a second


class ClockBackwards(Conflict):
    """An account's clock only moves forward, because what its time brought about cannot be undone."""

    code = "clock-backwards"
    message = _("The clock of this account already runs further ahead. It was not changed. Choose a later time.")


@dataclass(frozen=True, slots=True)
class _Shift:
    by: timedelta = timedelta(0)
    frozen: datetime | None = None

    def now(self) -> datetime:
        return self.frozen or datetime.now(UTC) + self.by


_shift = _Shift()
_lock = threading.Lock()


def now(account_id: str | None = None) -> datetime:
    """The time, aware and in UTC; with ``account_id`` that account's own time (one query in each transaction)."""
    moment = _shift.now()
    return moment + offset_of(account_id) if account_id else moment


def epoch() -> float:
    """The same for real time, in seconds since 1970."""
    if _shift.frozen is not None:
        return _shift.frozen.timestamp()
    return time.time() + _shift.by.total_seconds()


def offset_of(account_id: str) -> timedelta:
    """How far the account's clock runs ahead; zero for most. Within one transaction it is read once."""
    known = _known_offsets()
    if account_id not in known:
        offsets = apps.get_model("kit", "ClockOffset").objects.filter(pk=account_id).values_list("offset", flat=True)
        known[account_id] = offsets.first() or timedelta(0)
    return known[account_id]


def offsets_of(account_ids: Collection[str]) -> dict[str, timedelta]:
    """The same for many accounts, in one query at most."""
    known = _known_offsets()
    unknown = [each for each in account_ids if each not in known]
    if unknown:
        rows = apps.get_model("kit", "ClockOffset").objects.filter(pk__in=unknown).values_list("pk", "offset")
        known.update(dict.fromkeys(unknown, timedelta(0)))
        known.update(rows)
    return {each: known[each] for each in account_ids}


def offset_column(account_id: str) -> Any:
    """For annotations: the offset of the account whose key is in that column; None for those that live in real time."""
    offsets = apps.get_model("kit", "ClockOffset").objects.filter(pk=OuterRef(account_id))
    return Subquery(offsets.values("offset")[:1])


class _Offsets(dict[str, timedelta]):
    """What the current transaction has read. Django's list of things to do on commit holds it, because that list lives
    exactly as long as the transaction or savepoint that put it there, also when that is rolled back."""

    is_valid = True

    def __call__(self) -> None:
        """Nothing is to be done on commit."""


def _known_offsets() -> dict[str, timedelta]:
    for entry in connection.run_on_commit:
        if isinstance(entry[1], _Offsets) and entry[1].is_valid:
            return entry[1]
    known = _Offsets()
    if connection.in_atomic_block:
        transaction.on_commit(known)
    return known


def _forget_offsets() -> None:
    for entry in connection.run_on_commit:
        if isinstance(entry[1], _Offsets):
            entry[1].is_valid = False


def set_offset(account_id: str, offset: timedelta) -> None:
    """Lets the account's clock run ``offset`` ahead of real time and wakes the sweeper.

    Raises :class:`ClockBackwards` when it already runs further ahead. Who may do this is for the caller to check.
    """
    if offset < timedelta(0):
        raise ClockBackwards
    with connection.cursor() as cursor:
        # One statement, so that of two movers at once neither can pull the other back.
        cursor.execute(
            'INSERT INTO kit_clockoffset AS c (account_id, "offset") VALUES (%s, make_interval(secs => %s)) '
            'ON CONFLICT (account_id) DO UPDATE SET "offset" = excluded."offset" '
            'WHERE c."offset" <= excluded."offset" RETURNING 1',
            [account_id, offset.total_seconds()],
        )
        if cursor.fetchone() is None:
            raise ClockBackwards
        cursor.execute("SELECT pg_notify(%s, '')", [WAKE_CHANNEL])
    _forget_offsets()


@contextmanager
def travel(to: datetime | timedelta) -> Iterator[None]:
    """Shifts this process's clock to a moment, or by a duration, until the block ends. Nests."""
    current = _shift
    by = to if isinstance(to, timedelta) else _aware(to) - current.now()
    with _shifted(
        replace(current, frozen=current.frozen + by) if current.frozen else replace(current, by=current.by + by)
    ):
        yield


@contextmanager
def freeze(at: datetime | None = None) -> Iterator[datetime]:
    """Stops this process's clock at ``at`` (default: now) until the block ends; yields that moment."""
    moment = _aware(at) if at else _shift.now()
    with _shifted(replace(_shift, frozen=moment)):
        yield moment


@contextmanager
def _shifted(shift: _Shift) -> Iterator[None]:
    global _shift
    with _lock:
        before, _shift = _shift, shift
    try:
        yield
    finally:
        with _lock:
            _shift = before


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("the clock knows only moments with a time zone")
    return moment.astimezone(UTC)
