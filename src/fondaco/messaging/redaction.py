"""What is kept of a receiver's answer: its beginning and its headers, without secrets that it may echo (T22)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from fondaco.messaging.models import Message
from fondaco.messaging.payloads import Redactor, has_secrets

EXCERPT_BYTES: Final = 2048
HIDDEN: Final = "•••"
_LONGEST_HEADER: Final = 500
_MOST_HEADERS: Final = 40
_HIDDEN_HEADERS: Final = frozenset(
    {
        "set-cookie",
        "cookie",
        "authorization",
        "proxy-authorization",
        "x-api-key",
        "x-auth-token",
        "x-amz-security-token",
    }
)
# Whatever looks like one of our secrets, a signed token, or a private key, whosever it is.
_LOOKS_SECRET: Final = re.compile(
    r"\bfd[a-z]_[A-Za-z0-9_-]{20,}"
    r"|\bwhs(?:ec|k)_[A-Za-z0-9+/=]{20,}"
    r"|\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)",
    re.DOTALL,
)

Hide = Callable[[str], str]


def redactor_of(message: Message) -> Hide | None:
    """Hides the secrets of one message; None when they are erased, so that an echo would not be recognised."""
    if message.body is None and has_secrets(message.content):
        return None
    known = Redactor(message.body)
    return lambda text: hide_secrets(known(text))


def hide_secrets(text: str) -> str:
    """The text without anything that looks like a secret."""
    return _LOOKS_SECRET.sub(HIDDEN, text)


def excerpt(body: bytes, hide: Hide) -> str:
    """The first 2 KB that may be kept. A secret that the cut would halve is hidden first."""
    text = hide(body.decode("utf-8", "replace")).replace("\0", "\ufffd")
    return text.encode()[:EXCERPT_BYTES].decode("utf-8", "ignore")


def keep_headers(headers: Mapping[str, str], hide: Hide) -> dict[str, str]:
    """The headers that may be kept: forty at most, and 500 characters of each."""
    kept = list(headers.items())[:_MOST_HEADERS]
    return {
        name: HIDDEN if name in _HIDDEN_HEADERS else hide(value).replace("\0", "\ufffd")[:_LONGEST_HEADER]
        for name, value in kept
    }
