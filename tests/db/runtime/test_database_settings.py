"""How Django is told to speak with PostgreSQL."""

from __future__ import annotations

import pytest
from django.db import connection

from fondaco.config import database


@pytest.mark.parametrize(
    ("url", "options"),
    [
        ("postgresql://fondaco@db/fondaco", "-c join_collapse_limit=4"),
        ("postgresql://fondaco@db/fondaco?options=-c%20jit%3Doff", "-c join_collapse_limit=4 -c jit=off"),
    ],
)
def test_options_of_the_address_come_after_ours(url: str, options: str) -> None:
    assert database.parse(url)["OPTIONS"] == {"server_side_binding": True, "options": options}


@pytest.mark.django_db
def test_the_server_weighs_few_orders_of_joins() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW join_collapse_limit")
        assert cursor.fetchone() == ("4",)
