"""Keeps a directory exact: hears from PostgreSQL what has changed, and proves again and again that it hears.

Triggers (migration 0006) say in the changing transaction itself what a commit will have changed, however it is made.
Every half second the listener says something itself. Notifications arrive in the order of their commits; so once it
hears its own, it has heard all before it. A connection that only looks alive, or a pooler that cannot pass
notifications on, gives no such proof, and the directory is not believed.
"""

from __future__ import annotations

import logging
import secrets
import socket
import threading
from contextlib import suppress
from select import POLLIN, poll
from time import monotonic
from typing import Any, Final

import psycopg
from django.db import connections
from psycopg import pq

from fondaco.identity.hot.clients import CLIENTS, from_row
from fondaco.identity.hot.directory import BELIEVED_FOR_SECONDS, MOST_CLIENTS, MOST_REVOKED, Directory
from fondaco.kit import clock

CHANNEL: Final = "fondaco_clients"
BEAT_EVERY_SECONDS: Final = 0.5
RETRY_AFTER_SECONDS: Final = 1.0
LOAD_EVERY_SECONDS: Final = 5.0  # at most: mass changes must not keep the processor busy with reading all clients
CHUNK: Final = 500
_CHUNK_PAUSE_SECONDS: Final = 0.01  # in which requests are answered
# A dead peer is noticed within seconds, so that a restart of the database is survived as quickly.
_TCP: Final[dict[str, Any]] = {
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
_LOAD: Final = f"{CLIENTS} ORDER BY s.last_used_at DESC NULLS LAST LIMIT {MOST_CLIENTS}"
_LOAD_REVOKED: Final = f"""SELECT jti, extract(epoch FROM expires_at)::float FROM identity_revokedtoken
    WHERE expires_at > %s LIMIT {MOST_REVOKED + 1}"""  # noqa: S608 (our own words)

logger = logging.getLogger(__name__)


class Listener(threading.Thread):
    """A thread with a connection of its own. Whatever goes wrong with that, the directory knows nothing meanwhile."""

    def __init__(self, directory: Directory) -> None:
        super().__init__(name="clients", daemon=True)
        self._directory = directory
        self._id = secrets.token_hex(8)
        self._ending = threading.Event()
        self._woken, self._waker = socket.socketpair()
        self._waker.setblocking(False)
        self._beats = self._heard = 0
        self._has_listened = True
        self._said_at = float("-inf")
        self._loaded_at = float("-inf")

    def run(self) -> None:
        """Listens until stopped, again and again."""
        while not self._ending.is_set():
            try:
                with psycopg.connect(**_parameters(), **_TCP, autocommit=True) as connection:
                    self._listen(connection)
            except psycopg.Error as error:
                if self._has_listened:  # said once, not each second while the database is away
                    logger.warning("changes of clients are not heard; each request asks the database: %s", error)
                self._has_listened = False
            finally:
                self._directory.disbelieve()
            self._ending.wait(RETRY_AFTER_SECONDS)

    def wake(self) -> None:
        """Proves at once that it hears, if it has not lately; else the first half second after a pause is slow."""
        with suppress(OSError):  # woken already, or ended
            self._waker.send(b"!")

    def stop(self) -> None:
        """Ends the thread; returns when it has ended."""
        self._ending.set()
        self.wake()
        self.join()
        self._woken.close()
        self._waker.close()

    def _listen(self, connection: psycopg.Connection) -> None:
        connection.execute("SET synchronous_commit = off")  # what it says itself needs no disk
        connection.execute(f"LISTEN {CHANNEL}")
        self._directory.forget_all()
        self._has_listened = True
        self._beats = self._heard = 0
        self._said_at = self._loaded_at = float("-inf")
        while not self._ending.is_set():
            self._hear(connection.pgconn, BEAT_EVERY_SECONDS)
            if self._directory.needs_load and monotonic() > self._loaded_at + LOAD_EVERY_SECONDS:
                self._load(connection.pgconn)
                self._loaded_at = monotonic()

    def _hear(self, channel: pq.abc.PGconn, seconds: float) -> None:
        """Passes on what is said within so many seconds, or less when something is or it is woken."""
        pause = BEAT_EVERY_SECONDS if self._heard == self._beats else BELIEVED_FOR_SECONDS
        if self._directory.is_wanted and monotonic() >= self._said_at + pause:
            self._beat(channel)
        waiting = poll()
        waiting.register(channel.socket, POLLIN)
        waiting.register(self._woken, POLLIN)
        while (told := channel.notifies()) is None:
            ready = [number for number, _event in waiting.poll(seconds * 1000)]
            if self._woken.fileno() in ready:
                self._woken.recv(64)
            if channel.socket not in ready:
                return
            channel.consume_input()
            seconds = 0
        while told is not None:
            self._pass_on(told.extra.decode())
            told = channel.notifies()

    def _beat(self, channel: pq.abc.PGconn) -> None:
        self._directory.is_wanted = False  # while nobody asks, nothing is said either
        self._beats, self._said_at = self._beats + 1, monotonic()
        said = channel.exec_(f"NOTIFY {CHANNEL}, 'beat {self._id} {self._beats}'".encode())
        if said.status != pq.ExecStatus.COMMAND_OK:
            raise psycopg.OperationalError(said.error_message.decode(errors="replace"))

    def _pass_on(self, told: str) -> None:
        kind, *words = told.split()
        if kind == "client":
            self._directory.forget(words[0])
        elif kind == "token":
            self._directory.revoke(words[0], float(words[1]))
        elif kind == "all":
            self._directory.forget_all()
        elif words == [self._id, str(self._beats)]:
            self._heard = self._beats
            self._directory.believe(self._said_at)

    def _load(self, channel: pq.abc.PGconn) -> None:
        """Reads all clients, those used last first, while changes go on being heard."""
        self._directory.begin_load()
        with psycopg.connect(**_parameters()) as reading, reading.cursor(name="clients") as cursor:
            revoked = reading.execute(_LOAD_REVOKED, [clock.now()]).fetchall()
            self._directory.load_revoked(dict(revoked))
            cursor.execute(_LOAD)
            while rows := cursor.fetchmany(CHUNK):
                self._hear(channel, _CHUNK_PAUSE_SECONDS)
                if self._ending.is_set() or not self._directory.load(map(from_row, rows)):
                    return


def start(directory: Directory) -> Listener:
    """A listener that runs as long as the process."""
    listener = Listener(directory)
    listener.start()
    return listener


def _parameters() -> dict[str, Any]:
    given = connections["default"].get_connection_params()
    return {name: value for name, value in given.items() if name not in {"cursor_factory", "context"}}


directory: Final = Directory(start=start)
