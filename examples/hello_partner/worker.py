"""The background queue: events are worked on after we said 2xx, in order per installation, again after a failure.

The queue is the `events` table, so a crash loses nothing: what was unfinished is resumed at the next start.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable

import httpx

from hello_partner.platform_client import PlatformError
from hello_partner.store import Store, StoredEvent
from hello_partner.tokens import TokenRefusedError

log = logging.getLogger("hello_partner")

THREADS = 4
LONGEST_DELAY = 300
# The platform gives us seven days to answer; after that an answer is pointless.
GIVE_UP_SECONDS = 7 * 24 * 3600


class CannotHandleError(Exception):
    """This event can never be handled; trying again would not help."""


class Worker:
    """Claims due events and hands them to `handle`, which returns a line for the log."""

    def __init__(self, store: Store, handle: Callable[[StoredEvent], str]) -> None:
        self._store = store
        self._handle = handle
        self._bell = threading.Event()
        self._claimed: queue.SimpleQueue[StoredEvent] = queue.SimpleQueue()

    def start(self) -> None:
        """Resume what an earlier process left, then run in daemon threads until the process ends."""
        self._store.resume_events()
        threading.Thread(target=self._claim_for_ever, name="claims", daemon=True).start()
        for number in range(THREADS):
            threading.Thread(target=self._work_for_ever, name=f"work-{number}", daemon=True).start()

    def wake(self) -> None:
        """Something new is in the table."""
        self._bell.set()

    def _claim_for_ever(self) -> None:
        while True:
            # Cleared before looking: what arrives while we look rings again.
            self._bell.clear()
            while (event := self._store.claim_event()) is not None:
                self._claimed.put(event)
            self._bell.wait(timeout=self._store.seconds_until_next())

    def _work_for_ever(self) -> None:
        while True:
            self._work(self._claimed.get())
            self.wake()

    def _work(self, event: StoredEvent) -> None:
        try:
            note = self._handle(event)
        except CannotHandleError as error:
            self._finish(event, state="failed", note=str(error))
        except PlatformError as error:
            self._retry(event, error, is_final=error.is_final)
        except (TokenRefusedError, httpx.HTTPError, OSError, ValueError, KeyError, TypeError) as error:
            self._retry(event, error, is_final=False)
        except Exception as error:
            # A bug of ours must not stop the thread; the event stays and is tried again.
            log.exception("%s %s: our own mistake", event.type, event.id)
            self._retry(event, error, is_final=False)
        else:
            self._finish(event, state="done", note=note)

    def _finish(self, event: StoredEvent, *, state: str, note: str) -> None:
        log.info("%s %s for %s: %s, %s", event.type, event.id, event.installation_id, state, note)
        self._store.finish_event(event.seq, state=state, note=note)

    def _retry(self, event: StoredEvent, error: Exception, *, is_final: bool) -> None:
        note = f"{type(error).__name__}: {error}"
        if is_final or time.time() - event.received_at > GIVE_UP_SECONDS:
            self._finish(event, state="failed", note=note)
            return
        delay = min(2.0**event.attempts, LONGEST_DELAY)
        log.warning("%s %s: try %d failed, next in %.0f s: %s", event.type, event.id, event.attempts + 1, delay, note)
        self._store.retry_event(event.seq, delay=delay, note=note)
