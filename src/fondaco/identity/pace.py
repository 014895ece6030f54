"""How fast a client may ask for tokens and about them, and call the wire (DOMAIN 9.1): token buckets for each client.

Only who has proved to be a client is counted, so that no stranger can use up another's allowance. For tokens each
web process counts for itself, in its memory: a shared count would be a write for each, which costs more than a token.
"""

from __future__ import annotations

import math
from datetime import timedelta
from time import monotonic
from typing import Final

from django.conf import settings

from fondaco.identity.models import OAuthClient
from fondaco.kit.errors import TooMany
from fondaco.kit.rate import Allowance, take_rate

BURST_SECONDS: Final = 5  # how long a client may save up what it did not use
_FEW: Final = 1000  # buckets that are kept without a look at whether they are full
_ROUNDING: Final = 1e-6


class Pace:
    """Buckets kept as one moment each: when it will be full again, as in ``kit.rate``."""

    def __init__(self, setting: str) -> None:
        self._setting = setting
        self.forget()

    def wait(self, client: str) -> int:
        """Counts one request of the client with this row id: 0 lets it in, else the seconds until the next may come."""
        each_second: int = getattr(settings, self._setting)
        step, now = 1 / each_second, monotonic()
        full_at = max(self._full_at.get(client, 0.0), now) + step
        if full_at > now + BURST_SECONDS + _ROUNDING:
            return max(1, math.ceil(full_at - now - BURST_SECONDS))
        if len(self._full_at) >= self._room:
            self._drop_full(now)
        self._full_at[client] = full_at
        return 0

    def check(self, client: str) -> None:
        """The same; raises :class:`TooMany`."""
        if seconds := self.wait(client):
            raise TooMany(retry_after=seconds)

    def forget(self) -> None:
        """Every bucket is full again."""
        self._full_at: dict[str, float] = {}
        self._room = _FEW

    def _drop_full(self, now: float) -> None:
        """A full bucket is like none. The others get as much room again, so this is seldom; few fit into a cache."""
        self._full_at = {client: moment for client, moment in self._full_at.copy().items() if moment > now}
        self._room = max(_FEW, 2 * len(self._full_at))


granting: Final = Pace("TOKENS_PER_SECOND")
introspecting: Final = Pace("INTROSPECTIONS_PER_SECOND")


def count_wire_call(client: OAuthClient) -> Allowance:
    """Counts one call of the wire, in all processes together; whoever asks turns away what was not admitted."""
    burst = settings.WIRE_BURST
    per = timedelta(seconds=burst / settings.WIRE_CALLS_PER_SECOND)
    return take_rate(f"wire:{client.pk.hex}", limit=burst, per=per)
