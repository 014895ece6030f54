"""What a try says about the endpoint: whether it works, and how long it is left alone. Pure; the rules are ADR 0038."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from fondaco.messaging.schedule import GONE, TOO_MANY
from fondaco.messaging.states import EndpointStatus

FAILING_AFTER: Final = timedelta(minutes=1)  # from the first failure in a row to another one
PAUSED_AFTER: Final = 10  # failures in a row
# How long a paused endpoint is left alone before the next probe; the last for ever.
PAUSES: Final = (timedelta(seconds=30), timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=5))
CLOSED: Final = frozenset({EndpointStatus.PAUSED, EndpointStatus.GONE})


@dataclass(frozen=True, slots=True)
class Health:
    """How an endpoint stands. All times are real ones.

    Nothing is sent before ``closed_until``, and to a closed endpoint one try only after it, the probe. One that is
    gone has no such moment until somebody asks for it.
    """

    status: EndpointStatus = EndpointStatus.HEALTHY
    failures: int = 0  # in a row
    failing_since: datetime | None = None  # the first of them
    last_success_at: datetime | None = None
    closed_until: datetime | None = None
    pauses: int = 0  # in a row


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one try: ``status`` is empty when no HTTP answer came, ``wait`` is what Retry-After asked for."""

    at: datetime
    is_success: bool
    status: int | None = None
    wait: timedelta = timedelta(0)
    is_probe: bool = False


def judge(health: Health, answer: Answer) -> Health:
    """The health after one more answer."""
    if answer.is_success:
        return Health(last_success_at=answer.at)
    failed = replace(health, failures=health.failures + 1, failing_since=health.failing_since or answer.at)
    if answer.status == GONE:
        return replace(failed, status=EndpointStatus.GONE, closed_until=None)
    return _hold(_close_when_due(failed, answer), answer)


def _close_when_due(failed: Health, answer: Answer) -> Health:
    if failed.status in CLOSED:
        return _pause(failed, answer) if answer.is_probe else failed
    if failed.failures >= PAUSED_AFTER and answer.status != TOO_MANY:
        return _pause(failed, answer)
    is_lasting = failed.failing_since is not None and answer.at - failed.failing_since >= FAILING_AFTER
    return replace(failed, status=EndpointStatus.FAILING) if is_lasting else failed


def _pause(failed: Health, answer: Answer) -> Health:
    """One step longer than the pause before it."""
    length = PAUSES[min(failed.pauses, len(PAUSES) - 1)]
    pauses = min(failed.pauses + 1, len(PAUSES))
    return replace(failed, status=EndpointStatus.PAUSED, closed_until=answer.at + length, pauses=pauses)


def _hold(health: Health, answer: Answer) -> Health:
    """Who asks to be left alone is left alone, whatever else is known of it."""
    if not answer.wait or health.status == EndpointStatus.GONE:
        return health
    until = answer.at + answer.wait
    return replace(health, closed_until=max(until, health.closed_until or until))
