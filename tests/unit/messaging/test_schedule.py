"""When a delivery is tried again, what a receiver may ask for, and what a try says about its endpoint."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import accumulate

import pytest

from fondaco.messaging.breaker import PAUSED_AFTER, Answer, Health, judge
from fondaco.messaging.schedule import FOUR_DAYS, GIVES_UP_AFTER, ROUND, asked_to_wait
from fondaco.messaging.states import EndpointStatus

NOON = datetime(2030, 1, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_the_documented_tries_and_twelve_more_within_four_days() -> None:
    assert list(accumulate(ROUND)) == [timedelta(minutes=5), timedelta(minutes=15)]
    assert FOUR_DAYS[:2] == ROUND
    assert len(FOUR_DAYS) + 1 == 13
    assert sum(FOUR_DAYS, timedelta(0)) == timedelta(hours=96)
    assert list(FOUR_DAYS) == sorted(FOUR_DAYS)
    assert timedelta(hours=96) < GIVES_UP_AFTER < timedelta(hours=100)


@pytest.mark.parametrize(
    ("status", "value", "seconds"),
    [
        (503, "120", 120),
        (429, "7", 7),
        (500, "Wed, 02 Jan 2030 12:03:00 GMT", 180),
        (503, "Wed, 02 Jan 2030 11:00:00 GMT", 0),
        (429, "", 60),
        (429, "soon", 60),
        (503, "soon", 0),
        (503, "-5", 0),
        (503, "", 0),
        (503, "86400", 3600),
        (503, "9" * 5000, 3600),
        (503, "Fri, 31 Dec 9999 23:59:59 GMT", 3600),
        (503, "٣", 0),
        (200, "120", 0),
        (None, "120", 0),
    ],
)
def test_retry_after_in_seconds_or_as_a_date_an_hour_at_most(status: int | None, value: str, seconds: int) -> None:
    assert asked_to_wait(status, {"retry-after": value}, NOON) == timedelta(seconds=seconds)


def failures(health: Health, count: int, *, at: datetime = NOON, status: int | None = 500) -> Health:
    for _ in range(count):
        health = judge(health, Answer(at, is_success=False, status=status))
    return health


def probe(health: Health, at: datetime, **answer: object) -> Health:
    return judge(health, Answer(at, **{"is_success": False, "status": 500, "is_probe": True, **answer}))  # type: ignore[arg-type]


def test_failing_after_a_minute_paused_after_ten_in_a_row() -> None:
    health = failures(Health(last_success_at=NOON - HOUR), 2)
    assert health == Health(failures=2, failing_since=NOON, last_success_at=NOON - HOUR)
    later = failures(health, 1, at=NOON + timedelta(minutes=1))
    assert (later.status, later.failures, later.failing_since) == (EndpointStatus.FAILING, 3, NOON)
    assert failures(Health(), PAUSED_AFTER - 1).status == EndpointStatus.HEALTHY
    paused = failures(Health(), PAUSED_AFTER)
    assert (paused.status, paused.closed_until, paused.pauses) == (
        EndpointStatus.PAUSED, NOON + timedelta(seconds=30), 1,
    )  # fmt: skip
    stragglers = failures(paused, 5)
    assert (stragglers.closed_until, stragglers.pauses) == (paused.closed_until, 1)


def test_pauses_grow_to_five_minutes_and_one_success_ends_them() -> None:
    health, lengths = failures(Health(), PAUSED_AFTER), []
    for _ in range(5):
        at = health.closed_until or NOON
        health = probe(health, at)
        lengths.append(((health.closed_until or at) - at).total_seconds())
    assert lengths == [60, 120, 300, 300, 300]
    assert probe(health, NOON + HOUR, is_success=True, status=200) == Health(last_success_at=NOON + HOUR)


def test_who_asks_to_wait_is_left_alone_and_429_alone_pauses_nobody() -> None:
    throttled = failures(Health(), PAUSED_AFTER + 5, status=429)
    assert (throttled.status, throttled.closed_until) == (EndpointStatus.HEALTHY, None)
    asked = judge(Health(), Answer(NOON, is_success=False, status=429, wait=HOUR))
    assert (asked.status, asked.closed_until) == (EndpointStatus.HEALTHY, NOON + HOUR)
    shorter = judge(asked, Answer(NOON, is_success=False, status=503, wait=timedelta(minutes=1)))
    assert shorter.closed_until == NOON + HOUR
    paused = failures(Health(), PAUSED_AFTER)
    assert judge(paused, Answer(NOON, is_success=False, status=503, wait=HOUR)).closed_until == NOON + HOUR


def test_gone_stays_gone_until_somebody_asks() -> None:
    gone = failures(Health(), 1, status=410)
    assert (gone.status, gone.closed_until) == (EndpointStatus.GONE, None)
    assert failures(gone, 20).status == EndpointStatus.GONE
    assert judge(gone, Answer(NOON, is_success=False, status=503, wait=HOUR)).closed_until is None
    assert probe(gone, NOON).status == EndpointStatus.PAUSED
    assert probe(gone, NOON, status=410).status == EndpointStatus.GONE
    assert probe(gone, NOON, is_success=True, status=204).status == EndpointStatus.HEALTHY
