"""The house's public keys, read from its key set and kept for as long as it says."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from fondaco.resource_server import http as asking
from fondaco.resource_server.errors import SourceUnavailable

_PAUSE: Final = 1.0  # seconds between two questions, whatever was asked for: made-up key ids cost the house nothing
_UNSAID: Final = 300.0  # kept when the answer does not say how long
_LEAST, _MOST = 5.0, 24 * 3600.0
_OUTAGE: Final = 24 * 3600.0  # how long the last keys count while the house does not answer
_MAX_AGE: Final = re.compile(r"(?:^|[\s,])max-age=(\d{1,9})(?:$|[\s,])")


class JwksKeys:
    """Keys from ``url`` (any account's ``jwks_uri``: all accounts share one set). Safe in threads.

    A key id that is not known is looked up anew, at most once a second. An outage of the house for up to a day changes
    nothing for keys that are known.
    """

    def __init__(
        self, url: str, *, http: httpx.Client | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._url, self._http, self._clock = url, http or asking.make_client(), clock
        self._lock = threading.Lock()
        self._keys: dict[str, ECKey] = {}
        self._read_at = self._tried_at = self._fresh_until = float("-inf")

    def find(self, key_id: str) -> ECKey | None:
        """The key with this ``kid``; None when the house publishes none."""
        is_known = key_id in self._keys
        if not is_known or self._clock() >= self._fresh_until:
            self._refresh(can_wait=not is_known)
        key, now = self._keys.get(key_id), self._clock()
        did_fail = self._tried_at > self._read_at
        if now - self._read_at > _OUTAGE or (key is None and did_fail):
            raise SourceUnavailable
        return key

    def _refresh(self, *, can_wait: bool) -> None:
        """Asks the house, unless that was just done. Who has a key to go on with does not wait for somebody else."""
        if not self._lock.acquire(blocking=can_wait):
            return
        try:
            asked_at = self._clock()
            if asked_at - self._tried_at < _PAUSE:
                return
            self._tried_at = asked_at
            try:
                answer = asking.ask(self._http, "GET", self._url)
                self._keys = _read_keys(answer.body)
            except SourceUnavailable:
                return
            self._read_at = asked_at
            self._fresh_until = asked_at + _max_age(answer.headers)
        finally:
            self._lock.release()


def _read_keys(body: Mapping[str, Any]) -> dict[str, ECKey]:
    """The keys that can verify a token; others in the set are none of our business (RFC 7517 §5)."""
    listed = body.get("keys")
    if not isinstance(listed, list):
        raise SourceUnavailable
    found = {}
    for entry in listed:
        if isinstance(entry, dict) and _is_for_tokens(entry):
            try:
                # Only the public half, should somebody publish more.
                found[entry["kid"]] = ECKey.import_key({name: entry[name] for name in ("kty", "crv", "x", "y")})
            except (JoseError, ValueError, KeyError, TypeError):
                continue
    return found


def _is_for_tokens(entry: Mapping[str, Any]) -> bool:
    return (
        entry.get("kty") == "EC"
        and entry.get("crv") == "P-256"
        and isinstance(entry.get("kid"), str)
        and entry.get("use", "sig") == "sig"
        and entry.get("alg", "ES256") == "ES256"
    )


def _max_age(headers: Mapping[str, str]) -> float:
    said = _MAX_AGE.search(headers.get("cache-control", ""))
    return min(max(float(said.group(1)) if said else _UNSAID, _LEAST), _MOST)
