"""What a test has committed is taken away after it, in the tables where there is something.

Django's way truncates every table and then makes its permissions anew, which takes longer than most tests.
"""

from __future__ import annotations

from functools import cache

from django.db import connection, transaction
from django.test import TransactionTestCase
from tests.preparing import ask_prepared

_KEPT = {"django_content_type", "auth_permission"}  # filled when the tables were made; no test changes them


def install() -> None:
    """From now on, for every test with real commits."""
    TransactionTestCase._fixture_teardown = _empty_tables  # type: ignore[attr-defined]
    # A connection, whose settings are those of the session, need not be made anew either.
    TransactionTestCase._should_reload_connections = lambda _test: False  # type: ignore[attr-defined]


def empty_queue() -> None:
    """The queue's tables are not Django's, so nobody else empties them."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


def _empty_tables(_test: TransactionTestCase) -> None:
    empty_queue()
    filled = [name for (name,) in ask_prepared("filled_tables", _question())]
    if filled:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")  # no foreign key asks, no trigger refuses
            cursor.execute(";".join(f"DELETE FROM {name}" for name in filled))


@cache
def _question() -> str:
    names = sorted(set(connection.introspection.django_table_names(only_existing=True, include_views=False)) - _KEPT)
    return " UNION ALL ".join(f"(SELECT '{name}' FROM {name} LIMIT 1)" for name in names)
