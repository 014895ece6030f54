"""Long questions that tests ask again and again: PostgreSQL takes much longer to plan one than to answer it."""

from __future__ import annotations

from typing import Any

from django.db import connection


def ask_prepared(name: str, question: str) -> list[tuple[Any, ...]]:
    """The rows that ``question`` finds, planned once in each connection, under ``name``."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE name = %s", [name])
        if cursor.fetchone() == (0,):
            cursor.execute(f"PREPARE {name} AS {question}")
        cursor.execute(f"EXECUTE {name}")
        return cursor.fetchall()
