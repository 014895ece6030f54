"""Run in a house's own environment: 50,000 versions, 5,000 open submissions, and what a reviewer looks at among them.

The answer is JSON: ``{path: {"session": cookie, "queries": number}}``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import django

from benchmarks.demo_pages import JON, measure

if TYPE_CHECKING:
    from django.db import models

APPS, VERSIONS, OPEN, SAID = 5_000, 50_000, 5_000, 3
_LOOKED_AT = 2_500  # the open submission whose page is measured


def _key(letter: str, number: str) -> str:
    """SQL of the key of the ``number``-th row of one kind."""
    return f"('{letter}0000000-0000-7000-8000-' || lpad(to_hex({number}), 12, '0'))::uuid"


def grow() -> None:
    """Copies of one version with its submissions; only keys, names, moments and states differ."""
    from fondaco.catalog.models import App, ListingContent, TechnicalContent, Version
    from fondaco.review.models import InternalNote, ReviewMessage, Submission

    sample = Submission.objects.select_related("version").filter(status="approved", track="technical").earliest("id")
    version = sample.version
    _copy(App, version.app_id, APPS, id=_key("a", "n"), name="'Bench ' || n", slug="'bench-' || n")
    of_app = _key("a", f"1 + (n - 1) / {VERSIONS // APPS}")
    _copy(Version, version.pk, VERSIONS, id=_key("b", "n"), app_id=of_app, name="'1.' || n")
    for content in (TechnicalContent, ListingContent):
        _copy(content, version.pk, VERSIONS, version_id=_key("b", "n"))
    moment = "now() - make_interval(mins => n)"
    decided = {"created_at": f"{moment} - interval '20 hours'", "status_changed_at": moment}
    _copy(Submission, sample.pk, VERSIONS, id=_key("c", "n"), version_id=_key("b", "n"), **decided)
    _copy(
        Submission,
        sample.pk,
        OPEN,
        id=_key("d", "n"),
        version_id=_key("b", f"n * {VERSIONS // OPEN}"),
        track="CASE WHEN mod(n, 2) = 0 THEN 'technical' ELSE 'listing' END",
        status="'open'",
        decided_by_id="NULL",
        risk="mod(n, 11)",
        is_overdue="mod(n, 7) = 0",
        due_at="now() + make_interval(mins => n - 1000)",
        created_at=moment,
    )
    author = f"'{sample.submitted_by_id}'::uuid"
    _write(ReviewMessage, OPEN * SAID, author, side="'partner'", message_id="'<' || n || '@bench.example>'")
    _write(InternalNote, OPEN, author)


def _copy(model: type[models.Model], key: Any, count: int, **instead: str) -> None:
    from django.db import connection

    columns = [str(field.column) for field in model._meta.local_concrete_fields]
    picked = ", ".join(f"({instead[name]})" if name in instead else f's."{name}"' for name in columns)
    names, table = ", ".join(f'"{name}"' for name in columns), model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({names}) SELECT {picked} FROM {table} s, generate_series(1, {count}) n "
            f'WHERE s."{model._meta.pk.column}" = %s',
            [key],
        )
        cursor.execute(f"ANALYZE {table}")


def _write(model: type[models.Model], count: int, author: str, **more: str) -> None:
    from django.db import connection

    given: Mapping[str, str] = {
        "id": _key("e", "n"),
        "submission_id": _key("d", f"1 + mod(n - 1, {OPEN})"),
        "author_id": author,
        "text": "'Which of your hosts is it? We see two. ' || n",
        "created_at": "now() - make_interval(mins => n)",
        **more,
    }
    if model._meta.model_name == "reviewmessage":
        given = {**given, "is_question": "false", "in_reply_to": "''", "came_by_mail": "false", "left_out": "0"}
    names, values = ", ".join(given), ", ".join(given.values())
    with connection.cursor() as cursor:
        table = model._meta.db_table
        cursor.execute(f"INSERT INTO {table} ({names}) SELECT {values} FROM generate_series(1, {count}) n")
        cursor.execute(f"ANALYZE {table}")


def list_pages() -> dict[str, list[str]]:
    """The queue in several orders, and one submission, as the reviewer looks at them."""
    queue = "/backoffice/submissions/technical"
    one = f"{queue}/d0000000000070008000{_LOOKED_AT:012x}"
    return {JON: [queue, f"{queue}?order=risk", f"{queue}?shown=overdue&order=due", f"{queue}?shown=all&page=80", one]}


def main() -> None:
    """See the module."""
    django.setup()
    grow()
    sys.stdout.write(json.dumps(measure(list_pages())))


if __name__ == "__main__":
    main()
