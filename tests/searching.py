"""Looks for a text in the whole database, as somebody would who got hold of a copy of it."""

from __future__ import annotations

import base64
from collections.abc import Iterator

from django.db import connection
from psycopg import sql

_COLUMNS = """
    SELECT table_schema, table_name, column_name, data_type
    FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
    WHERE t.table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')
    ORDER BY 1, 2, 3
"""
_IN_TEXT = "SELECT EXISTS (SELECT FROM {table} WHERE position(%s IN {column}::text) > 0)"
_IN_BYTES = "SELECT EXISTS (SELECT FROM {table} WHERE position(%s::bytea IN {column}) > 0)"


def find_in_database(text: str) -> list[str]:
    """``table.column`` of every place where ``text`` stands in the clear or as base64 or hex of it.

    All types of columns are searched: texts, arrays and JSON as they print, bytes as they are.
    """
    assert len(text) >= 12, "too short to be a secret; it would be found by chance"
    found = []
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS)
        for schema, table, column, kind in cursor.fetchall():
            place = {"table": sql.Identifier(schema, table), "column": sql.Identifier(column)}
            question = sql.SQL(_IN_BYTES if kind == "bytea" else _IN_TEXT).format(**place)
            for form in _forms(text):
                cursor.execute(question, [form.encode() if kind == "bytea" else form])
                if cursor.fetchone()[0]:
                    found.append(f"{table}.{column}")
                    break
    return found


def _forms(text: str) -> Iterator[str]:
    yield text
    yield text.encode().hex()
    yield base64.b64encode(text.encode()).decode().rstrip("=")[:-1]  # the last character depends on what follows
