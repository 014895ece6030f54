"""Everything that will happen later is a row here, and one sweeper makes it happen.

The sweeper runs each handler in one transaction with the removal of its row, so a handler's work is done exactly when
the row is gone; a process killed half-way leaves the row, and the handler runs again. Handlers therefore look at the
state of things first and must bear a repetition.

Where what is due is cheap, the transaction around it is not: such kinds have a joint handler, which gets all that are
due at once.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from uuid import UUID

import psycopg
from django.db import DatabaseError, connection, transaction

from fondaco.kit import clock
from fondaco.kit.models import Deadline

logger = logging.getLogger(__name__)

Handler = Callable[[str, datetime], None]
JointHandler = Callable[[Sequence[str]], None]
_handlers: dict[str, Handler] = {}
_joint_handlers: dict[str, JointHandler] = {}
_recurring: set[str] = set()

_FIRST_PAUSE = timedelta(seconds=2)
_LONGEST_PAUSE = timedelta(hours=1)

# Two statements because each can use its own index: what is due in real time (an account's clock never runs behind),
# and what is due only because its account's clock runs ahead.
_CLAIM_IN_REAL_TIME = """
    SELECT id, kind, subject_id, due_at, attempts, %(now)s::timestamptz
    FROM kit_deadline WHERE try_at <= %(now)s::timestamptz
    ORDER BY try_at LIMIT 1 FOR UPDATE SKIP LOCKED
"""
_CLAIM_IN_ACCOUNT_TIME = """
    SELECT d.id, d.kind, d.subject_id, d.due_at, d.attempts, %(now)s::timestamptz + c."offset"
    FROM kit_clockoffset c JOIN kit_deadline d
      ON d.account_id = c.account_id AND d.try_at <= %(now)s::timestamptz + c."offset"
    WHERE c."offset" > INTERVAL '0'
    ORDER BY d.try_at LIMIT 1 FOR UPDATE OF d SKIP LOCKED
"""

# More of the kind that is due already.
_CLAIM_ALIKE = """
    SELECT id, kind, subject_id, due_at, attempts, %(now)s::timestamptz
    FROM kit_deadline WHERE try_at <= %(now)s::timestamptz AND kind = %(kind)s AND id <> %(but)s
    ORDER BY try_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
"""


@dataclass(frozen=True, slots=True)
class _Claim:
    id: UUID
    kind: str
    subject_id: str
    due_at: datetime
    attempts: int
    now: datetime  # in the time of the deadline's account


@dataclass(frozen=True, slots=True)
class Due:
    """When something happens to one subject, in the time of its account."""

    subject_id: str
    due_at: datetime
    account_id: str | None = None


def handler(kind: str) -> Callable[[Handler], Handler]:
    """Registers ``function(subject_id, due_at)`` for a kind. It runs in the sweeper's transaction, as a step.

    It calls no entry action (those open their own transaction) and no network.
    """

    def register(function: Handler) -> Handler:
        if _handlers.setdefault(kind, function) is not function:
            raise ValueError(f"the deadline {kind!r} has two handlers")
        return function

    return register


def joint_handler(kind: str) -> Callable[[JointHandler], JointHandler]:
    """Registers ``function(subject_ids)`` for a kind of which many may be due at once: all of them, in one transaction.

    Fit for what is a statement or two, whoever it concerns. When it fails, each is tried by itself.
    """

    def register(function: JointHandler) -> JointHandler:
        @wraps(function)
        def run(subject_id: str, due_at: datetime) -> None:
            function([subject_id])

        handler(kind)(run)
        _joint_handlers[kind] = function
        return function

    return register


def recurring(kind: str, *, every: timedelta) -> Callable[[Callable[[], object]], Callable[[], object]]:
    """Registers ``function()`` to run for ever, ``every`` after its last end, in one sweeper at a time.

    The row makes itself anew each time; the first is made when a sweeper starts.
    """

    def register(function: Callable[[], object]) -> Callable[[], object]:
        def run(subject_id: str, due_at: datetime) -> None:
            function()
            schedule(kind, subject_id=subject_id, due_at=clock.now() + every)

        run.__doc__ = function.__doc__
        handler(kind)(run)
        _recurring.add(kind)
        return function

    return register


def start_recurring() -> None:
    """Makes the rows of recurring deadlines that have none."""
    for kind in sorted(_recurring):
        schedule(kind, subject_id="house", due_at=clock.now(), replace=False)


def all_kinds() -> list[str]:
    """Every kind that has a handler, by name."""
    return sorted(_handlers)


def find_handler(kind: str) -> Handler:
    """What runs when ``kind`` is due; a kind without a handler is a ``KeyError``."""
    return _handlers[kind]


def schedule(
    kind: str, *, subject_id: str, due_at: datetime, account_id: str | None = None, replace: bool = True
) -> None:
    """Lets ``kind`` happen to the subject at ``due_at``, in the account's time; one row for each kind and subject.

    ``replace`` moves an existing one, otherwise that stays as it is. Part of the caller's transaction.
    """
    schedule_all(kind, [Due(subject_id, due_at, account_id)], replace=replace)


def schedule_all(kind: str, dues: Collection[Due], *, replace: bool = True) -> None:
    """The same for many subjects, each once."""
    now = clock.now()
    deadlines = [
        Deadline(
            kind=kind,
            subject_id=due.subject_id,
            account_id=due.account_id,
            due_at=due.due_at,
            try_at=due.due_at,
            created_at=now,
        )
        for due in dues
    ]
    if replace:
        Deadline.objects.bulk_create(
            deadlines,
            update_conflicts=True,
            unique_fields=["kind", "subject_id"],
            update_fields=["account_id", "due_at", "try_at", "attempts", "last_error", "created_at"],
        )
    else:
        Deadline.objects.bulk_create(deadlines, ignore_conflicts=True)
    # A notification makes commits wait for each other, so only what cannot wait for the next second sends one.
    if any(due.due_at <= now + timedelta(seconds=1) for due in dues):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, '')", [clock.WAKE_CHANNEL])


def cancel(kind: str, *, subject_id: str) -> bool:
    """Takes the deadline away; False when there was none. Part of the caller's transaction."""
    return Deadline.objects.filter(kind=kind, subject_id=subject_id).delete()[0] > 0


