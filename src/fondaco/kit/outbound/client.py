"""The client for every call to an address that other people chose.

No redirects, no cookies, no proxy from the environment, no decompression; caps on the time to connect, the whole time,
the size of headers and body. The address is checked when the name is resolved and once more on the very socket.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from weakref import WeakSet

import aiohttp
from aiohttp import ClientResponse
from aiohttp.connector import Connection

from fondaco.kit.outbound.failures import FailureKind, OutboundError
from fondaco.kit.outbound.resolver import CheckingResolver, check_address

MAX_BYTES = 64 * 1024
CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 10.0
_HEADER_LINE = 8 * 1024
_HEADER_COUNT = 64
_STALE_SECONDS = 1.0  # a connection that its server had given up shows that within a round trip
_DEFAULT_HEADERS = {"User-Agent": "Fondaco", "Accept-Encoding": "identity"}


@dataclass(frozen=True, slots=True)
class Answer:
    """``headers`` have lower-case names, of repeated ones the last; ``address`` is the IP that answered.

    ``truncated`` says that the body was longer and only its beginning was read.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    address: str
    elapsed_ms: int
    truncated: bool = False


class SafeClient:
    """An asynchronous client to be kept and shared: ``async with SafeClient() as client: await client.request(…)``."""

    def __init__(
        self,
        *,
        connections: int = 100,
        connections_per_host: int = 0,
        keepalive_seconds: float = 15.0,
        connect_seconds: float = CONNECT_SECONDS,
        total_seconds: float = TOTAL_SECONDS,
    ) -> None:
        self._connections = connections
        self._connections_per_host = connections_per_host
        self._keepalive_seconds = keepalive_seconds
        self._timeout = aiohttp.ClientTimeout(total=total_seconds, sock_connect=connect_seconds)
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        connector = aiohttp.TCPConnector(
            resolver=CheckingResolver(),
            socket_factory=_checked_socket,
            limit=self._connections,
            limit_per_host=self._connections_per_host,
            keepalive_timeout=self._keepalive_seconds,
            ttl_dns_cache=30,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            timeout=self._timeout,
            cookie_jar=aiohttp.DummyCookieJar(),
            response_class=_Response,
            headers=_DEFAULT_HEADERS,
            auto_decompress=False,
            trust_env=False,
            max_line_size=_HEADER_LINE,
            max_field_size=_HEADER_LINE,
            max_headers=_HEADER_COUNT,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session:
            await self._session.close()

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        max_bytes: int = MAX_BYTES,
        truncate: bool = False,
    ) -> Answer:
        """One exchange. Any status is an answer, redirects too; what is none raises :class:`OutboundError`.

        A body over ``max_bytes`` is an error, or with ``truncate`` is cut off there; the rest is never read. A
        connection that was kept open, and that the server closes at the moment it is used again, says nothing about the
        server: the same is sent once more.
        """
        started, called = time.monotonic(), list[str]()
        _called.set(called)
        try:
            try:
                response, content, is_cut = await self._exchange(method, url, headers, body, max_bytes)
            except _StaleConnection:
                if time.monotonic() - started > _STALE_SECONDS:
                    raise
                response, content, is_cut = await self._exchange(method, url, headers, body, max_bytes)
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            raise _translate(error, self._timeout, _last(called)) from error
        if is_cut and not truncate:
            detail = f"the answer is longer than {max_bytes} bytes"
            raise OutboundError(FailureKind.TOO_LARGE, detail, status=response.status, address=_last(called))
        return Answer(
            status=response.status,
            headers={name.lower(): value for name, value in response.headers.items()},
            body=content,
            address=_last(called),
            elapsed_ms=round((time.monotonic() - started) * 1000),
            truncated=is_cut,
        )

    async def _exchange(
        self, method: str, url: str, headers: Mapping[str, str] | None, body: bytes, max_bytes: int
    ) -> tuple[ClientResponse, bytes, bool]:
        if self._session is None:
            raise RuntimeError("SafeClient is used inside `async with`")
        async with self._session.request(
            method, url, headers=headers, data=body or None, allow_redirects=False
        ) as response:
            content, is_cut = await _read(response, max_bytes)
            if is_cut:
                response.close()
        return response, content, is_cut


def fetch(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    max_bytes: int = MAX_BYTES,
    total_seconds: float = TOTAL_SECONDS,
) -> Answer:
    """The same for synchronous code and single calls. Never call it inside a transaction."""

    async def once() -> Answer:
        async with SafeClient(total_seconds=total_seconds) as client:
            return await client.request(method, url, headers=headers, body=body, max_bytes=max_bytes)

    return asyncio.run(once())


class _StaleConnection(aiohttp.ServerDisconnectedError):
    """A connection that had carried an answer before was closed instead of carrying another."""


_served: WeakSet[Any] = WeakSet()  # open connections that have carried an answer
_called: ContextVar[list[str]] = ContextVar("the addresses that this exchange was tried with, the last one last")


class _Response(ClientResponse):
    """Notes who is asked: a short answer gives its connection back before anyone could look."""

    async def start(self, connection: Connection) -> ClientResponse:
        peer = connection.transport.get_extra_info("peername") if connection.transport is not None else None
        if peer:
            _called.get().append(str(peer[0]))
        protocol = connection.protocol
        try:
            started = await super().start(connection)
        except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError) as error:
            if protocol in _served:
                raise _StaleConnection(str(error)) from error
            raise
        _served.add(protocol)
        return started


def _last(called: list[str]) -> str:
    """The address that counts; empty when a kept connection was gone by the time that its answer was looked at."""
    return called[-1] if called else ""


def _checked_socket(entry: Any) -> socket.socket:
    family, kind, protocol, _name, address = entry
    # Literal addresses never pass the resolver; here is the last place that every connection passes.
    check_address(address[0], address[0])
    _called.get().append(str(address[0]))
    return socket.socket(family, kind, protocol)


async def _read(response: ClientResponse, max_bytes: int) -> tuple[bytes, bool]:
    content = bytearray()
    async for chunk in response.content.iter_any():
        content += chunk
        if len(content) > max_bytes:
            return bytes(content[:max_bytes]), True
    return bytes(content), False


def _translate(error: Exception, timeout: aiohttp.ClientTimeout, address: str) -> OutboundError:
    kind, detail = FailureKind.PROTOCOL, str(error) or type(error).__name__
    if isinstance(error, TimeoutError):
        kind, detail = FailureKind.TIMEOUT, f"no complete answer within {timeout.total:g} seconds"
    elif isinstance(error, aiohttp.ClientSSLError | ssl.SSLError | ssl.CertificateError):
        kind, detail = FailureKind.TLS, f"the secure connection failed: {error}"
    elif isinstance(error, aiohttp.ClientConnectorDNSError):
        kind = FailureKind.DNS
    elif isinstance(error, aiohttp.ClientConnectionError | OSError):
        kind = FailureKind.CONNECT
    return OutboundError(kind, detail, address=address)
