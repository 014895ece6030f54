"""What an answer cost, as it says itself in development."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings
from tests.factories.accounts import make_account, make_user

pytestmark = pytest.mark.django_db
COST = re.compile(r'db;dur=\d+\.\d;desc="(\d+) queries", total;dur=\d+\.\d')


def test_an_answer_says_how_often_it_asked() -> None:
    client = Client()
    client.force_login(make_user(make_account()).person)
    with CaptureQueriesContext(connection) as queries:
        answer = client.get("/my-apps")
    said = COST.fullmatch(answer["Server-Timing"])
    assert said is not None
    assert int(said.group(1)) == len(queries) > 0


def test_a_platform_in_production_tells_nobody(settings: Settings) -> None:
    settings.DEVELOPMENT = False
    assert "Server-Timing" not in Client().get("/healthz")
