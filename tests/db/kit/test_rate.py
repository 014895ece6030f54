import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fondaco.kit import clock
from fondaco.kit.errors import TooMany
from fondaco.kit.ids import new_short_id
from fondaco.kit.models import RateBucket
from fondaco.kit.rate import check_rate, forget_idle

NOW = datetime(2026, 5, 1, tzinfo=UTC)


def admitted(key: str, limit: int, per: int) -> bool:
    try:
        check_rate(key, limit=limit, per=per)
    except TooMany:
        return False
    return True


@pytest.mark.django_db
def test_a_burst_then_one_at_a_time() -> None:
    with clock.freeze(NOW):
        assert [admitted("a", 3, 60) for _ in range(5)] == [True, True, True, False, False]
        assert admitted("b", 3, 60)
        with pytest.raises(TooMany) as caught:
            check_rate("a", limit=3, per=timedelta(minutes=1))
        assert caught.value.retry_after == 20
    with clock.freeze(NOW + timedelta(seconds=19)):
        assert not admitted("a", 3, 60)
    with clock.freeze(NOW + timedelta(seconds=20)):
        assert [admitted("a", 3, 60) for _ in range(2)] == [True, False]
    with clock.freeze(NOW + timedelta(seconds=80)):
        assert [admitted("a", 3, 60) for _ in range(4)] == [True, True, True, False]


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(1, 30), st.integers(1, 3600))
def test_the_limit_is_exact_and_retry_after_is_true(limit: int, per: int) -> None:
    key = new_short_id()
    with clock.freeze(NOW):
        assert [admitted(key, limit, per) for _ in range(limit)] == [True] * limit
        with pytest.raises(TooMany) as caught:
            check_rate(key, limit=limit, per=per)
    with clock.freeze(NOW + timedelta(seconds=caught.value.retry_after)):
        assert admitted(key, limit, per)


@pytest.mark.django_db
def test_full_buckets_are_forgotten() -> None:
    with clock.freeze(NOW):
        check_rate("a", limit=1, per=10)
        check_rate("b", limit=1, per=60)
    with clock.freeze(NOW + timedelta(seconds=11)):
        assert forget_idle() == 1
    assert list(RateBucket.objects.values_list("key", flat=True)) == ["b"]


@pytest.mark.django_db(transaction=True)
def test_many_at_once_share_one_limit() -> None:
    results: list[bool] = []

    def ask() -> None:
        try:
            results.extend(admitted("shared", 10, 3600) for _ in range(10))
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results.count(True) == 10
    assert len(results) == 40
