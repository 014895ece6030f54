"""Where a secret may have gone: every text, JSON and byte column of the database, the queue, and what was logged."""

from __future__ import annotations

import base64
from collections.abc import Iterable

from django.db import connection

_KINDS = ("text", "character varying", "json", "jsonb", "bytea", "ARRAY")


def find_leaks(*secrets: str, logged: Iterable[str] = ()) -> list[str]:
    """Where any of ``secrets`` stands in the clear, also inside bytes, base64 or JSON-escaped text."""
    forms = {form for secret in secrets for form in _forms(secret)}
    found = [
        f"{table}.{column}"
        for table, column, kind in _columns()
        if any(_stands_in(table, column, form, is_bytes=kind == "bytea") for form in forms)
    ]
    for line in logged:
        found += [f"log: {line[:60]}" for form in forms if form in line]
    return found


def count_columns() -> int:
    """How many columns are searched, so that a test can tell an empty search from a clean house."""
    return len(_columns())


def _forms(secret: str) -> set[str]:
    """As it is, as JSON writes it, and base64 at each of the three offsets at which it can stand in longer bytes."""
    forms = {secret, secret.replace("/", "\\/")}
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + secret.encode())
        forms.add(encoded[4 if offset else 0 : len(encoded) // 4 * 4 - 4].decode())
    return forms


def _columns() -> list[tuple[str, str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.table_name, c.column_name, c.data_type FROM information_schema.columns c "
            "JOIN information_schema.tables t USING (table_schema, table_name) "
            "WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' AND c.data_type = ANY(%s)",
            [list(_KINDS)],
        )
        return cursor.fetchall()


def _stands_in(table: str, column: str, text: str, *, is_bytes: bool) -> bool:
    where = f'position(%s IN "{column}") > 0' if is_bytes else f'position(%s IN "{column}"::text) > 0'
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT 1 FROM "{table}" WHERE {where} LIMIT 1', [text.encode() if is_bytes else text])
        return cursor.fetchone() is not None
