"""Parts of a question that are the same each time: Django writes their SQL once for each process, not each time.

Writing it is most of what a question with many parts costs us: it was a fifth of the time of a submission's page.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL


def write_once(questions: QuerySet[Any], parts: Mapping[str, Any]) -> dict[str, RawSQL]:
    """``parts`` as annotations of ``questions`` that need not be written again; the caller keeps them.

    They fit ``questions`` and what is filtered from it, because they name its tables; whatever a part is about must
    not depend on who asks.
    """
    query = questions.annotate(**parts).query
    compiler = query.get_compiler(DEFAULT_DB_ALIAS)
    compiler.pre_sql_setup()  # gives the joined tables their names
    written = {}
    for name in parts:
        part = query.annotations[name]
        sql, values = compiler.compile(part)
        written[name] = RawSQL(sql, tuple(values), output_field=part.output_field)  # noqa: S611 - Django wrote it
    return written
