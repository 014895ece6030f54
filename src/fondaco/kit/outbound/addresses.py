"""Which addresses the product may call. Without this, a callback address would be a way into our own network."""

from __future__ import annotations

import ipaddress
import socket
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from fondaco.kit.errors import Invalid

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# The IANA special-purpose registries, listed here because Python's ``is_global`` differs between patch releases.
_REFUSED_V4 = [
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # "this network", on Linux the machine itself
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier NAT; also a cloud's metadata service
        "127.0.0.0/8",
        "168.63.129.16/32",  # a cloud's host agent on a public-looking address
        "169.254.0.0/16",  # link-local, and with it most metadata services
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
]
# Public IPv6 is 2000::/3 and nothing else: loopback, ULA, link-local, multicast, IPv4-mapped and NAT64 lie outside it.
_PUBLIC_V6 = ipaddress.IPv6Network("2000::/3")
_REFUSED_V6 = [
    ipaddress.IPv6Network(network)
    for network in (
        "2001::/23",  # Teredo and other tunnels, which carry an IPv4 address inside
        "2001:db8::/32",
        "2002::/16",  # 6to4, likewise
        "3fff::/20",
    )
]
_LOOPBACK = [ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128")]
_LONGEST_URL = 2000


class BadUrl(Invalid):
    """An address that cannot be called, told from its text alone."""

    code = "bad-url"
    message = _("This address cannot be used.")


def is_allowed(address: str | Address) -> bool:
    """Whether the product may connect to this IP address; anything that is not one is refused."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if settings.OUTBOUND_ALLOW_LOOPBACK and _within(ip, _LOOPBACK):
        return True
    if _within(ip, _allowed_networks(tuple(settings.OUTBOUND_ALLOWED_NETWORKS))):
        return True
    if isinstance(ip, ipaddress.IPv4Address):
        return not _within(ip, _REFUSED_V4)
    return ip in _PUBLIC_V6 and not _within(ip, _REFUSED_V6)


def literal_address(host: str) -> Address | None:
    """The IP address that ``host`` writes out, in any form the system understands (``127.1``, ``0x7f000001``, …)."""
    try:
        return ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except (OSError, ValueError):
        return None


def check_url(url: str, *, allow_http: bool, allow_fragment: bool = False) -> None:
    """Raises :class:`BadUrl` unless ``url`` is one we might call. For forms: it never touches the network.

    A name that passes may still resolve to a refused address; that is checked again at each call.
    """
    # urlsplit quietly drops control characters and browsers read a backslash as a slash: refuse both.
    if len(url) > _LONGEST_URL or any(character <= " " or character in "\\\x7f" for character in url):
        raise BadUrl(_("Write the address without spaces or backslashes, in at most 2000 characters."))
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
        (host or "").encode("idna")
    except ValueError:  # includes UnicodeError
        raise BadUrl(_("This is not a complete web address. Write it like https://example.com/events.")) from None
    if parts.scheme not in ({"http", "https"} if allow_http else {"https"}):
        raise BadUrl(_("The address must begin with http:// or https://.") if allow_http else _HTTPS_ONLY)
    if not host:
        raise BadUrl(_("The address has no host. Write it like https://example.com/events."))
    if parts.username is not None or parts.password is not None:
        raise BadUrl(_("Leave user name and password out of the address; everyone who sees it would see them."))
    if parts.fragment and not allow_fragment:
        raise BadUrl(_("Leave out the part from “#” on; it is never sent to a server."))
    _check_host(host)


_HTTPS_ONLY = _("The address must begin with https://.")


def _check_host(host: str) -> None:
    literal = literal_address(host)
    is_local_name = host.rstrip(".") == "localhost" or host.rstrip(".").endswith(".localhost")
    if (literal and not is_allowed(literal)) or (is_local_name and not settings.OUTBOUND_ALLOW_LOOPBACK):
        raise BadUrl(_("This address is private to a machine or network, so it cannot be reached from here."))


def _within(ip: Address, networks: Any) -> bool:
    return any(ip.version == network.version and ip in network for network in networks)


@lru_cache(maxsize=8)
def _allowed_networks(names: tuple[str, ...]) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(name) for name in names)
