"""Identifiers. All of them sort by the time of their making, which is real time and not the shiftable clock's."""

from __future__ import annotations

import re
import secrets
import time
import unicodedata
import uuid

import uuid6

_WIRE = re.compile(r"[0-9a-f]{32}")
_SHORT = re.compile(r"[0-9a-f]{24}")
_NOT_SLUG = re.compile(r"[^a-z0-9]+")


def new_id() -> uuid.UUID:
    """A UUIDv7 (RFC 9562)."""
    return uuid.UUID(int=uuid6.uuid7().int)  # a plain UUID: drivers and JSON encoders look at the exact class


def wire(id: uuid.UUID) -> str:  # noqa: A002 - the word of the house
    """The wire's form of an id: 32 lower-case hex digits."""
    return id.hex


def parse_wire(text: object) -> uuid.UUID | None:
    """The id behind exactly 32 lower-case hex digits, or None for anything else."""
    if isinstance(text, str) and _WIRE.fullmatch(text):
        return uuid.UUID(hex=text)
    return None


def new_short_id() -> str:
    """24 lower-case hex digits: 4 bytes of seconds since 1970, big-endian, then 8 random bytes."""
    return (int(time.time()).to_bytes(4, "big") + secrets.token_bytes(8)).hex()


def is_short_id(text: object) -> bool:
    """Whether ``text`` has the form of a short id."""
    return isinstance(text, str) and bool(_SHORT.fullmatch(text))


def new_slug(text: str, *, max_length: int = 50) -> str:
    """A readable, URL-safe name made from ``text``: ``a-z``, ``0-9`` and single hyphens, never empty.

    It is not unique; whoever stores it adds a suffix when the name is taken.
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    slug = _NOT_SLUG.sub("-", plain).strip("-")[:max_length].strip("-")
    return slug or secrets.token_hex(4)
