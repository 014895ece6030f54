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
from dataclasses import dataclass, field, replace
from functools import partial
from types import TracebackType
from typing import Any, Self
from weakref import WeakSet

import aiohttp
from aiohttp import ClientResponse
from aiohttp.client_proto import ResponseHandler
from aiohttp.connector import Connection
from aiohttp.http import HttpProcessingError, RawResponseMessage
from aiohttp.streams import StreamReader

from fondaco.kit.outbound.failures import Answer, FailureKind, OutboundError
from fondaco.kit.outbound.resolver import CheckingResolver, check_address

MAX_BYTES = 64 * 1024
CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 10.0
_HEADER_LINE = 8 * 1024
_HEADER_COUNT = 64
_INTERIM_COUNT = 8  # answers before the answer (1xx); whoever sent them without an end would keep the loop busy
_STALE_SECONDS = 1.0  # a connection that its server had given up shows that within a round trip
_DEFAULT_HEADERS = {"User-Agent": "Fondaco", "Accept-Encoding": "identity"}


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
        connector = _Connector(
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

        A body over ``max_bytes`` is an error, or with ``truncate`` is cut off there; the rest is never read. An error
        on the way through the body holds what had come until then. A connection that was kept open, and that the server
        closes at the moment it is used again, says nothing about the server: the same is sent once more.
        """
        heard = _Heard(started=time.monotonic())
        _called.set(heard.called)
        try:
            try:
                await self._exchange(method, url, headers, body, max_bytes, heard)
            except _StaleConnection:
                if heard.seconds > _STALE_SECONDS:
                    raise
                await self._exchange(method, url, headers, body, max_bytes, heard)
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            raise _translate(error, self._timeout, heard) from error
        answer = heard.as_answer()
        if heard.is_cut and not truncate:
            detail = f"the answer is longer than {max_bytes} bytes"
            raise OutboundError(FailureKind.TOO_LARGE, detail, address=heard.address, answer=answer)
        return answer

    async def _exchange(
        self, method: str, url: str, headers: Mapping[str, str] | None, body: bytes, max_bytes: int, heard: _Heard
    ) -> None:
        if self._session is None:
            raise RuntimeError("SafeClient is used inside `async with`")
        async with self._session.request(
            method, url, headers=headers, data=body or None, allow_redirects=False
        ) as response:
            heard.response = response
            async for chunk in response.content.iter_any():
                heard.content += chunk
                if len(heard.content) > max_bytes:
                    del heard.content[max_bytes:]
                    heard.is_cut = True
                    response.close()
                    return


def fetch(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    max_bytes: int = MAX_BYTES,
    truncate: bool = False,
    total_seconds: float = TOTAL_SECONDS,
) -> Answer:
    """The same for synchronous code and single calls. Never call it inside a transaction."""

    async def once() -> Answer:
        async with SafeClient(total_seconds=total_seconds) as client:
            return await client.request(method, url, headers=headers, body=body, max_bytes=max_bytes, truncate=truncate)

    return asyncio.run(once())


@dataclass(slots=True)
class _Heard:
    """What has come of an exchange so far. ``called`` has the addresses that it was tried with, the last one last."""

    started: float
    called: list[str] = field(default_factory=list)
    response: ClientResponse | None = None
    content: bytearray = field(default_factory=bytearray)
    is_cut: bool = False

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.started

    @property
    def address(self) -> str:
        """The one that counts; empty when a kept connection was gone by the time that its answer was looked at."""
        return self.called[-1] if self.called else ""

    def as_answer(self) -> Answer:
        if self.response is None:
            raise RuntimeError("nothing was answered yet")
        return Answer(
            status=self.response.status,
            headers={name.lower(): value for name, value in self.response.headers.items()},
            body=bytes(self.content),
            address=self.address,
            elapsed_ms=round(self.seconds * 1000),
            truncated=self.is_cut,
        )


class _Protocol(ResponseHandler):
    """Reads over a few interim answers, and hangs up on who sends more of them."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop=loop)
        self._interim = 0

    def feed_data(self, data: tuple[RawResponseMessage, StreamReader], size: int = 0) -> None:
        self._interim = self._interim + 1 if 100 <= data[0].code < 200 else 0
        if self._interim <= _INTERIM_COUNT:
            super().feed_data(data, size)
        elif self.transport is not None and not self.transport.is_closing():
            self.transport.close()
            self.set_exception(HttpProcessingError(message="too many interim answers"))


class _Connector(aiohttp.TCPConnector):
    """Makes connections of that kind; aiohttp has no option for it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._factory = partial(_Protocol, loop=self._loop)  # type: ignore[assignment]  # a subclass will do


class _StaleConnection(aiohttp.ServerDisconnectedError):
    """A connection that had carried an answer before was closed instead of carrying another."""


_served: WeakSet[Any] = WeakSet()  # open connections that have carried an answer
_called: ContextVar[list[str]] = ContextVar("the addresses that this exchange was tried with")


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


def _checked_socket(entry: Any) -> socket.socket:
    family, kind, protocol, _name, address = entry
    # Literal addresses never pass the resolver; here is the last place that every connection passes.
    check_address(address[0], address[0])
    _called.get().append(str(address[0]))
    return socket.socket(family, kind, protocol)


def _translate(error: Exception, timeout: aiohttp.ClientTimeout, heard: _Heard) -> OutboundError:
    kind, detail = FailureKind.PROTOCOL, str(error) or type(error).__name__
    if isinstance(error, TimeoutError):
        kind, detail = FailureKind.TIMEOUT, f"no complete answer within {timeout.total:g} seconds"
    elif isinstance(error, aiohttp.ClientSSLError | ssl.SSLError | ssl.CertificateError):
        kind, detail = FailureKind.TLS, f"the secure connection failed: {error}"
    elif isinstance(error, aiohttp.ClientConnectorDNSError):
        kind = FailureKind.DNS
    elif isinstance(error, aiohttp.ClientConnectionError | OSError):
        kind = FailureKind.CONNECT
    answer = replace(heard.as_answer(), truncated=True) if heard.response is not None else None
    return OutboundError(kind, detail, address=heard.address, answer=answer)
