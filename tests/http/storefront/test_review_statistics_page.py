"""The public page about reviews, and the same through the API."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from tests.factories.accounts import make_person
from tests.factories.catalog import make_version

from fondaco.kit import clock
from fondaco.review.models import Submission

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def test_with_no_data_it_says_so() -> None:
    page = Client().get("/reviews/statistics")
    assert page.status_code == 200
    assert page.content.decode().count("Nothing to show yet") == 2
    assert page["Cache-Control"] == "private, max-age=300"
    assert "Cookie" in page["Vary"]


def test_both_tracks_are_drawn_with_the_numbers_behind() -> None:
    version, now = make_version(), clock.now()
    entries = {"version": version, "submitted_by": make_person(), "track": "technical"}
    Submission.objects.create(**entries, created_at=now - HOUR)
    Submission.objects.create(
        **entries,
        created_at=now - timedelta(days=8),
        status="approved",
        status_changed_at=now - timedelta(days=8) + 3 * HOUR,
        decided_by=make_person(),
    )
    page = Client().get("/reviews/statistics").content.decode()
    assert page.count('<figure class="chart">') == 3
    assert page.count("Nothing to show yet") == 1
    assert "Technical: half were answered within so many hours" in page
    assert "3 hours" in page
    assert page.count("<table") == 3

    answer = Client().get("/api/v1/statistics/reviews")
    technical, listing = answer.json()["tracks"]
    assert {name: technical[name] for name in technical if name not in {"weeks", "oldest_waiting_since"}} == {
        "track": "technical",
        "waiting": 1,
        "decisions": 1,
        "median_seconds": 10800,
        "ninety_percent_seconds": 10800,
    }
    assert len(technical["weeks"]) == 26
    assert (listing["waiting"], listing["decisions"], listing["median_seconds"]) == (0, 0, None)
