from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from fondaco.kit import clock
from fondaco.kit.models import ClockOffset

NOW = datetime(2026, 5, 1, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def test_an_account_runs_ahead_and_the_others_do_not() -> None:
    clock.set_offset("ahead", timedelta(days=30, microseconds=1))
    with clock.freeze(NOW):
        assert clock.now("ahead") == NOW + timedelta(days=30, microseconds=1)
        assert clock.now("other") == clock.now(None) == clock.now("") == NOW


def test_it_moves_on_and_may_be_set_to_the_same_again() -> None:
    for days in (1, 1, 2):
        clock.set_offset("ahead", timedelta(days=days))
        assert clock.offset_of("ahead") == timedelta(days=days)


@pytest.mark.parametrize("days", [1, 0, -1])
def test_it_never_moves_back(days: int) -> None:
    clock.set_offset("ahead", timedelta(days=2))
    with pytest.raises(clock.ClockBackwards) as caught:
        clock.set_offset("ahead", timedelta(days=days))
    assert caught.value.code == "clock-backwards"
    assert clock.offset_of("ahead") == timedelta(days=2)


def test_it_never_starts_behind() -> None:
    with pytest.raises(clock.ClockBackwards):
        clock.set_offset("behind", timedelta(seconds=-1))
    assert not ClockOffset.objects.exists()
    with pytest.raises(IntegrityError):
        ClockOffset.objects.create(account_id="behind", offset=timedelta(seconds=-1))


def test_a_transaction_asks_once_for_each_account() -> None:
    clock.set_offset("ahead", timedelta(days=2))
    with CaptureQueriesContext(connection) as queries:
        for account_id in ("ahead", "other", "ahead", "other"):
            clock.now(account_id)
    assert len(queries) == 2


@pytest.mark.django_db(transaction=True)
def test_every_transaction_asks_anew() -> None:
    for days in (1, 2):
        with transaction.atomic():
            assert clock.offset_of("ahead") == timedelta(days=days - 1)
            clock.set_offset("ahead", timedelta(days=days))
            assert clock.offset_of("ahead") == timedelta(days=days)
    assert clock.offset_of("ahead") == timedelta(days=2)


@pytest.mark.django_db(transaction=True)
def test_what_was_rolled_back_is_not_remembered() -> None:
    with transaction.atomic():
        assert clock.offset_of("ahead") == timedelta(0)
        with pytest.raises(InterruptedError), transaction.atomic():
            clock.set_offset("ahead", timedelta(days=1))
            assert clock.offset_of("ahead") == timedelta(days=1)
            raise InterruptedError
        assert clock.offset_of("ahead") == timedelta(0)
