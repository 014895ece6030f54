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
# What stands behind a name that says what it is, as pages of errors print settings and requests; quotes may be escaped
# for JSON or HTML. Tokens and keys are hidden when there is a digit in them, because "token: expired" helps. Every
# repetition has an end, so that no answer takes long to look through.
_QUOTE: Final = r"""(?:\\{0,3}["']|&(?:quot|apos|\#x27|\#39|\#34);)?"""
_NEXT_CELL: Final = r"</t[dh]>\s{0,20}<td[^<>]{0,80}>(?:<\w{1,8}[^<>]{0,80}>)?"
_IS: Final = rf"(?:{_QUOTE}\s{{0,3}}(?:=>|=&gt;|[:=])\s{{0,3}}{_QUOTE}|{_NEXT_CELL})"
_BARE: Final = r"""(?:[^\s"'<>&,;(){}\[\]\\]|\\[^\s"'\\])"""
_NAMED: Final = re.compile(
    rf"""((?:passw(?:or)?d|secret(?:[_-]?key)?){_IS})"""
    r"""(?:(?<=\\["'])[^"'\\\n]{6,500}|(?<=;)[^"'<>&\n]{6,500}"""
    r"""|(?<=")(?<!\\")(?:[^"\\\n]|\\.){6,500}|(?<=')(?<!\\')(?:[^'\\\n]|\\.){6,500}"""
    rf"""|{_BARE}{{6,500}})"""
    rf"""|((?:token|(?:api|access|private)[_-]?key){_IS})(?=[^\s"'<>&,;]{{0,100}}\d){_BARE}{{8,500}}"""
    r"""|(\b(?:bearer|basic)\s{1,3})(?=\S{0,100}[\d=])[A-Za-z0-9+/=_.~-]{8,500}"""
    r"""|(://[^\s/@:"'<>]{0,100}:)[^\s/@"'<>]{1,500}(?=@)""",
    re.IGNORECASE,
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
    return _NAMED.sub(_keep_name, _LOOKS_SECRET.sub(HIDDEN, text))


def _keep_name(found: re.Match[str]) -> str:
    return f"{next(filter(None, found.groups()))}{HIDDEN}"


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
