"""How many rows there are, table by table: nothing was saved when nothing is more or less."""

from __future__ import annotations

from functools import cache

from django.apps import apps
from tests.preparing import ask_prepared

# Not what the house is about: counters of who asks or fails how often, sessions, and what is typed and not saved.
AROUND = frozenset({"django_session", "kit_ratebucket", "identity_failedtries", "catalog_editingdraft"})


@cache
def _question() -> str:
    models = apps.get_models(include_auto_created=True)
    tables = sorted({model._meta.db_table for model in models if model._meta.managed})
    counted = [table for table in tables if table not in AROUND and not table.startswith("procrastinate")]
    return " UNION ALL ".join(f"SELECT '{table}', count(*) FROM \"{table}\"" for table in counted)


def count_rows() -> dict[str, int]:
    """Table → rows."""
    return dict(ask_prepared("counted_rows", _question()))
