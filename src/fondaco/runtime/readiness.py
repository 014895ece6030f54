"""Cheap looks at the database and the web process, so that a second start skips what is already done.

This reads tables by name, without Django: loading it takes longer than everything else a second start does.
"""

from __future__ import annotations

import http.client
import importlib.metadata
import json
from pathlib import Path

import psycopg

PACKAGE = Path(__file__).resolve().parents[1]
MIGRATING_PACKAGES = ("django", "django-allauth", "procrastinate")
STAMP = "migrated.stamp"
LOGINS = "demo.json"


def our_migrations() -> set[tuple[str, str]]:
    """Every migration in the tree as ``(app label, name)``."""
    return {(path.parents[1].name, path.stem) for path in PACKAGE.glob("*/migrations/[0-9]*.py")}


def is_migrated(url: str, home: Path) -> bool:
    """Whether the database has all our migrations, and the last ``migrate`` was with today's packages."""
    try:
        if (home / STAMP).read_text() != _versions():
            return False
        with psycopg.connect(url, connect_timeout=10) as connection:
            return our_migrations() <= set(connection.execute("SELECT app, name FROM django_migrations").fetchall())
    except (OSError, psycopg.Error):
        return False


def note_migrated(home: Path) -> None:
    """Remembers which packages' migrations were applied."""
    (home / STAMP).write_text(_versions())


def find_logins(url: str, home: Path) -> list[tuple[str, str, str, str]] | None:
    """The demo's log-ins as ``(label, e-mail, password, path)``; None while the database has no complete demo."""
    try:
        logins = [(str(a), str(b), str(c), str(d)) for a, b, c, d in json.loads((home / LOGINS).read_text())]
        with psycopg.connect(url, connect_timeout=10) as connection:
            seeded = connection.execute("SELECT 1 FROM audit_event WHERE kind = 'demo.seeded' LIMIT 1").fetchone()
    except (OSError, ValueError, psycopg.Error):
        return None
    return logins if seeded else None


def answers(host: str, port: int, path: str) -> bool:
    """Whether ``GET path`` is answered with 200 within a few seconds."""
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", path, headers={"Host": "127.0.0.1"})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _versions() -> str:
    return "\n".join(f"{name} {importlib.metadata.version(name)}" for name in MIGRATING_PACKAGES)
