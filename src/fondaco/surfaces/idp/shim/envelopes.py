"""Status line and headers around an answer: Django's own, kept from the first good answer of a kind.

Which host is answered, whether plain HTTP is, and what HSTS, CSP and the other headers say, is decided by Django's
settings and middleware. Saying it here again would be a second truth. So the first request for each host and scheme
goes to Django; when it says 200, what it put around the answer is right for the next one, too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

Environment = dict[str, Any]
Headers = list[tuple[str, str]]
StartResponse = Callable[..., Any]

_MOST: Final = 20_000  # in host style each account has its own
_OF_ONE_ANSWER: Final = {"content-length", "server-timing"}


class Envelopes:
    """What this process has seen."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, ...], Headers] = {}

    def find(self, kind: str, environ: Environment) -> Headers | None:
        """The headers of a 200 of this kind, without those of one answer; None when Django has not given one yet."""
        return self._known.get(_key(kind, environ))

    def watch(self, kind: str, environ: Environment, start_response: StartResponse) -> StartResponse:
        """``start_response`` for a request that Django answers, which learns from it."""
        key = _key(kind, environ)

        def start(status: str, headers: Headers, *more: Any) -> Any:
            names = {name.lower() for name, _value in headers}
            if status.startswith("200 ") and "set-cookie" not in names:
                if len(self._known) >= _MOST:
                    self._known.clear()
                self._known[key] = [(name, value) for name, value in headers if name.lower() not in _OF_ONE_ANSWER]
            return start_response(status, headers, *more)

        return start


def _key(kind: str, environ: Environment) -> tuple[str, ...]:
    """What an answer's headers depend on. ``read_call`` lets nobody through that sends a cookie or a language."""
    get = environ.get
    return kind, get("HTTP_HOST", ""), get("wsgi.url_scheme", ""), get("HTTP_X_FORWARDED_PROTO", "")
