"""Prepared statements on Django's connection: what becomes of one when something went wrong."""

from __future__ import annotations

import pytest
from django.db import connection

from fondaco.identity.hot.statements import Statement, Unavailable

pytestmark = pytest.mark.django_db(transaction=True)


def count_prepared(name: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE starts_with(name, %s)", [f"fondaco_{name}_"])
        return int(cursor.fetchone()[0])


def test_after_an_error_it_goes_on_with_what_is_prepared() -> None:
    halve = Statement("halve_after_error", "SELECT 10 / $1::int")
    assert halve.run("2") == [("5",)]
    with pytest.raises(Unavailable, match="division by zero"):
        halve.run("0")
    assert count_prepared("halve_after_error") == 1
    assert halve.run("5") == [("2",)]


def test_where_another_server_answers_it_is_prepared_anew() -> None:
    """As behind a pooler, and nobody notices."""
    halve = Statement("halve", "SELECT 10 / $1::int")
    halve.run("2")
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
    assert halve.run("2") == [("5",)]
    assert count_prepared("halve") == 1


def test_another_build_s_statement_of_this_name_is_another() -> None:
    assert Statement("halve", "SELECT 10 / $1::int").run("2") == [("5",)]
    assert Statement("halve", "SELECT 20 / $1::int").run("2") == [("10",)]
