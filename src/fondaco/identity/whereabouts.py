"""What a person recognises a session by, in words: the device and the place. Nothing here asks anybody outside."""

from __future__ import annotations

import ipaddress
from functools import cache

import maxminddb
from django.conf import settings
from django.utils.translation import get_language, gettext
from ua_parser import parse

_LONGEST = 60


def describe_device(user_agent: str) -> str:
    """``Firefox on Windows``; a program or an unknown browser is called so."""
    found = parse(user_agent) if user_agent else None
    browser = found.user_agent.family[:_LONGEST] if found and found.user_agent else ""
    system = found.os.family[:_LONGEST] if found and found.os else ""
    if browser and system:
        return gettext("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    if browser or system:
        return browser or gettext("A browser on %(system)s") % {"system": system}
    return gettext("An unknown browser")


def describe_place(address: str) -> str:
    """``Porto, Portugal (203.0.113.7)`` with a database of places, else the address; a private one is our network."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return gettext("Unknown place")
    if parsed.is_loopback:
        return gettext("This machine")
    if parsed.is_private and not _is_documentation(parsed):
        return gettext("This network (%(address)s)") % {"address": address}
    names = _find_names(address)
    return f"{', '.join(names)} ({address})" if names else address


def _is_documentation(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Python counts the ranges for examples (RFC 5737, RFC 3849) as private; nobody's network is there."""
    ranges = ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
    return any(address in ipaddress.ip_network(one) for one in ranges)


def _find_names(address: str) -> list[str]:
    reader = _open(settings.GEOIP_DATABASE)
    found = reader.get(address) if reader else None
    if not isinstance(found, dict):
        return []
    return [name for part in ("city", "country") if (name := _name(found.get(part)))]


def _name(part: object) -> str:
    names = part.get("names") if isinstance(part, dict) else None
    if not isinstance(names, dict):
        return ""
    return str(names.get(get_language() or "en") or names.get("en") or "")


@cache
def _open(path: str) -> maxminddb.Reader | None:
    """The database stays open: a new file is read by new processes."""
    return maxminddb.open_database(path) if path else None
