"""Addresses that follow from other addresses."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from fondaco.config.environment import BadSetting

IDENTITY_STYLES = ("path", "host")
_OTHER_NAMES = {"127.0.0.1": "localhost", "localhost": "127.0.0.1"}


def other_name(url: str) -> str:
    """The same place on this machine by its other name; empty for every other place."""
    parts = urlsplit(url)
    other = _OTHER_NAMES.get(parts.hostname or "")
    if other is None:
        return ""
    return parts._replace(netloc=f"{other}:{parts.port}" if parts.port else other).geturl()


def host_below(url: str) -> str:
    """The host name of ``url``, below which each account gets one; a url without room for that stops the process."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if not host or _is_number(host) or parts.path not in {"", "/"}:
        raise BadSetting(
            f"FONDACO_IDENTITY_STYLE=host puts each account's name before the host of FONDACO_IDENTITY_URL, and {url!r}"
            " has no room for that. Use a host name without a path, like https://id.example.com."
        )
    return host


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
