"""``fondaco dispatch``: sends what is due, many at once, and writes down what came of it.

The event loop only talks to the network. Claims and results are short transactions in a few threads, because a status
may change through the one synchronous door only.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from typing import Final, TypeVar

import psycopg
import uvloop
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.conninfo import make_conninfo

from fondaco.audit.actor import Actor
from fondaco.kit import clock
from fondaco.kit.outbound import OutboundError, SafeClient
from fondaco.messaging.actions import WAKE_CHANNEL, Outcome, record_attempt
from fondaco.messaging.desk import Desk
from fondaco.messaging.queue import Kind, Parcel, claim, claim_logouts
from fondaco.messaging.results import RULES, Result, hide_token, record_results
from fondaco.messaging.signing import Signer, SignerCache

logger = logging.getLogger(__name__)

T = TypeVar("T")

AT_ONCE: Final = 200  # tries under way in all
SHARE: Final = 10  # of them for one endpoint, so that a hanging one holds up nobody else
POLL_SECONDS: Final = 1.0
_QUICK: Final = 1.0  # seconds; below that a receiver is quick
_LONGEST_WAIT: Final = 15.0  # seconds for its turn; with the ten of a try well within the lease
_GATHER_SECONDS: Final = 0.005  # while sending, so that one look at the table serves many that became free
_THREADS: Final = 4
_SELF: Final = Actor.system("dispatcher")
_ADDRESS: Final = ("dbname", "user", "password", "host", "port", "sslmode", "sslrootcert")


def run(stop: threading.Event) -> None:
    """Dispatches until ``stop`` is set, then lets running tries finish (ten seconds at most)."""
    with closing(Dispatcher()) as dispatcher:
        uvloop.run(dispatcher.run(stop))


def drain() -> None:
    """Sends what is due now, and what becomes due by that, then returns: for simulations that own the clock."""
    with closing(Dispatcher()) as dispatcher:
        uvloop.run(dispatcher.drain())


class Dispatcher:
    """One process's worth of sending. Any number may run on one database."""

    def __init__(self, *, at_once: int = AT_ONCE, share: int = SHARE) -> None:
        self._at_once = at_once
        self._share = share
        self._running: Counter[str] = Counter()  # leased and not answered yet
        self._turns: dict[str, asyncio.Semaphore] = {}
        self._quick: set[str] = set()  # receivers that answered the last time within a second
        self._tasks: set[asyncio.Task[None]] = set()
        self._database = _address()
        self._wake = asyncio.Event()
        self._signers = SignerCache()
        self._connections: list[BaseDatabaseWrapper] = []
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="dispatcher-db")
        self._desks = {kind: Desk(partial(self._record_results, kind)) for kind in RULES}

    async def run(self, stop: threading.Event) -> None:
        """See :func:`run`."""
        waiting = asyncio.create_task(self._wake_on(stop))
        listening = asyncio.create_task(self._listen())
        try:
            async with SafeClient(connections=self._at_once) as client:
                while not stop.is_set():
                    self._wake.clear()
                    if not await self._start_due(client):
                        await self._pause()
                if self._tasks:
                    await asyncio.wait(self._tasks)
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
            stop.set()
            await waiting

    async def drain(self) -> None:
        """See :func:`drain`."""
        async with SafeClient(connections=self._at_once) as client:
            while True:
                was_busy = bool(self._tasks)  # then a receiver may have had its share when we looked
                self._wake.clear()
                if await self._start_due(client):
                    continue
                if self._tasks:
                    await self._wake.wait()
                elif not was_busy:
                    return

    async def _start_due(self, client: SafeClient) -> bool:
        """Whether to look again at once: something was found, so more may stand behind it or behind its share."""
        if self._tasks:
            await asyncio.sleep(_GATHER_SECONDS)
        room = self._at_once - len(self._tasks)
        if room <= 0:
            return False
        running = dict(self._running)
        try:
            parcels, signer = await self._in_thread(lambda: self._claim(room, running))
        except (DatabaseError, psycopg.Error):
            logger.exception("the dispatcher lost its database and tries again in a second")
            await asyncio.sleep(POLL_SECONDS)
            return True
        for parcel in parcels:
            self._running[parcel.endpoint] += 1
            task = asyncio.create_task(self._carry(client, signer, parcel))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return bool(parcels)

    def _claim(self, room: int, running: Mapping[str, int]) -> tuple[list[Parcel], Signer]:
        quick = list(self._quick)
        parcels = claim(limit=room, share=self._share, running=running, quick=quick)
        if len(parcels) < room:
            busy = Counter(running) + Counter(parcel.endpoint for parcel in parcels)
            parcels += claim_logouts(limit=room - len(parcels), share=self._share, running=busy, quick=quick)
        return parcels, self._signers.get()

    async def _carry(self, client: SafeClient, signer: Signer, parcel: Parcel) -> None:
        """One try and its record. Without a record the lease runs out, and the delivery is tried again."""
        try:
            outcome = await self._send_in_turn(client, signer, parcel)
            if outcome is not None:
                await self._record(parcel, outcome)
        except (DatabaseError, psycopg.Error):
            logger.exception("the result of delivery %s could not be written", parcel.delivery_id.hex)
        except Exception:
            logger.exception("delivery %s broke the dispatcher's rules", parcel.delivery_id.hex)
        finally:
            self._wake.set()

    async def _send_in_turn(self, client: SafeClient, signer: Signer, parcel: Parcel) -> Outcome | None:
        """Sends when the receiver has fewer than its share under way; what it answers is written down meanwhile.

        None when the receiver turned slow while the parcel waited here: its lease may run out, so it is left to that.
        """
        leased, endpoint = time.monotonic(), parcel.endpoint
        try:
            async with self._turns.setdefault(endpoint, asyncio.Semaphore(self._share)):
                begun = time.monotonic()
                if begun - leased > _LONGEST_WAIT:
                    return None
                outcome = await _send(client, signer, parcel)
                (self._quick.add if time.monotonic() - begun < _QUICK else self._quick.discard)(endpoint)
                return outcome
        finally:
            self._running[endpoint] -= 1
            if not self._running[endpoint]:
                del self._running[endpoint], self._turns[endpoint]
            self._wake.set()

    async def _record(self, parcel: Parcel, outcome: Outcome) -> None:
        if parcel.kind is Kind.CHANGE:
            await self._in_thread(lambda: record_attempt(actor=_SELF, delivery_id=parcel.delivery_id, outcome=outcome))
        else:
            await self._desks[parcel.kind].put((parcel.delivery_id, outcome))

    async def _record_results(self, kind: Kind, results: Sequence[Result]) -> None:
        await self._in_thread(lambda: record_results(actor=_SELF, kind=kind, results=results))

    async def _pause(self) -> None:
        try:
            await asyncio.wait_for(self._wake.wait(), POLL_SECONDS)
        except TimeoutError:
            return

    async def _wake_on(self, stop: threading.Event) -> None:
        await asyncio.to_thread(stop.wait)
        self._wake.set()

    async def _listen(self) -> None:
        """Wakes the loop when a message is committed; without it the poll finds the message within a second."""
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(self._database, autocommit=True) as listener:
                    await listener.execute(f"LISTEN {WAKE_CHANNEL}")
                    await listener.execute(f"LISTEN {clock.WAKE_CHANNEL}")
                    self._wake.set()
                    async for _ in listener.notifies():
                        self._wake.set()
            except psycopg.Error:
                logger.warning("the dispatcher cannot listen and polls until it can")
            await asyncio.sleep(POLL_SECONDS)

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._guarded, work)

    def _guarded(self, work: Callable[[], T]) -> T:
        mine = connections[DEFAULT_DB_ALIAS]
        if mine not in self._connections:
            mine.inc_thread_sharing()  # so that the end of the run can close it
            self._connections.append(mine)
        try:
            return work()
        except (DatabaseError, psycopg.Error):
            mine.close()  # the next turn of this thread connects anew
            raise

    def close(self) -> None:
        """Gives the threads and their connections back; outside the event loop, where Django allows it."""
        self._threads.shutdown()
        for each in self._connections:
            each.close()


