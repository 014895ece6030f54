"""Addresses that follow from other addresses."""

from __future__ import annotations

from urllib.parse import urlsplit

_OTHER_NAMES = {"127.0.0.1": "localhost", "localhost": "127.0.0.1"}


def other_name(url: str) -> str:
    """The same place on this machine by its other name; empty for every other place."""
    parts = urlsplit(url)
    other = _OTHER_NAMES.get(parts.hostname or "")
    if other is None:
        return ""
    return parts._replace(netloc=f"{other}:{parts.port}" if parts.port else other).geturl()
