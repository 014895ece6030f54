"""Rate limits that hold across processes: one row per key, one statement per check."""

from __future__ import annotations

import math
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a caller may still do: ``remaining`` calls at once, and all ``limit`` in ``reset`` seconds again.

    ``retry_after`` is 0 for a call that was admitted, else the seconds until the next one is.
    """

    limit: int
    remaining: int
    reset: int
    retry_after: int


def check_rate(key: str, *, limit: int, per: timedelta | int) -> None:
    """Admits ``limit`` calls at once and then one each ``per / limit``; raises :class:`TooMany` beyond that.

    ``key`` says who does what (``sign-in:203.0.113.7``), at most 200 characters; ``per`` is a duration or seconds.
    Call it outside a transaction: a rollback would forget the call, and an open one makes others with that key wait.
    """
    if seconds := take_rate(key, limit=limit, per=per).retry_after:
        raise TooMany(retry_after=seconds)


def take_rate(key: str, *, limit: int, per: timedelta | int) -> Allowance:
    """The same without a refusal, for callers that say how much is left."""
    per = per if isinstance(per, timedelta) else timedelta(seconds=per)
    step, now = per / limit, clock.now()
    burst = step * limit  # not ``per``: step was rounded to a microsecond
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, {"key": key, "now": now, "step": step.total_seconds(), "per": burst.total_seconds()})
        admitted, full_at = cursor.fetchone()
    wait = timedelta() if admitted else full_at + step - (now + burst)
    return Allowance(
        limit=limit,
        remaining=max(0, (now + burst - full_at) // step),
        reset=max(0, math.ceil((full_at - now).total_seconds())),
        retry_after=0 if admitted else max(1, math.ceil(wait.total_seconds())),
    )


def forget_idle() -> int:
    """Deletes the rows that are full again and so say nothing; returns how many."""
    return RateBucket.objects.filter(full_at__lt=clock.now()).delete()[0]