async def _send(client: SafeClient, signer: Signer, parcel: Parcel) -> Outcome:
    started_at, begun = clock.now(), time.monotonic()
    try:
        answer = await client.request(
            "POST", parcel.url, headers=_headers(signer, parcel), body=parcel.body, truncate=True
        )
    except OutboundError as error:
        return Outcome(
            started_at=started_at,
            duration_ms=_since(begun),
            response_status=error.status,
            error=error.kind.value,
        )
    outcome = Outcome(
        started_at=started_at,
        duration_ms=_since(begun),
        response_status=answer.status,
        response_headers=answer.headers,
        response_body=answer.body,
        address=answer.address,
    )
    return hide_token(outcome, parcel.body) if parcel.kind is Kind.LOGOUT_TOKEN else outcome


def _headers(signer: Signer, parcel: Parcel) -> dict[str, str]:
    """A logout token proves itself; every other body is signed."""
    if parcel.kind is Kind.LOGOUT_TOKEN:
        return {"Content-Type": "application/x-www-form-urlencoded"}
    return {"Content-Type": "application/json", **signer.headers(parcel.body)}


def _address() -> str:
    """Where the database is, in libpq's words."""
    parameters = connection.get_connection_params()
    return make_conninfo(**{name: parameters[name] for name in _ADDRESS if parameters.get(name)})


def _since(begun: float) -> int:
    return round((time.monotonic() - begun) * 1000)
