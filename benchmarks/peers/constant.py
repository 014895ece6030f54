"""The peer that no token endpoint on this server can beat: the shim's place, its request, an answer made beforehand.

Served exactly like the product, with the product behind it for every other address.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from fondaco.config.wsgi import application as house

PATHS = ("/oauth/token", "/oauth/introspect")
# As long as the answer to a client, with the headers that stand around it.
BODY = (
    b'{"access_token": "'
    + b"x" * 520
    + b'", "token_type": "Bearer", "expires_in": 600, "scope": "apps:read apps:write"}'
)
HEADERS = [
    ("Content-Type", "application/json"),
    ("Cache-Control", "no-store"),
    ("Pragma", "no-cache"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Frame-Options", "DENY"),
    ("Vary", "Accept-Language"),
    ("Content-Language", "en"),
    (
        "Content-Security-Policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:",
    ),
    ("X-Content-Type-Options", "nosniff"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Content-Length", str(len(BODY))),
]


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Reads the request whole, as every endpoint must, and answers it unread."""
    if not environ["PATH_INFO"].endswith(PATHS):
        answer: Iterable[bytes] = house(environ, start_response)
        return answer
    environ["wsgi.input"].read()
    start_response("200 OK", HEADERS)
    return [BODY]
