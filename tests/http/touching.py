"""What a request wrote: rows that were made, changed or taken, in which tables, and whether it lasted.

PostgreSQL counts writes by itself, also those that were taken back inside of the request. So a table that was touched
is compared with itself, as it is after the test has undone the request.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import connection
from tests.http.counting import AROUND
from tests.http.world import undone

_WRITES = "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables"
_ROW = "to_jsonb(row) - 'last_used_at'"  # when somebody came last is no change of what they came for


@dataclass
class Writes:
    """``saved``: the tables that a request left changed. Known when the block has ended."""

    saved: list[str] = field(default_factory=list)


@contextmanager
def watched() -> Iterator[Writes]:
    """Undoes what the block writes, and says what that was."""
    writes = Writes()
    before = _count()
    with undone():
        yield writes
        touched = [table for table, count in _count().items() if count != before.get(table) and table not in AROUND]
        left = {table: _picture(table) for table in touched}
    writes.saved = sorted(table for table in touched if _picture(table) != left[table])


def _count() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(f"{_WRITES} WHERE n_tup_ins + n_tup_upd + n_tup_del > 0")
        return {name: count for name, count in cursor.fetchall() if not name.startswith("procrastinate")}


def _picture(table: str) -> str:
    """All rows of a table, as one mark."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT md5(string_agg(line, '' ORDER BY line)) FROM (SELECT ({_ROW})::text AS line FROM {table} AS row)"
        )
        return str(cursor.fetchone())
