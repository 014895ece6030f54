"""What a web process knows of clients and revoked tokens, so that most requests ask no database (ADR 0041).

Nothing in here is believed for long: the listener (``listening``) forgets whatever the database says has changed, and
proves twice a second that it still hears. Without a proof of the last two seconds the directory knows nothing, and
each request is answered from the tables.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from time import monotonic
from typing import Final, Protocol

from fondaco.identity.hot.clients import Client, read_client
from fondaco.identity.hot.statements import Statement
from fondaco.kit import clock

BELIEVED_FOR_SECONDS: Final = 2.0  # after the last moment at which everything said had been heard
MOST_CLIENTS: Final = 200_000  # about half a kilobyte each; those beyond are read when they ask
MOST_REVOKED: Final = 100_000  # with more the table is asked about each token

_REVOKED: Final = Statement("revoked", "SELECT 1 FROM identity_revokedtoken WHERE jti = $1")


class Teller(Protocol):
    """A thread that tells a directory what has changed."""

    def is_alive(self) -> bool: ...

    def wake(self) -> None:
        """Somebody asks again after a while in which nobody did."""


class Directory:
    """Of one process; any thread may ask, one listener tells. ``start`` is how it gets its listener when first asked.

    What a request reads for itself is kept only if nothing was told since before it read: a change that came between
    would otherwise be overwritten by what was true before it. That is what generations are for.
    """

    def __init__(self, *, start: Callable[[Directory], Teller] | None = None) -> None:
        self._start = start
        self._listener: Teller | None = None
        self._lock = threading.Lock()
        self._clients: dict[str, Client] = {}
        self._revoked: dict[str, float] = {}  # until when, seconds since 1970
        self._knows_revoked = False
        self._generation = 0
        self._changed: set[str] = set()  # since a load began
        self._believed_until = 0.0
        self.is_wanted = False  # asked since the listener last looked
        self.needs_load = True

    def __len__(self) -> int:
        return len(self._clients)

    def find(self, client_id: str) -> Client | None:
        """The client behind a wire id if it may get tokens, known or read now."""
        if not self.is_wanted:
            self.is_wanted = True
            if self._listener is not None:
                self._listener.wake()
        if monotonic() >= self._believed_until:
            self._ensure_listener()
            return read_client(client_id)
        if (known := self._clients.get(client_id)) is not None:
            return known
        generation = self._generation
        found = read_client(client_id)
        if found is not None:
            self._keep(found, generation)
        return found

    def is_revoked(self, jti: str) -> bool:
        """Whether a token was revoked before its time."""
        if self._knows_revoked and self.is_believed():
            return jti in self._revoked
        return bool(_REVOKED.run(jti))

    def is_believed(self) -> bool:
        """Whether what it knows is at most two seconds old."""
        return monotonic() < self._believed_until

    def believe(self, heard_at: float) -> None:
        """All that was said before ``heard_at``, a moment of the monotonic clock, has been told."""
        self._believed_until = heard_at + BELIEVED_FOR_SECONDS

    def forget(self, client_id: str) -> None:
        """Something about this client has changed."""
        with self._lock:
            self._generation += 1
            self._changed.add(client_id)
            self._clients.pop(client_id, None)

    def forget_all(self) -> None:
        """Something about many has changed, or nobody knows what."""
        with self._lock:
            self._generation += 1
            self._clients = {}
            self._knows_revoked = False
            self.needs_load = True

    def disbelieve(self) -> None:
        """The listener hears no more."""
        self._believed_until = 0.0
        self.forget_all()

    def revoke(self, jti: str, until: float) -> None:
        """A token was revoked that would have ended then."""
        with self._lock:
            self._revoked[jti] = until
            if len(self._revoked) > MOST_REVOKED:
                self._revoked = _living(self._revoked)
                self._knows_revoked = self._knows_revoked and len(self._revoked) <= MOST_REVOKED

    def begin_load(self) -> None:
        """What is read from now on may be kept with :meth:`load`."""
        with self._lock:
            self._changed = set()
            self.needs_load = False

    def load_revoked(self, revoked: Mapping[str, float]) -> None:
        """All tokens in the table that would still live."""
        with self._lock:
            self._revoked = _living({**self._revoked, **revoked})
            self._knows_revoked = not self.needs_load and len(self._revoked) <= MOST_REVOKED

    def load(self, clients: Iterable[Client]) -> bool:
        """Keeps those that nothing was told about meanwhile; False when there is no room or no use for more."""
        with self._lock:
            for client in clients:
                if self.needs_load or len(self._clients) >= MOST_CLIENTS:
                    return False
                if client.client_id not in self._changed:
                    self._clients.setdefault(client.client_id, client)
        return True

    def _keep(self, client: Client, generation: int) -> None:
        with self._lock:
            if generation == self._generation and len(self._clients) < MOST_CLIENTS:
                self._clients[client.client_id] = client

    def _ensure_listener(self) -> None:
        if self._start is None or (self._listener is not None and self._listener.is_alive()):
            return
        with self._lock:
            if self._listener is None or not self._listener.is_alive():  # a fork leaves the thread behind
                self._listener = self._start(self)


def _living(revoked: Mapping[str, float]) -> dict[str, float]:
    now = clock.epoch()
    return {jti: until for jti, until in revoked.items() if until > now}
