"""Resolves a name, checks every address it has, and hands on exactly those: what was checked is what is called."""

from __future__ import annotations

import asyncio
import socket

from aiohttp.abc import AbstractResolver, ResolveResult

from fondaco.kit.outbound.addresses import is_allowed
from fondaco.kit.outbound.failures import FailureKind, OutboundError
from fondaco.kit.outbound.lookups import Lookups

_LOOKUPS = Lookups()


class CheckingResolver(AbstractResolver):
    """Refuses a name altogether when one of its addresses is refused: nothing honest has both kinds."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        try:
            found = await asyncio.wrap_future(_LOOKUPS.find(host, family))
        except (OSError, UnicodeError) as error:
            raise OutboundError(FailureKind.DNS, f"{host} has no address") from error
        for _family, address in found:
            check_address(address, host)
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=family,
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for family, address in found
        ]

    async def close(self) -> None:
        """Nothing is held open."""


def check_address(address: str, host: str) -> None:
    """Raises :class:`OutboundError` of the kind ``refused_address`` unless the address may be called."""
    if not is_allowed(address):
        detail = f"{host} is at {address}, which may not be called from here"
        raise OutboundError(FailureKind.REFUSED_ADDRESS, detail, address=address)
