"""Turns ``DATABASE_URL`` into Django's database settings, or points at the embedded server of ``fondaco up``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from fondaco.config.environment import BadSetting

EMBEDDED_URL_FILE = "database.url"  # written into FONDACO_HOME by the embedded server when it is ready
# Rows are looked up by key together with what they point at, in the order in which the joins are written: to weigh
# all orders of nine tables takes PostgreSQL five times as long as to read them.
_PLANNER = "-c join_collapse_limit=4"


def from_environment(home: Path) -> dict[str, Any]:
    """Settings for ``DATABASES['default']``: ``DATABASE_URL``, else what the embedded server left in ``home``."""
    url = os.environ.get("DATABASE_URL", "")
    written = home / EMBEDDED_URL_FILE
    if not url:
        try:
            url = written.read_text().strip()
        except OSError:  # nothing started yet: commands that need no database must still run
            url = "postgresql://fondaco@127.0.0.1:5432/fondaco"
    return parse(url)


def parse(url: str) -> dict[str, Any]:
    """``postgresql://user:password@host:port/name?host=/socket/folder`` → a Django database entry."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise BadSetting(f"DATABASE_URL begins with {parts.scheme!r}; only postgresql:// is supported.")
    query = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "fondaco",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", parts.hostname or ""),
        "PORT": str(parts.port or query.pop("port", "")),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"server_side_binding": True, **query, "options": f"{_PLANNER} {query.get('options', '')}".rstrip()},
    }
