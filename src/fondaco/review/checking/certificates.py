"""The certificates of the hosts that a version names."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from fondaco.kit.outbound import OutboundError, read_certificate_end


@dataclass(frozen=True, slots=True)
class Seen:
    """One host's certificate: when it ends, or why it is not trusted. ``where`` is the first field that names it."""

    host: str
    where: str
    ends: datetime | None = None
    error: OutboundError | None = None


async def read_certificates(addresses: Iterable[tuple[str, str]]) -> list[Seen]:
    """Looks at each https host once; addresses are ``(field, url)``."""
    hosts: dict[tuple[str, int], str] = {}
    for field, url in addresses:
        parts = urlsplit(url)
        if parts.scheme == "https" and parts.hostname:
            hosts.setdefault((parts.hostname, parts.port or 443), field)
    return list(await asyncio.gather(*(_read(host, port, where) for (host, port), where in hosts.items())))


async def _read(host: str, port: int, where: str) -> Seen:
    try:
        return Seen(host, where, ends=await read_certificate_end(host, port))
    except OutboundError as error:
        return Seen(host, where, error=error)
