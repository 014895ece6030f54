"""After a new master key was put in front of the ring: brings every sealed column under it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.apps import apps
from django.db import connection, models

from fondaco.kit import crypto
from fondaco.kit.fields import SealedField

_elsewhere: list[Callable[[], int]] = []


def also(rewrap: Callable[[], int]) -> Callable[[], int]:
    """Registers what rewraps sealed values that lie in no :class:`SealedField`; it returns how many there were."""
    if rewrap not in _elsewhere:
        _elsewhere.append(rewrap)
    return rewrap


def sealed_columns() -> Iterator[tuple[type[models.Model], SealedField]]:
    """Every sealed field of every installed model."""
    for model in apps.get_models():
        for field in model._meta.local_concrete_fields:
            if isinstance(field, SealedField) and not model._meta.proxy:
                yield model, field


def rewrap_all(batch: int = 500) -> int:
    """Rewraps every sealed value that is not yet under the current master key; returns how many.

    Safe while the product runs, and to repeat after an interruption. When it returns 0, the old key may go.
    """
    columns = sum(_rewrap_column(model, field, batch) for model, field in sealed_columns())
    return columns + sum(rewrap() for rewrap in _elsewhere)


def _rewrap_column(model: type[models.Model], field: SealedField, batch: int) -> int:
    quote = connection.ops.quote_name
    table, column, key = quote(model._meta.db_table), quote(str(field.column)), quote(str(model._meta.pk.column))
    prefix = crypto.current_prefix()
    find = (
        f"SELECT {key}, {column} FROM {table} "  # noqa: S608 - names of our own models, quoted
        f"WHERE {column} IS NOT NULL AND substring({column} FROM 1 FOR {len(prefix)}) <> %s LIMIT {batch}"
    )
    # The old value in the condition: a row rewritten meanwhile already has the current key.
    store = f"UPDATE {table} SET {column} = %s WHERE {key} = %s AND {column} = %s"  # noqa: S608
    count = 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute(find, [prefix])
            rows = cursor.fetchall()
            if not rows:
                return count
            for pk, sealed in rows:
                cursor.execute(store, [crypto.rewrap(bytes(sealed)), pk, bytes(sealed)])
                count += cursor.rowcount
