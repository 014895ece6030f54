"""``fondaco dispatch``: sends what is due, many at once, and writes down what came of it.

The event loop only talks to the network. Claims and results are short transactions in a few threads, because a status
may change through the one synchronous door only.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from functools import partial
from typing import Final, TypeVar
from uuid import UUID

import psycopg
import uvloop
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.conninfo import make_conninfo

from fondaco.audit.actor import Actor
from fondaco.kit import clock
from fondaco.kit.frames import with_room
from fondaco.kit.outbound import CONNECT_SECONDS, TOTAL_SECONDS, Answer, OutboundError, SafeClient
from fondaco.messaging import breaker, presence
from fondaco.messaging.actions import Outcome
from fondaco.messaging.desk import Desk
from fondaco.messaging.health import Observation, record_observations
from fondaco.messaging.queue import Kind, Parcel, Room, claim, claim_logouts
from fondaco.messaging.results import RULES, Result, hide_token, record_results
from fondaco.messaging.schedule import asked_to_wait
from fondaco.messaging.signing import Signer, SignerCache
from fondaco.messaging.webhook_secrets import SecretCache

logger = logging.getLogger(__name__)

T = TypeVar("T")

AT_ONCE: Final = 400  # tries under way in all
SHARE: Final = 10  # for one endpoint, by all dispatchers together, so that a hanging one holds up nobody else
_SLOW_PART: Final = 2  # one in so many of all may be for endpoints not known to answer quickly
POLL_SECONDS: Final = 1.0
_QUICK: Final = 1.0  # seconds; below that a receiver is quick
_REPORT_SECONDS: Final = 30.0  # between two reports that an endpoint still works
_LONGEST_WAIT: Final = 15.0  # seconds for its turn; with the ten of a try well within the lease
_GATHER_SECONDS: Final = 0.005  # after a commit, so that one look at the table serves those at the same time
_REST_SECONDS: Final = 0.04  # between two looks while only places become free, unless a quarter of all has
_UNWRITTEN: Final = 2  # times as many as may be under way: so many results may wait to be written down
_THREADS: Final = 4
_SELF: Final = Actor.system("dispatcher")
_ADDRESS: Final = ("dbname", "user", "password", "host", "port", "sslmode", "sslrootcert")


def run(stop: threading.Event) -> None:
    """Dispatches until ``stop`` is set, then lets running tries finish (ten seconds at most)."""
    gc.freeze()  # what is loaded by now stays; looking it through again and again costs more than it would ever free
    with closing(Dispatcher()) as dispatcher:
        uvloop.run(dispatcher.run(stop))


def drain() -> None:
    """Sends what is due now, and what becomes due by that, then returns: for simulations that own the clock."""
    with closing(Dispatcher()) as dispatcher:
        uvloop.run(dispatcher.drain())


class Dispatcher:
    """One process's worth of sending. Any number may run on one database."""

    def __init__(
        self,
        *,
        at_once: int = AT_ONCE,
        share: int = SHARE,
        connect_seconds: float = CONNECT_SECONDS,
        total_seconds: float = TOTAL_SECONDS,
    ) -> None:
        self._at_once = at_once
        self._share_of_all = self._share = share  # of one endpoint: for all dispatchers, and for this one
        self._connect_seconds, self._total_seconds = connect_seconds, total_seconds
        self._running: Counter[str] = Counter()  # leased and not answered yet
        self._running_slow = 0  # of those, for receivers not known as quick
        self._turns: dict[str, asyncio.Semaphore] = {}
        self._slow: set[str] = set()  # receivers that did not answer the last time, or not within a second
        self._reported: dict[str, float] = {}  # when it was last written that an endpoint works
        self._tasks: set[asyncio.Task[None]] = set()
        self._database = _address()
        self._wake = asyncio.Event()
        self._has_news = False  # something was committed since the last look
        self._looked_at = 0.0
        self._signers = SignerCache()
        self._secrets = SecretCache()
        self._connections: list[BaseDatabaseWrapper] = []
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="dispatcher-db")
        self._desks = {kind: Desk(partial(self._record_results, kind)) for kind in RULES}
        self._ward = Desk[Observation](self._record_observations)

    async def run(self, stop: threading.Event) -> None:
        """See :func:`run`."""
        waiting = asyncio.create_task(self._wake_on(stop))
        listening = asyncio.create_task(self._listen())
        try:
            async with self._client() as client:
                await self._pause()  # until it knows with how many it shares
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
        async with self._client() as client:
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
        await self._gather()
        room = self._at_once - self._running.total()
        if room <= 0 or len(self._tasks) > _UNWRITTEN * self._at_once:
            return False
        self._has_news, self._looked_at = False, time.monotonic()
        slow_limit = max(self._at_once // _SLOW_PART - self._running_slow, 0)
        taking = Room(room, self._share, dict(self._running), set(self._slow), slow_limit)
        try:
            parcels, signer = await self._in_thread(lambda: self._claim(taking))
        except (DatabaseError, psycopg.Error):
            logger.exception("the dispatcher lost its database and tries again in a second")
            await asyncio.sleep(POLL_SECONDS)
            return True
        for parcel in parcels:
            self._running[parcel.endpoint] += 1
            self._running_slow += not parcel.is_quick
            task = asyncio.create_task(self._carry(client, signer, parcel))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return bool(parcels)

    async def _gather(self) -> None:
        """Lets more come together, for a look costs the more the less it finds; what was committed waits least."""
        if not self._tasks:
            return
        await asyncio.sleep(_GATHER_SECONDS)
        while (
            not self._has_news
            and self._running.total() > self._at_once * 3 // 4
            and time.monotonic() - self._looked_at < _REST_SECONDS
        ):
            await asyncio.sleep(_GATHER_SECONDS)

    def _claim(self, room: Room) -> tuple[list[Parcel], Signer]:
        parcels = claim(room)
        secrets = self._secrets.get({UUID(parcel.app) for parcel in parcels})
        parcels = [replace(parcel, secrets=secrets[UUID(parcel.app)]) for parcel in parcels]
        if len(parcels) < room.limit:
            parcels += claim_logouts(replace(room, limit=room.limit - len(parcels)))
        return parcels, self._signers.get()

    def _client(self) -> SafeClient:
        return SafeClient(
            connections=self._at_once, connect_seconds=self._connect_seconds, total_seconds=self._total_seconds
        )

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
                self._note_speed(endpoint, is_quick=not outcome.error and time.monotonic() - begun < _QUICK)
                return outcome
        finally:
            self._running[endpoint] -= 1
            self._running_slow -= not parcel.is_quick
            if not self._running[endpoint]:
                del self._running[endpoint]
                self._turns.pop(endpoint, None)
            self._wake.set()

    def _note_speed(self, endpoint: str, *, is_quick: bool) -> None:
        if is_quick:
            self._slow.discard(endpoint)
        else:
            self._slow.add(endpoint)

    async def _record(self, parcel: Parcel, outcome: Outcome) -> None:
        written = self._desks[parcel.kind].put((parcel.delivery_id, outcome))
        if self._is_news(parcel, outcome):
            await asyncio.gather(written, self._ward.put(_observe(parcel, outcome)))
        else:
            await written

    def _is_news(self, parcel: Parcel, outcome: Outcome) -> bool:
        """Whether it has to be written how the endpoint did; that it goes on working, twice a minute will do."""
        if not _is_well(parcel, outcome) or parcel.is_troubled or parcel.is_probe:
            self._reported.pop(parcel.endpoint, None)
            return True
        now = time.monotonic()
        if now - self._reported.get(parcel.endpoint, 0.0) < _REPORT_SECONDS:
            return False
        self._reported[parcel.endpoint] = now
        return True

    async def _record_results(self, kind: Kind, results: Sequence[Result]) -> None:
        await self._in_thread(lambda: record_results(actor=_SELF, kind=kind, results=results))

    async def _record_observations(self, observations: Sequence[Observation]) -> None:
        await self._in_thread(lambda: record_observations(actor=_SELF, observations=observations))

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
                await presence.stay(self._database, woken=self._hear, counted=self._divide)
            except psycopg.Error:
                logger.warning("the dispatcher cannot listen and polls until it can")
            await asyncio.sleep(POLL_SECONDS)

    def _hear(self, has_news: bool) -> None:
        self._has_news = self._has_news or has_news
        self._wake.set()

    def _divide(self, dispatchers: int) -> None:
        """An endpoint's tries at once are shared between all; what waits here for its turn keeps the turns it knew."""
        share = max(self._share_of_all // dispatchers, 1)
        if share != self._share:
            self._share, self._turns = share, {}

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._guarded, work)

    @with_room
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
    started_at, begun, headers = clock.now(), time.monotonic(), _headers(signer, parcel)
    answer: Answer | None
    error, address = "", ""
    try:
        answer = await client.request("POST", parcel.url, headers=headers, body=parcel.body, truncate=True)
    except OutboundError as failure:
        answer, error, address = failure.answer, failure.kind.value, failure.address
    outcome = Outcome(
        started_at=started_at,
        duration_ms=_since(begun),
        response_status=answer.status if answer else None,
        response_headers=answer.headers if answer else {},
        response_body=answer.body if answer else b"",
        error=error,
        address=answer.address if answer else address,
        request_headers=headers,
    )
    return hide_token(outcome, parcel.body) if parcel.kind is Kind.LOGOUT_TOKEN else outcome


def _is_well(parcel: Parcel, outcome: Outcome) -> bool:
    """Whether the endpoint did what it is for. A program that will not sign a user out (400) says so, and is well."""
    is_answer = parcel.kind is Kind.LOGOUT_TOKEN and not outcome.error
    return outcome.is_success or (is_answer and outcome.response_status in RULES[parcel.kind].refused)


def _observe(parcel: Parcel, outcome: Outcome) -> Observation:
    now = clock.now()
    answer = breaker.Answer(
        at=now,
        is_success=_is_well(parcel, outcome),
        status=None if outcome.error else outcome.response_status,
        wait=asked_to_wait(outcome.response_status, outcome.response_headers, now),
        is_probe=parcel.is_probe,
    )
    return Observation(UUID(parcel.endpoint), answer, outcome.error)


def _headers(signer: Signer, parcel: Parcel) -> dict[str, str]:
    """A logout token proves itself; every other body is signed."""
    if parcel.kind is Kind.LOGOUT_TOKEN:
        return {"Content-Type": "application/x-www-form-urlencoded"}
    signed = signer.headers(parcel.body, message_id=parcel.delivery_id, secrets=parcel.secrets)
    return {"Content-Type": "application/json", **signed}


def _address() -> str:
    """Where the database is, in libpq's words."""
    parameters = connection.get_connection_params()
    return make_conninfo(**{name: parameters[name] for name in _ADDRESS if parameters.get(name)})


def _since(begun: float) -> int:
    return round((time.monotonic() - begun) * 1000)
