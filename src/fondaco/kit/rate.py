"""Rate limits that hold across processes: one row per key, one statement per check."""

from __future__ import annotations

import math
from datetime import timedelta

from django.db import connection

from fondaco.kit import clock
from fondaco.kit.errors import TooMany
from fondaco.kit.models import RateBucket

# A token bucket kept as one moment: when it will be full again (the "generic cell rate algorithm"). Each admission
# moves that moment on by per/limit; who would move it further ahead than ``per`` is refused.
_TAKE = """
    INSERT INTO kit_ratebucket AS b (key, full_at, admitted)
    VALUES (%(key)s, %(now)s::timestamptz + make_interval(secs => %(step)s), TRUE)
    ON CONFLICT (key) DO UPDATE SET
        admitted = GREATEST(b.full_at, %(now)s::timestamptz) + make_interval(secs => %(step)s)
                   <= %(now)s::timestamptz + make_interval(secs => %(per)s),
        full_at = CASE
            WHEN GREATEST(b.full_at, %(now)s::timestamptz) + make_interval(secs => %(step)s)
                 <= %(now)s::timestamptz + make_interval(secs => %(per)s)
            THEN GREATEST(b.full_at, %(now)s::timestamptz) + make_interval(secs => %(step)s)
            ELSE b.full_at END
    RETURNING admitted, full_at
"""


def check_rate(key: str, *, limit: int, per: timedelta | int) -> None:
    """Admits ``limit`` calls at once and then one each ``per / limit``; raises :class:`TooMany` beyond that.

    ``key`` says who does what (``sign-in:203.0.113.7``), at most 200 characters; ``per`` is a duration or seconds.
    Call it outside a transaction: a rollback would forget the call, and an open one makes others with that key wait.
    """
    per = per if isinstance(per, timedelta) else timedelta(seconds=per)
    step, now = per / limit, clock.now()
    burst = step * limit  # not ``per``: step was rounded to a microsecond
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, {"key": key, "now": now, "step": step.total_seconds(), "per": burst.total_seconds()})
        admitted, full_at = cursor.fetchone()
    if not admitted:
        wait = full_at + step - (now + burst)
        raise TooMany(retry_after=max(1, math.ceil(wait.total_seconds())))


def forget_idle() -> int:
    """Deletes the rows that are full again and so say nothing; returns how many."""
    return RateBucket.objects.filter(full_at__lt=clock.now()).delete()[0]
