"""When a delivery is tried again. Pure; the rules are ADR 0038.

An operation's event is tried three times in a round, as documented (DOMAIN 1.5); what becomes of the operation, and
when the next round begins, is the business of installations. All other events are tried for four days.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

# At once, five minutes later, and ten minutes after that.
ROUND: Final = (timedelta(minutes=5), timedelta(minutes=10))
# After 5, 15 and 30 minutes, 1, 2, 4, 8, 16, 32, 52, 74 and 96 hours: thirteen tries.
FOUR_DAYS: Final = (
    *ROUND,
    timedelta(minutes=15),
    timedelta(minutes=30),
    timedelta(hours=1),
    timedelta(hours=2),
    timedelta(hours=4),
    timedelta(hours=8),
    timedelta(hours=16),
    timedelta(hours=20),
    timedelta(hours=22),
    timedelta(hours=22),
)
# What stood before a closed endpoint all the time is given up a little after the last try would have been.
GIVES_UP_AFTER: Final = sum(FOUR_DAYS, timedelta(hours=2))
LONGEST_RETRY_AFTER: Final = timedelta(hours=1)
THROTTLED_PAUSE: Final = timedelta(minutes=1)  # 429 without a Retry-After
GONE: Final = 410
TOO_MANY: Final = 429


def asked_to_wait(status: int | None, headers: Mapping[str, str], now: datetime) -> timedelta:
    """For how long a receiver wants nothing, from the ``Retry-After`` of an answer that was no success.

    Whole seconds or an HTTP date (RFC 9110 §10.2.3), an hour at most; what cannot be read counts as not there.
    """
    if status is None or 200 <= status < 300:
        return timedelta(0)
    otherwise = THROTTLED_PAUSE if status == TOO_MANY else timedelta(0)
    found = _read(headers.get("retry-after", "").strip(), now)
    return otherwise if found is None else min(max(found, timedelta(0)), LONGEST_RETRY_AFTER)


def _read(value: str, now: datetime) -> timedelta | None:
    if value.isascii() and value.isdigit():
        return timedelta(seconds=min(int(value[:9]), 10**8))
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return moment.replace(tzinfo=moment.tzinfo or UTC) - now
