"""What we remember, in one SQLite file: installations, people, events, sign-ins, sessions, the misbehave switch.

The file holds private keys, so only its owner may read it. One process uses it; every method is safe between threads.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS installations (
  id TEXT PRIMARY KEY, root TEXT NOT NULL, app_id TEXT NOT NULL, state TEXT NOT NULL,
  app_name TEXT NOT NULL DEFAULT '', version_name TEXT NOT NULL DEFAULT '',
  account_id TEXT NOT NULL DEFAULT '', account_name TEXT NOT NULL DEFAULT '', company TEXT NOT NULL DEFAULT '',
  client_id TEXT NOT NULL DEFAULT '', private_key TEXT NOT NULL DEFAULT '',
  key_id TEXT NOT NULL DEFAULT '', key_algorithm TEXT NOT NULL DEFAULT '',
  authorization_url TEXT NOT NULL DEFAULT '', tokens_url TEXT NOT NULL DEFAULT '',
  userinfo_url TEXT NOT NULL DEFAULT '', installation_url TEXT NOT NULL DEFAULT '',
  installed_by TEXT NOT NULL DEFAULT '', plan TEXT NOT NULL DEFAULT '', plan_type TEXT NOT NULL DEFAULT '',
  licences INTEGER, trial_ends_at TEXT NOT NULL DEFAULT '', changed_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS people (
  installation_id TEXT NOT NULL, user_id TEXT NOT NULL, name TEXT NOT NULL, email TEXT NOT NULL,
  PRIMARY KEY (installation_id, user_id));
CREATE TABLE IF NOT EXISTS events (
  seq INTEGER PRIMARY KEY, root TEXT NOT NULL, id TEXT NOT NULL, type TEXT NOT NULL, app_id TEXT NOT NULL,
  installation_id TEXT NOT NULL, lane TEXT NOT NULL, body BLOB NOT NULL, state TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0, next_try_at REAL NOT NULL, received_at REAL NOT NULL,
  note TEXT NOT NULL DEFAULT '', UNIQUE (root, id));
CREATE INDEX IF NOT EXISTS events_open ON events (lane, seq) WHERE state IN ('waiting', 'running');
CREATE TABLE IF NOT EXISTS sign_ins (
  state_hash TEXT PRIMARY KEY, browser_hash TEXT NOT NULL, installation_id TEXT NOT NULL,
  nonce TEXT NOT NULL, expires_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS sessions (
  token_hash TEXT PRIMARY KEY, installation_id TEXT NOT NULL, user_id TEXT NOT NULL, name TEXT NOT NULL,
  email TEXT NOT NULL, platform_session TEXT NOT NULL, started_at REAL NOT NULL, expires_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS conduct (app_id TEXT PRIMARY KEY, mode TEXT NOT NULL, reason TEXT NOT NULL);
"""

FIRST_IN_LANE = """
  e.state = 'waiting' AND NOT EXISTS (SELECT 1 FROM events AS b
    WHERE b.lane = e.lane AND b.seq < e.seq AND b.state IN ('waiting', 'running'))
"""

CARRY_CREDENTIALS = ("app.installed", "app.credentials_rotated")
CREDENTIALS = ("client_id", "private_key", "key_id", "key_algorithm")


@dataclass(frozen=True)
class Installation:
    """One customer's installation of one app, keyed by its id on the platform. `state` is ours, not the platform's:
    installing, active, rejected, suspended or uninstalled."""

    id: str
    root: str
    app_id: str
    state: str
    app_name: str
    version_name: str
    account_id: str
    account_name: str
    company: str
    client_id: str
    private_key: str
    key_id: str
    key_algorithm: str
    authorization_url: str
    tokens_url: str
    userinfo_url: str
    installation_url: str
    installed_by: str
    plan: str
    plan_type: str
    licences: int | None
    trial_ends_at: str
    changed_at: float


