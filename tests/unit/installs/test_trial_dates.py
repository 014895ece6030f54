"""When a trial is reminded of, and on which day it ends where the account is."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from fondaco.installs.trial_dates import end_of, last_day_of, next_reminder_at, reminder_for

END = datetime(2030, 1, 31, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("left", "then", "due"),
    [
        (timedelta(days=30), 15, None),
        (timedelta(days=15) + SECOND, 15, None),
        (timedelta(days=15), 7, 15),
        (timedelta(days=10), 7, 15),
        (timedelta(days=7), 1, 7),
        (timedelta(days=1), None, 1),
        (SECOND, None, 1),
        (timedelta(0), None, None),
        (timedelta(days=-3), None, None),
    ],
)
def test_reminders_come_15_7_and_1_days_before_the_end_and_past_ones_never(
    left: timedelta, then: int | None, due: int | None
) -> None:
    assert next_reminder_at(END, END - left) == (None if then is None else END - timedelta(days=then))
    assert reminder_for(END, END - left) == due


def test_a_day_ends_where_the_account_is() -> None:
    day = date(2030, 3, 30)  # summer time begins in the night to the 31st
    for timezone, hour in (("UTC", 24), ("Europe/Vienna", 23), ("America/Los_Angeles", 31)):
        end = end_of(day, timezone)
        assert end == datetime(2030, 3, 30, tzinfo=UTC) + timedelta(hours=hour)
        assert last_day_of(end, timezone) == day
    assert last_day_of(END, "UTC") == date(2030, 1, 31)
