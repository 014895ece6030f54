from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError

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
