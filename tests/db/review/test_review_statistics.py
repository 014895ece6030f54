"""How long reviews took: for one's own submission, and for everyone to read."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries
from tests.factories.accounts import make_person
from tests.factories.catalog import make_app, make_version

from fondaco.accounts.models import Person
from fondaco.catalog.models import Version
from fondaco.catalog.states import Track
from fondaco.kit import clock
from fondaco.review.models import Submission
from fondaco.review.queries import answer_times, review_statistics
from fondaco.review.queries.statistics import WEEKS

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)  # a Wednesday
HOUR = timedelta(hours=1)


def sent(
    version: Version, at: datetime, took: timedelta | None = None, *, track: Track = Track.TECHNICAL, by: Person | None
) -> Submission:
    """One submission; decided after ``took``, by nobody (the policy) when ``by`` is None."""
    return Submission.objects.create(
        version=version,
        track=track.value,
        submitted_by=make_person(),
        created_at=at,
        status="open" if took is None else "approved",
        status_changed_at=at if took is None else at + took,
        decided_by=by if took is not None else None,
    )


@pytest.fixture
def jon() -> Person:
    return make_person("Jon Okafor")


def test_a_first_submission_is_measured_by_first_ones_and_a_later_one_by_later_ones(jon: Person) -> None:
    app = make_app()
    version = make_version(app)
    with clock.freeze(NOW):
        for hours in range(1, 11):  # ten first ones, of ten apps
            sent(make_version(make_app(), name=f"1.{hours}"), NOW - timedelta(days=9), hours * HOUR, by=jon)
        first = sent(version, NOW - HOUR, by=None)
        times = answer_times([first])[Track.TECHNICAL]
        assert (times.median, times.most, times.count) == (5.5 * HOUR, 9.1 * HOUR, 10)
        assert times.expected_by(first) == NOW + 8.1 * HOUR
        assert times.expected_by(sent(make_version(make_app()), NOW - 9.2 * HOUR, by=None)) is None
        for minutes in range(10, 70, 10):  # six later ones, of one app
            sent(version, NOW - timedelta(days=2, minutes=-minutes), timedelta(minutes=minutes), by=jon)
        again = sent(make_version(app, name="2.0.0"), NOW - timedelta(minutes=1), by=None)
        later = answer_times([again])[Track.TECHNICAL]
    assert later.count == 5  # the first of these six was the app's first
    assert later.median < HOUR


def test_too_few_say_nothing_and_what_nobody_decided_does_not_count(jon: Person) -> None:
    version = make_version()
    with clock.freeze(NOW):
        mine = sent(version, NOW, by=None)
        for number in range(4):
            sent(make_version(make_app()), NOW - timedelta(days=3), HOUR, by=jon)
            sent(make_version(make_app()), NOW - timedelta(days=3), timedelta(seconds=1), by=None)
            sent(make_version(make_app()), NOW - timedelta(days=120 + number), HOUR, by=jon)
        assert answer_times([mine]) == {}
        sent(make_version(make_app()), NOW - timedelta(days=3), 3 * HOUR, by=jon)
        assert answer_times([mine])[Track.TECHNICAL].median == HOUR
        assert answer_times([]) == {}


def test_both_tracks_take_one_query(jon: Person, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    version = make_version()
    with clock.freeze(NOW):
        for track in Track:
            for hours in range(1, 6):
                sent(make_version(make_app()), NOW - timedelta(days=3), hours * HOUR, by=jon, track=track)
        opened = [sent(version, NOW, by=None, track=track) for track in Track]
        with django_assert_num_queries(1):
            found = answer_times(opened)
    assert {track: times.median for track, times in found.items()} == dict.fromkeys(Track, 3 * HOUR)


def test_without_anything_the_page_has_zeros_and_says_so() -> None:
    for numbers in review_statistics():
        assert numbers.is_empty
        assert (numbers.waiting, numbers.oldest_since, numbers.answers.count) == (0, None, 0)
        assert len(numbers.weeks) == WEEKS
        assert all((week.waiting, week.answers.median) == (0, None) for week in numbers.weeks)


def test_weeks_count_what_waited_and_what_was_decided(
    jon: Person, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    def new() -> Version:
        return make_version(make_app())

    sent(new(), NOW - timedelta(days=8), 10 * HOUR, by=jon)  # within last week
    sent(new(), NOW - timedelta(days=8), timedelta(days=8) - HOUR, by=jon)  # waited over the end of last week
    sent(new(), NOW - timedelta(days=9), timedelta(minutes=1), by=None)  # the policy's
    waiting = sent(new(), NOW - timedelta(days=15), by=None)
    sent(new(), NOW - HOUR, by=None, track=Track.LISTING)
    with clock.freeze(NOW), django_assert_num_queries(2):
        technical, listing = review_statistics()
    assert [(str(week.starts_on), week.waiting, week.answers.count) for week in technical.weeks[-4:]] == [
        ("2026-05-18", 0, 0),
        ("2026-05-25", 1, 0),
        ("2026-06-01", 2, 1),
        ("2026-06-08", 1, 1),
    ]
    assert technical.weeks[-2].answers.median == technical.weeks[-2].answers.most == 10 * HOUR
    assert (technical.waiting, technical.oldest_since, technical.answers.count) == (1, waiting.created_at, 2)
    assert technical.answers.median == (10 * HOUR + timedelta(days=8) - HOUR) / 2
    assert (listing.waiting, listing.answers.count, listing.weeks[-1].waiting) == (1, 0, 1)


def test_five_thousand_submissions_are_counted_quickly(jon: Person) -> None:
    version = make_version()
    person = make_person()
    rows = (
        Submission(
            version=version,
            track=("technical", "listing")[number % 2],
            submitted_by=person,
            created_at=NOW - timedelta(hours=number % 4000),
            status="approved",
            status_changed_at=NOW - timedelta(hours=number % 4000) + HOUR * (1 + number % 9),
            decided_by=jon,
        )
        for number in range(5000)
    )
    Submission.objects.bulk_create(rows, batch_size=1000)
    with clock.freeze(NOW + timedelta(hours=12)):
        begun = time.monotonic()
        numbers = review_statistics()
        taken = time.monotonic() - begun
    assert sum(week.answers.count for track in numbers for week in track.weeks) == 5000
    assert taken < 1.5
