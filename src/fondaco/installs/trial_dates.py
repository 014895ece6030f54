"""When a trial is reminded of, and when an extended one ends. Pure: moments in, moments out."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

REMINDER_DAYS: Final = (15, 7, 1)  # before the end, the first one first (DOMAIN 7.7)


def next_reminder_at(expires_at: datetime, now: datetime) -> datetime | None:
    """The next reminder that is not past; a trial that is shorter than the first ones begins with a later one."""
    moments = (expires_at - timedelta(days=days) for days in REMINDER_DAYS)
    return next((moment for moment in moments if moment > now), None)


def reminder_for(expires_at: datetime, now: datetime) -> int | None:
    """The days of the latest reminder whose moment has come; None before the first, and once the trial is over.

    A clock that jumps over several of them brings about the last only.
    """
    if now >= expires_at:
        return None
    return min((days for days in REMINDER_DAYS if expires_at - timedelta(days=days) <= now), default=None)


def end_of(last_day: date, timezone: str) -> datetime:
    """The moment at which ``last_day`` is over where the account is."""
    return datetime.combine(last_day + timedelta(days=1), time(), ZoneInfo(timezone))


def last_day_of(expires_at: datetime, timezone: str) -> date:
    """The day on which the trial ends where the account is: the last one on which people get in."""
    return (expires_at - timedelta(microseconds=1)).astimezone(ZoneInfo(timezone)).date()
