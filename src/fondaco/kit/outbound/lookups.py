"""Looks names up in threads of their own, so that names which get no answer take nothing from those that do.

The system's ``getaddrinfo`` alone knows all that a name may mean here (hosts file, search domains, nsswitch), but it
cannot be called off: a dead name server holds a thread for half a minute, whoever has stopped waiting by then. So each
name holds one thread at most, and what a name did the last time decides with which others it shares threads: with
those that were quick, those that were not, or those that nobody has asked for yet.
"""

from __future__ import annotations

import socket
import threading
import time
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass, field

_THREADS = 256  # in each of the three lanes; they exist only while they look something up
_QUICK = 1.0  # seconds; a name whose lookup took less was quick
_REMEMBERED = 10_000  # names of which it is known whether they were

Found = list[tuple[socket.AddressFamily, str]]


@dataclass(eq=False)
class _Lookup:
    key: tuple[str, int]
    waiters: list[Future[Found]] = field(default_factory=list)


@dataclass(eq=False)
class _Lane:
    free: int
    waiting: deque[_Lookup] = field(default_factory=deque)


class Lookups:
    """To be shared by all threads and event loops of a process."""

    def __init__(self, threads: int = _THREADS) -> None:
        self._lock = threading.Lock()
        self._under_way: dict[tuple[str, int], _Lookup] = {}  # running, or waiting for a thread
        self._was_quick: dict[str, bool] = {}  # the name that was asked for last comes last
        self._lanes = {was_quick: _Lane(threads) for was_quick in (True, False, None)}

    def find(self, host: str, family: int = socket.AF_UNSPEC) -> Future[Found]:
        """The addresses of ``host``, or what ``getaddrinfo`` raises. Who waits no longer cancels it, for itself alone.

        The future may wait for a thread as well as for the answer, and neither has an end of its own.
        """
        waiter: Future[Found] = Future()
        key = (host, family)
        with self._lock:
            if key not in self._under_way:
                self._begin(_Lookup(key))
            self._under_way[key].waiters.append(waiter)
        return waiter

    def _begin(self, lookup: _Lookup) -> None:
        lane = self._lanes[self._was_quick.get(lookup.key[0])]
        if lane.free:
            # A daemon, for a process that is to end does not wait for a name server. The executors of the standard
            # library would: their threads are joined at the exit.
            threading.Thread(target=self._work, args=(lookup, lane), name="resolve", daemon=True).start()
            lane.free -= 1
        else:
            lane.waiting.append(lookup)
        self._under_way[lookup.key] = lookup

    def _work(self, lookup: _Lookup | None, lane: _Lane) -> None:
        while lookup is not None:
            begun = time.monotonic()
            answer = _ask(*lookup.key)
            self._end(lookup, is_quick=time.monotonic() - begun < _QUICK)
            for waiter in lookup.waiters:
                _tell(waiter, answer)
            lookup = self._next(lane)

    def _end(self, lookup: _Lookup, *, is_quick: bool) -> None:
        host = lookup.key[0]
        with self._lock:
            del self._under_way[lookup.key]
            self._was_quick.pop(host, None)
            self._was_quick[host] = is_quick
            if len(self._was_quick) > _REMEMBERED:
                del self._was_quick[next(iter(self._was_quick))]

    def _next(self, lane: _Lane) -> _Lookup | None:
        """What this thread does next, passing what nobody waits for any more; without work its place is free."""
        with self._lock:
            while lane.waiting:
                lookup = lane.waiting.popleft()
                if not all(waiter.cancelled() for waiter in lookup.waiters):
                    return lookup
                del self._under_way[lookup.key]
            lane.free += 1
        return None


def _ask(host: str, family: int) -> Found | Exception:
    try:
        entries = socket.getaddrinfo(host, None, family=family, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
    except Exception as error:  # whatever it is, those who wait have to hear it
        return error
    return list(dict.fromkeys((entry[0], str(entry[4][0])) for entry in entries))


def _tell(waiter: Future[Found], answer: Found | Exception) -> None:
    if not waiter.set_running_or_notify_cancel():
        return
    if isinstance(answer, Exception):
        waiter.set_exception(answer)
    else:
        waiter.set_result(answer)
