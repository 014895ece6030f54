"""Test databases are copies of one that was migrated once: making the tables takes each worker ten seconds of work.

The name of that one says which migrations and packages it was made from, and so does a note on each copy: neither is
ever out of date.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent
_LOCK = 7_031_974  # of the server, for as long as somebody looks and makes


def clone_database(name: str, *, anew: bool) -> bool:
    """Makes the database ``name`` unless it is there and of today (``anew``: also then); whether it did."""
    with connection.creation._nodb_cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        try:
            template = f"template_{_fingerprint()}"
            if not anew and _origin(cursor, name) == template:
                return False
            if not _exists(cursor, template):
                _make_template(cursor, template)
            quoted = connection.ops.quote_name(name)
            cursor.execute(f"DROP DATABASE IF EXISTS {quoted} WITH (FORCE)")
            cursor.execute(f"CREATE DATABASE {quoted} TEMPLATE {template}")
            cursor.execute(f"COMMENT ON DATABASE {quoted} IS '{template}'")
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
    return True


def _make_template(cursor: Any, template: str) -> None:
    cursor.execute("SELECT datname FROM pg_database WHERE datname ~ '^template_[0-9a-f]{12}(_new)?$'")
    for (old,) in cursor.fetchall():
        cursor.execute(f"DROP DATABASE {old} WITH (FORCE)")
    cursor.execute(f"CREATE DATABASE {template}_new")  # a run that is killed while migrating leaves no half template
    usual = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = f"{template}_new"
    try:
        call_command("migrate", interactive=False, verbosity=0)
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual
    cursor.execute(f"ALTER DATABASE {template}_new RENAME TO {template}")


def _origin(cursor: Any, name: str) -> str | None:
    """What the database was copied from."""
    cursor.execute("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [name])
    row = cursor.fetchone()
    return row[0] if row else None


def _exists(cursor: Any, name: str) -> bool:
    cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
    return cursor.fetchone() is not None


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for path in [*sorted(ROOT.glob("src/fondaco/*/migrations/*.py")), ROOT / "requirements" / "runtime.txt"]:
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]