@dataclass(frozen=True)
class StoredEvent:
    """An event that we have said 2xx to. `body` is emptied when the work is done, for it may carry a private key."""

    seq: int
    root: str
    id: str
    type: str
    app_id: str
    installation_id: str
    body: bytes
    state: str
    attempts: int
    received_at: float
    note: str


@dataclass(frozen=True)
class Session:
    """A signed-in person."""

    installation_id: str
    user_id: str
    name: str
    email: str
    started_at: float


def hashed(secret: str) -> str:
    """What we keep of a bearer secret, so that a stolen file signs nobody in."""
    return hashlib.sha256(secret.encode()).hexdigest()


class Store:
    """The SQLite file."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode=WAL")
        # An event answered with 2xx must survive a power cut, not only a crash of this process.
        self._connection.execute("PRAGMA synchronous=FULL")
        self._connection.executescript(SCHEMA)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def _rows(self, sql: str, *values: object) -> list[sqlite3.Row]:
        with self._lock:
            return self._connection.execute(sql, values).fetchall()

    # Events -------------------------------------------------------------------------------------------------------

    def add_event(self, event: StoredEvent, *, state: str) -> bool:
        """Store an event once; False when we have it already. A logout does not queue behind an installation's other
        events. An uninstall makes the earlier ones pointless, but for those whose credentials it is answered with."""
        lane = f"logout:{event.installation_id}" if event.type == "user.logout" else event.installation_id
        with self._transaction() as connection:
            added = connection.execute(
                "INSERT INTO events (root, id, type, app_id, installation_id, lane, body, state, next_try_at,"
                " received_at, note)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (event.root, event.id, event.type, event.app_id, event.installation_id, lane, event.body, state,
                 event.received_at, event.received_at, event.note),
            )  # fmt: skip
            if added.rowcount == 1 and event.type == "app.uninstalled" and state == "waiting":
                connection.execute(
                    "UPDATE events SET state = 'skipped', body = x'', note = 'uninstalled meanwhile'"
                    " WHERE lane = ? AND seq < ? AND state = 'waiting' AND type NOT IN (?, ?)",
                    (lane, added.lastrowid, *CARRY_CREDENTIALS),
                )
                connection.execute(
                    "UPDATE events SET next_try_at = 0 WHERE lane = ? AND state = 'waiting'",
                    (lane,),
                )
            return added.rowcount == 1

    def resume_events(self) -> None:
        """At start: what was being worked on when the process died waits again."""
        with self._transaction() as connection:
            connection.execute("UPDATE events SET state = 'waiting', next_try_at = 0 WHERE state = 'running'")

    def claim_event(self) -> StoredEvent | None:
        """The oldest event that is due and has no unfinished one before it in its lane; marks it as running."""
        with self._transaction() as connection:
            row = connection.execute(
                f"SELECT * FROM events AS e WHERE next_try_at <= ? AND {FIRST_IN_LANE} ORDER BY seq LIMIT 1",
                (time.time(),),
            ).fetchone()
            if row is None:
                return None
            connection.execute("UPDATE events SET state = 'running' WHERE seq = ?", (row["seq"],))
            return _event(row)

    def is_uninstall_waiting(self, installation_id: str) -> bool:
        return bool(
            self._rows(
                "SELECT 1 FROM events WHERE lane = ? AND type = 'app.uninstalled' AND state = 'waiting'",
                installation_id,
            )
        )

    def seconds_until_next(self) -> float | None:
        """Until the next retry is due; None when nothing waits but for its forerunner."""
        (row,) = self._rows(f"SELECT min(next_try_at) AS due FROM events AS e WHERE {FIRST_IN_LANE}")
        return None if row["due"] is None else max(0.05, float(row["due"]) - time.time())

    def finish_event(self, seq: int, *, state: str, note: str) -> None:
        with self._transaction() as connection:
            connection.execute(
                "UPDATE events SET state = ?, note = ?, body = x'', attempts = attempts + 1 WHERE seq = ?",
                (state, note, seq),
            )

    def retry_event(self, seq: int, *, delay: float, note: str) -> None:
        with self._transaction() as connection:
            connection.execute(
                "UPDATE events SET state = 'waiting', note = ?, attempts = attempts + 1, next_try_at = ? WHERE seq = ?",
                (note, time.time() + delay, seq),
            )

    def list_events(self, limit: int = 12) -> list[StoredEvent]:
        return [_event(row) for row in self._rows("SELECT * FROM events ORDER BY seq DESC LIMIT ?", limit)]

    def count_unfinished(self) -> int:
        (row,) = self._rows("SELECT count(*) AS n FROM events WHERE state IN ('waiting', 'running')")
        return int(row["n"])

    # Installations ------------------------------------------------------------------------------------------------

    def get_installation(self, installation_id: str) -> Installation | None:
        rows = self._rows("SELECT * FROM installations WHERE id = ?", installation_id)
        return Installation(**rows[0]) if rows else None

    def find_by_client(self, client_id: str) -> Installation | None:
        """The installation that goes by this client id at its platform."""
        rows = self._rows("SELECT * FROM installations WHERE client_id = ?", client_id)
        return Installation(**rows[0]) if rows else None

    def list_installations(self) -> list[Installation]:
        rows = self._rows("SELECT * FROM installations ORDER BY state = 'uninstalled', changed_at DESC")
        return [Installation(**row) for row in rows]

    def put_installation(self, installation_id: str, **values: Any) -> Installation:
        """Create the row or change the named columns of it."""
        values["changed_at"] = time.time()
        with self._transaction() as connection:
            names = ", ".join(values)
            marks = ", ".join("?" for _ in values)
            changes = ", ".join(f"{name} = excluded.{name}" for name in values)
            connection.execute(
                f"INSERT INTO installations (id, {names}) VALUES (?, {marks}) ON CONFLICT (id) DO UPDATE SET {changes}",
                (installation_id, *values.values()),
            )
        installation = self.get_installation(installation_id)
        assert installation is not None
        return installation

    def change_installation(self, installation_id: str, **values: Any) -> Installation:
        """Change columns of an existing row."""
        with self._transaction() as connection:
            values["changed_at"] = time.time()
            changes = ", ".join(f"{name} = ?" for name in values)
            connection.execute(
                f"UPDATE installations SET {changes} WHERE id = ?",
                (*values.values(), installation_id),
            )
        installation = self.get_installation(installation_id)
        assert installation is not None
        return installation

    def forget_installation(self, installation_id: str) -> None:
        """After an uninstall: credentials, people and sessions go; the row stays, to tell what happened."""
        self.change_installation(installation_id, state="uninstalled", **dict.fromkeys(CREDENTIALS, ""))
        with self._transaction() as connection:
            for table in ("people", "sessions", "sign_ins"):
                connection.execute(f"DELETE FROM {table} WHERE installation_id = ?", (installation_id,))

    # People -------------------------------------------------------------------------------------------------------

    def replace_people(self, installation_id: str, people: list[tuple[str, str, str]]) -> None:
        """Set who is licensed, as (user id, name, email); the sessions of everybody else end."""
        with self._transaction() as connection:
            connection.execute("DELETE FROM people WHERE installation_id = ?", (installation_id,))
            connection.executemany(
                "INSERT OR REPLACE INTO people (installation_id, user_id, name, email) VALUES (?, ?, ?, ?)",
                [(installation_id, *person) for person in people],
            )
            connection.execute(
                "DELETE FROM sessions WHERE installation_id = ? AND user_id NOT IN"
                " (SELECT user_id FROM people WHERE installation_id = ?)",
                (installation_id, installation_id),
            )

    def is_licensed(self, installation_id: str, user_id: str) -> bool:
        return bool(
            self._rows("SELECT 1 FROM people WHERE installation_id = ? AND user_id = ?", installation_id, user_id)
        )

    def count_people(self) -> dict[str, int]:
        rows = self._rows("SELECT installation_id, count(*) AS n FROM people GROUP BY installation_id")
        return {row["installation_id"]: int(row["n"]) for row in rows}

    # Signing in ---------------------------------------------------------------------------------------------------

    def add_sign_in(self, *, state: str, browser: str, installation_id: str, nonce: str, lifetime: float) -> None:
        with self._transaction() as connection:
            connection.execute("DELETE FROM sign_ins WHERE expires_at < ?", (time.time(),))
            connection.execute(
                "INSERT INTO sign_ins VALUES (?, ?, ?, ?, ?)",
                (hashed(state), hashed(browser), installation_id, nonce, time.time() + lifetime),
            )

    def take_sign_in(self, *, state: str, browser: str) -> tuple[str, str] | None:
        """(installation id, nonce), once only and only for the browser that began it; None otherwise."""
        with self._transaction() as connection:
            row = connection.execute(
                "DELETE FROM sign_ins WHERE state_hash = ? AND browser_hash = ? AND expires_at >= ?"
                " RETURNING installation_id, nonce",
                (hashed(state), hashed(browser), time.time()),
            ).fetchone()
            return None if row is None else (row["installation_id"], row["nonce"])

    def add_session(self, token: str, session: Session, *, platform_session: str, lifetime: float) -> None:
        with self._transaction() as connection:
            connection.execute("DELETE FROM sessions WHERE expires_at < ?", (time.time(),))
            connection.execute(
                "INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (hashed(token), session.installation_id, session.user_id, session.name, session.email,
                 platform_session, session.started_at, session.started_at + lifetime),
            )  # fmt: skip

    def get_session(self, token: str) -> Session | None:
        rows = self._rows("SELECT * FROM sessions WHERE token_hash = ? AND expires_at >= ?", hashed(token), time.time())
        names = ("installation_id", "user_id", "name", "email", "started_at")
        return Session(**{name: rows[0][name] for name in names}) if rows else None

    def end_session(self, token: str) -> None:
        with self._transaction() as connection:
            connection.execute("DELETE FROM sessions WHERE token_hash = ?", (hashed(token),))

    def end_sessions_of(self, installation_id: str, user_id: str, email: str) -> int:
        """How many sessions of this person ended."""
        with self._transaction() as connection:
            return connection.execute(
                "DELETE FROM sessions WHERE installation_id = ? AND (user_id = ? OR (email <> '' AND email = ?))",
                (installation_id, user_id, email),
            ).rowcount

    def end_platform_session(self, installation_id: str, platform_session: str, user_id: str) -> int:
        """Ends what was opened in one session on the platform; without a session id, all of that user."""
        column, value = ("platform_session", platform_session) if platform_session else ("user_id", user_id)
        with self._transaction() as connection:
            return connection.execute(
                f"DELETE FROM sessions WHERE installation_id = ? AND {column} = ?", (installation_id, value)
            ).rowcount

    # The misbehave switch -----------------------------------------------------------------------------------------

    def get_conduct(self) -> dict[str, tuple[str, str]]:
        """App id, or `*` for all, to (mode, reason)."""
        return {row["app_id"]: (row["mode"], row["reason"]) for row in self._rows("SELECT * FROM conduct")}

    def set_conduct(self, app_id: str, mode: str, reason: str) -> None:
        """A setting for all (`*`) clears those of single apps."""
        with self._transaction() as connection:
            if app_id == "*":
                connection.execute("DELETE FROM conduct")
            connection.execute("INSERT OR REPLACE INTO conduct VALUES (?, ?, ?)", (app_id, mode, reason))


def _event(row: sqlite3.Row) -> StoredEvent:
    return StoredEvent(**{name: row[name] for name in StoredEvent.__dataclass_fields__})
