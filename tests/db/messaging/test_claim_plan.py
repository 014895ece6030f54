"""A claim reads as much as it takes, however much waits and whatever the statistics believe."""

from __future__ import annotations

import pytest
from django.db import connection
from tests.db.messaging.test_hostile_crowd import queue
from tests.factories.installs import make_installing

from fondaco.messaging.queue import Room, claim

WAITING, TAKEN = 3_000, 50

pytestmark = pytest.mark.django_db


def rows_read() -> int:
    """Of the deliveries, in this transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'messaging_delivery'"
        )
        return int(cursor.fetchone()[0])


def test_a_claim_planned_when_nothing_waited_reads_no_backlog() -> None:
    installation = make_installing()
    installation.deliveries.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE messaging_delivery, messaging_endpoint")
    claim(Room(limit=TAKEN, share=10))  # from here on its plan is kept
    queue(installation, [f"https://tempo.example/{number % 20}" for number in range(WAITING)])
    before = rows_read()
    assert len(claim(Room(limit=TAKEN, share=10))) == TAKEN
    assert rows_read() - before < WAITING / 3
