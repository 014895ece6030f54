import threading
from datetime import UTC, datetime, timedelta

import pytest

from fondaco.kit import clock

NEW_YEAR = datetime(2030, 1, 1, tzinfo=UTC)


def test_now_is_aware_and_real() -> None:
    before = datetime.now(UTC)
    now = clock.now()
    assert before <= now <= datetime.now(UTC)
    assert now.tzinfo is UTC


def test_travel_shifts_and_time_keeps_running() -> None:
    with clock.travel(NEW_YEAR):
        first = clock.now()
        second = clock.now()
        assert NEW_YEAR <= first <= second < NEW_YEAR + timedelta(seconds=5)
        with clock.travel(timedelta(days=7)):
            assert clock.now() >= NEW_YEAR + timedelta(days=7)
        assert clock.now() < NEW_YEAR + timedelta(seconds=5)
    assert clock.now().year < 2030


def test_freeze_stands_still_and_travels_on_request() -> None:
    with clock.freeze(NEW_YEAR) as moment:
        assert moment == clock.now() == clock.now() == NEW_YEAR
        with clock.travel(timedelta(days=30)):
            assert clock.now() == NEW_YEAR + timedelta(days=30)
        with clock.travel(NEW_YEAR - timedelta(days=1)):
            assert clock.now() == NEW_YEAR - timedelta(days=1)
        assert clock.now() == NEW_YEAR


def test_other_threads_travel_along() -> None:
    seen: list[datetime] = []
    with clock.freeze(NEW_YEAR):
        thread = threading.Thread(target=lambda: seen.append(clock.now()))
        thread.start()
        thread.join()
    assert seen == [NEW_YEAR]


def test_an_error_inside_brings_the_clock_back() -> None:
    with pytest.raises(RuntimeError), clock.travel(NEW_YEAR):
        raise RuntimeError
    assert clock.now().year < 2030


def test_a_moment_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"), clock.travel(datetime(2030, 1, 1)):  # noqa: DTZ001
        pass
