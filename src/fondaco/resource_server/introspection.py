"""Asks the house whether a token still counts (RFC 7662), and remembers the answer for a short while.

The bound: an answer is used for 30 seconds, and while the house cannot be asked for less than 60, both counted from
before the question went out. Whatever the house was told to cut off before that moment was in the answer; so the last
call that is let in is less than 60 seconds after the click. After a minute without the house nobody is let in.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import httpx

from fondaco.resource_server import http as asking
from fondaco.resource_server.errors import SourceUnavailable
from fondaco.resource_server.token import Token

FRESH: Final = 30.0  # seconds
STALE: Final = 60.0
_PAUSE: Final = 1.0  # after a failure, so that a dead house does not hold up every request
_MOST: Final = 10_000  # tokens remembered

Credentials = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Known:
    is_active: bool
    asked_at: float


class IntrospectionRevocations:
    """Asks ``url`` with the credentials of a client of the token's account, or of an API of the operator's own.

    Such an API has credentials for all accounts, and asks at the issuer of its own: ``url`` names that. Without it the
    token's issuer is asked. ``credentials`` is a pair of client id and secret, or a function from the token to one for
    APIs that serve several accounts with a client in each. ``fresh_for`` may shorten the 30 seconds (0 asks each time),
    never lengthen them. Safe in threads.
    """

    def __init__(
        self,
        *,
        credentials: Credentials | Callable[[Token], Credentials],
        url: str = "{issuer}/oauth/introspect",
        fresh_for: float = FRESH,
        http: httpx.Client | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if not 0 <= fresh_for <= FRESH:
            raise ValueError(
                f"an answer may be used for at most {FRESH:.0f} seconds, or the kill switch comes too late"
            )
        self._credentials, self._url, self._fresh_for = credentials, url, fresh_for
        self._http, self._clock = http or asking.make_client(), clock
        self._lock = threading.Lock()
        self._known: OrderedDict[bytes, _Known] = OrderedDict()
        self._failed_at = float("-inf")

    def is_active(self, token: Token) -> bool:
        """The house's word, at most 30 seconds old; while it cannot be asked, less than 60. Then it is unavailable."""
        key = hashlib.sha256(token.plain.encode()).digest()
        known = self._known.get(key)
        if known is not None and self._age(known) < self._fresh_for:
            return known.is_active
        if self._clock() - self._failed_at >= _PAUSE:
            try:
                known = self._ask(token, key)
            except SourceUnavailable:
                self._failed_at = self._clock()
        if known is None or self._age(known) >= STALE:
            raise SourceUnavailable
        return known.is_active

    def _age(self, known: _Known) -> float:
        return self._clock() - known.asked_at

    def _ask(self, token: Token, key: bytes) -> _Known:
        asked_at = self._clock()
        answer = asking.ask(
            self._http,
            "POST",
            self._url.replace("{issuer}", token.issuer),
            form={"token": token.plain, "token_type_hint": "access_token"},
            credentials=self._credentials(token) if callable(self._credentials) else self._credentials,
        )
        if not isinstance(answer.body.get("active"), bool):
            raise SourceUnavailable
        known = _Known(answer.body["active"], asked_at)
        with self._lock:
            before = self._known.get(key)
            # Of two answers the later question counts, whichever came back first.
            if before is None or before.asked_at <= asked_at:
                self._known[key] = known
                self._known.move_to_end(key)
            while len(self._known) > _MOST:
                self._known.popitem(last=False)
        return known
