"""Notes when credential sets were last used: as ``tokens.note_use``, at most once a minute, but many in one statement.

A commit for every client that is used for the first time in its minute would cost more than the tokens. So they are
gathered, and each second those are written that wait longest, no more than do not disturb who asks for tokens: with
very many clients at work a note comes later, with the right moment in it. A process that is killed forgets what it
gathered; the next use of each client is noted then.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from itertools import islice
from typing import Final

from fondaco.identity.hot.statements import Statement, Unavailable
from fondaco.identity.tokens import USE_IS_NOTED_EVERY

GATHERED_SECONDS: Final = 1.0
AT_ONCE: Final = 1000  # notes in one statement, some 5 ms of PostgreSQL's time

# In the order of ids and past what others hold: two processes cannot wait for each other, nor for a revocation.
_NOTE: Final = Statement(
    "note_use",
    """WITH due AS (
        SELECT s.id, to_timestamp(u.used_at) AS used_at
        FROM unnest($1::text[], $2::float8[]) AS u(client_id, used_at)
        JOIN identity_credentialset s ON s.wire_client_id = u.client_id
        WHERE s.last_used_at IS NULL OR s.last_used_at <= to_timestamp(u.used_at) - $3::interval
        ORDER BY s.id FOR NO KEY UPDATE OF s SKIP LOCKED
    ) UPDATE identity_credentialset s SET last_used_at = due.used_at FROM due WHERE s.id = due.id""",
)


class LastUse:
    """What this process has still to note. Its thread starts with the first client, and has a connection of its own."""

    def __init__(self) -> None:
        self._used: dict[str, float] = {}
        self._waiting: dict[str, float] = {}  # those that wait longest first; whoever writes has it for itself
        self._writing = threading.Lock()
        self._some = threading.Event()
        self._thread: threading.Thread | None = None

    def note(self, client_id: str, moment: float) -> None:
        """Remembers that the credential set with this id on the wire was used then, in seconds since 1970."""
        self._used[client_id] = moment
        if not self._some.is_set():
            self._some.set()
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="last-use", daemon=True)
            self._thread.start()

    def write(self) -> None:
        """Writes down the next of what was gathered."""
        with self._writing:
            self._some.clear()
            used, self._used = self._used, {}
            self._waiting |= used
            batch = dict(islice(self._waiting.items(), AT_ONCE))
            try:
                if batch:
                    _NOTE.run(_array(batch), _array(map(str, batch.values())), str(USE_IS_NOTED_EVERY))
            except Unavailable:
                self._some.set()  # for when the database is back
                return
            for client_id in batch:
                del self._waiting[client_id]
            if self._waiting:
                self._some.set()

    def _run(self) -> None:
        pause = threading.Event()
        while True:
            self._some.wait()
            pause.wait(GATHERED_SECONDS)
            self.write()


def _array(words: Iterable[str]) -> str:
    return f"{{{','.join(words)}}}"


last_use: Final = LastUse()
