"""Notes when credential sets were last used: as ``tokens.note_use``, at most once a minute, but many in one statement.

A commit for every client that is used for the first time in its minute would cost more than the tokens. So they are
gathered for a second. A process that is killed forgets that second; the next use of each client is noted then.
"""

from __future__ import annotations

import threading
from typing import Final

from fondaco.identity.hot.statements import Statement, Unavailable
from fondaco.identity.tokens import USE_IS_NOTED_EVERY
from fondaco.kit import clock

GATHERED_SECONDS: Final = 1.0

# In the order of ids and past what others hold: two processes cannot wait for each other, nor for a revocation.
_NOTE: Final = Statement(
    "note_use",
    """UPDATE identity_credentialset SET last_used_at = $2::timestamptz WHERE id IN (
        SELECT id FROM identity_credentialset
        WHERE wire_client_id = ANY($1::text[]) AND (last_used_at IS NULL OR last_used_at <= $3::timestamptz)
        ORDER BY id FOR NO KEY UPDATE SKIP LOCKED)""",
)


class LastUse:
    """What this process has still to note. Its thread starts with the first client, and has a connection of its own."""

    def __init__(self) -> None:
        self._used: set[str] = set()
        self._writing = threading.Lock()
        self._some = threading.Event()
        self._thread: threading.Thread | None = None

    def note(self, client_id: str) -> None:
        """Remembers the credential set with this id on the wire."""
        if client_id in self._used:
            return
        self._used.add(client_id)
        if not self._some.is_set():
            self._some.set()
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="last-use", daemon=True)
            self._thread.start()

    def write(self) -> None:
        """Writes down what was gathered."""
        with self._writing:
            self._some.clear()
            used, self._used = self._used, set()
            if not used:
                return
            now = clock.now()
            try:
                _NOTE.run(f"{{{','.join(used)}}}", now.isoformat(), (now - USE_IS_NOTED_EVERY).isoformat())
            except Unavailable:
                self._used |= used  # for when the database is back
                self._some.set()

    def _run(self) -> None:
        pause = threading.Event()
        while True:
            self._some.wait()
            pause.wait(GATHERED_SECONDS)
            self.write()


last_use: Final = LastUse()