def cancel_all(kind: str, subject_ids: Collection[str]) -> None:
    """The same for many subjects at once."""
    if subject_ids:
        Deadline.objects.filter(kind=kind, subject_id__in=subject_ids).delete()


def hasten(kind: str, subject_ids: Collection[str]) -> int:
    """Lets what waits for those of the subjects happen now; how many there were. Part of the caller's transaction."""
    now = clock.now()
    waiting = Deadline.objects.filter(kind=kind, subject_id__in=subject_ids, try_at__gt=now) if subject_ids else None
    return waiting.update(due_at=now, try_at=now) if waiting is not None else 0


def find_due(kind: str, subject_ids: Collection[str]) -> dict[str, datetime]:
    """When ``kind`` will happen to those of the subjects that wait for it."""
    waiting = Deadline.objects.filter(kind=kind, subject_id__in=subject_ids)
    return dict(waiting.values_list("subject_id", "due_at"))


def sweep_once(limit: int = 100) -> int:
    """Handles up to ``limit`` due deadlines; returns how many were handled to the end.

    Each has its own transaction, but for kinds with a joint handler. Any number of sweepers may run at once. A handler
    that fails changes nothing; its deadline is tried again after a pause that grows from two seconds to an hour, with
    the error kept on the row.
    """
    handled = tried = 0
    while tried < limit:
        with transaction.atomic(durable=True):
            claims = _claim(limit - tried)
            if not claims:
                break
            tried += len(claims)
            handled += _handle_all(claims)
    return handled


def run_forever(stop: threading.Event, *, limit: int = 500) -> None:
    """Sweeps until ``stop`` is set: when notified, and at least once a second. Survives a restart of the database."""
    listening: object = None
    while not stop.is_set():
        try:
            connection.ensure_connection()
            if connection.connection is not listening:
                with connection.cursor() as cursor:
                    cursor.execute(f"LISTEN {clock.WAKE_CHANNEL}")
                start_recurring()
                listening = connection.connection
            if sweep_once(limit) < limit:
                for _ in connection.connection.notifies(timeout=1.0, stop_after=1):
                    pass
        except (DatabaseError, psycopg.Error):
            logger.exception("the sweeper lost its database and tries again in a second")
            connection.close()
            stop.wait(1.0)
    connection.close()


def _claim(limit: int) -> list[_Claim]:
    """What is due first; where its kind is handled jointly, so many of that kind."""
    now = clock.now()
    with connection.cursor() as cursor:
        # A handler takes its subject's lock after the row's, an action the other way round. Whoever waits here gives
        # up before PostgreSQL (after a second) would pick a victim, so that it is never the person's click.
        cursor.execute("SET LOCAL lock_timeout = '250ms'")
        for query in (_CLAIM_IN_REAL_TIME, _CLAIM_IN_ACCOUNT_TIME):
            cursor.execute(query, {"now": now})
            if row := cursor.fetchone():
                first = _Claim(*row)
                break
        else:
            return []
        if first.kind not in _joint_handlers or limit == 1:
            return [first]
        cursor.execute(_CLAIM_ALIKE, {"now": now, "kind": first.kind, "but": first.id, "limit": limit - 1})
        return [first, *(_Claim(*row) for row in cursor.fetchall())]


def _handle_all(claims: Sequence[_Claim]) -> int:
    if len(claims) > 1:
        try:
            with transaction.atomic():
                Deadline.objects.filter(pk__in=[claim.id for claim in claims]).delete()
                _joint_handlers[claims[0].kind]([claim.subject_id for claim in claims])
        except Exception:
            if connection.connection is None or connection.connection.closed:
                raise
            logger.exception("deadlines %s of %d subjects failed together", claims[0].kind, len(claims))
        else:
            return len(claims)
    return sum(_handle(claim) for claim in claims)


def _handle(claim: _Claim) -> bool:
    try:
        with transaction.atomic():
            # Removed first, so that a handler may schedule the same deadline anew.
            Deadline.objects.filter(pk=claim.id).delete()
            _find(claim.kind)(claim.subject_id, claim.due_at)
    except Exception as error:
        if connection.connection is None or connection.connection.closed:
            raise  # nothing can be written any more; the row is untouched
        logger.exception("deadline %s of %s failed", claim.kind, claim.subject_id)
        _postpone(claim, error)
        return False
    return True


def _find(kind: str) -> Handler:
    if kind not in _handlers:
        raise LookupError(f"nothing handles deadlines of the kind {kind!r}")
    return _handlers[kind]


def _postpone(claim: _Claim, error: Exception) -> None:
    pause = min(_FIRST_PAUSE * 2 ** min(claim.attempts, 20), _LONGEST_PAUSE)
    Deadline.objects.filter(pk=claim.id).update(
        attempts=claim.attempts + 1,
        try_at=claim.now + pause,
        last_error=f"{type(error).__name__}: {error}"[:2000],
    )
