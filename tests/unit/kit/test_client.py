"""The outbound client against real servers on this machine, most of them ill-behaved."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import ipaddress
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp.connector import Connection
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import override_settings

from fondaco.kit.outbound import FailureKind, OutboundError, SafeClient, fetch

Handle = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def server(handle: Handle, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    async def guarded(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            await handle(reader, writer)
        writer.close()

    running = await asyncio.start_server(guarded, "127.0.0.1", 0, ssl=tls)
    port = running.sockets[0].getsockname()[1]
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{port}"
    finally:
        running.close()


def answering(raw: bytes, requests: list[bytes] | None = None) -> Handle:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        if requests is not None:
            requests.append(head)
        writer.write(raw)
        await writer.drain()

    return handle


async def failure(url: str, client: SafeClient, **options: object) -> OutboundError:
    with pytest.raises(OutboundError) as caught:
        await client.request("POST", url, body=b"{}", **options)  # type: ignore[arg-type]
    return caught.value


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-One: 1\r\nX-One: 2\r\n\r\nhi"


async def test_an_answer() -> None:
    requests: list[bytes] = []
    async with server(answering(OK, requests)) as url, SafeClient() as client:
        answer = await client.request("POST", url + "/events?a=1", headers={"X-Sign": "abc"}, body=b"{}")
    assert (answer.status, answer.body, answer.address, answer.truncated) == (200, b"hi", "127.0.0.1", False)
    assert answer.headers == {"content-length": "2", "x-one": "2"}
    assert 0 <= answer.elapsed_ms < 5000
    head = requests[0].decode()
    assert head.startswith("POST /events?a=1 HTTP/1.1\r\n")
    assert "X-Sign: abc\r\n" in head
    assert "User-Agent: Fondaco\r\n" in head
    assert "Accept-Encoding: identity\r\n" in head


async def test_redirects_are_answers() -> None:
    raw = b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n"
    async with server(answering(raw)) as url, SafeClient() as client:
        answer = await client.request("GET", url)
    assert (answer.status, answer.headers["location"]) == (302, "http://169.254.169.254/")


async def test_cookies_and_proxies_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    requests: list[bytes] = []
    raw = b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n"
    async with server(answering(raw, requests)) as url, SafeClient() as client:
        await client.request("GET", url)
        await client.request("GET", url)
    assert len(requests) == 2
    assert b"cookie" not in requests[1].lower()


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9/",
        "http://[::1]:9/",
        "http://localhost:9/",
        "http://10.0.0.1/",
        "http://169.254.169.254/latest",
        "http://[::ffff:127.0.0.1]:9/",
    ],
)
async def test_refused_addresses_are_never_connected_to(url: str) -> None:
    with override_settings(OUTBOUND_ALLOW_LOOPBACK=False):
        async with SafeClient() as client:
            assert (await failure(url, client)).kind is FailureKind.REFUSED_ADDRESS


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.1", "0177.0.0.1"])
async def test_a_refused_server_hears_nothing_however_it_is_spelt(host: str) -> None:
    requests: list[bytes] = []
    async with server(answering(OK, requests)) as url:
        with override_settings(OUTBOUND_ALLOW_LOOPBACK=False):
            async with SafeClient() as client:
                error = await failure(url.replace("127.0.0.1", host), client)
    assert error.kind in {FailureKind.REFUSED_ADDRESS, FailureKind.PROTOCOL}
    assert requests == []


async def test_an_unknown_name() -> None:
    async with SafeClient() as client:
        assert (await failure("http://nowhere.invalid/", client)).kind is FailureKind.DNS


async def test_nobody_there() -> None:
    async with server(answering(OK)) as url:
        pass
    async with SafeClient() as client:
        assert (await failure(url, client)).kind is FailureKind.CONNECT


async def test_hanging_up() -> None:
    async with server(answering(b"")) as url, SafeClient() as client:
        assert (await failure(url, client)).kind is FailureKind.CONNECT


async def test_a_kept_connection_that_its_server_gave_up_is_no_failure() -> None:
    came: list[int] = []

    async def hang_up_on_the_second(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for number in (1, 2):
            await reader.readuntil(b"\r\n\r\n{}")
            came.append(number)
            if number == 1:
                writer.write(OK)

    async with server(hang_up_on_the_second) as url, SafeClient() as client:
        answers = [await client.request("POST", url, body=b"{}") for _ in range(2)]
    assert [answer.status for answer in answers] == [200, 200]
    assert came == [1, 2, 1]


async def test_an_answer_on_a_kept_connection_that_is_gone_already_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its transport has no peer any more, and no socket was made for it."""

    async def twice(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(2):
            await reader.readuntil(b"\r\n\r\n{}")
            writer.write(OK)

    async with server(twice) as url, SafeClient() as client:
        first = await client.request("POST", url, body=b"{}")
        monkeypatch.setattr(Connection, "transport", None)
        second = await client.request("POST", url, body=b"{}")
    assert [(answer.status, answer.address) for answer in (first, second)] == [(200, "127.0.0.1"), (200, "")]


async def test_who_hangs_up_at_once_is_asked_once() -> None:
    requests: list[bytes] = []
    async with server(answering(b"", requests)) as url, SafeClient() as client:
        assert (await failure(url, client)).kind is FailureKind.CONNECT
    assert len(requests) == 1


async def test_T06_silence_ends_at_the_deadline() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with server(silent) as url, SafeClient(total_seconds=0.2) as client:
        error = await failure(url, client)
    assert (error.kind, str(error)) == (FailureKind.TIMEOUT, "no complete answer within 0.2 seconds")


async def test_a_dripping_answer_ends_at_the_deadline() -> None:
    async def dripping(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while not writer.is_closing():
            writer.write(b".")
            await writer.drain()
            await asyncio.sleep(0.02)

    async with server(dripping) as url, SafeClient(total_seconds=0.3) as client:
        error = await failure(url, client)
    assert (error.kind, error.address) == (FailureKind.TIMEOUT, "127.0.0.1")
    assert error.answer
    assert (error.answer.status, error.answer.headers) == (200, {"content-length": "100000"})
    assert set(error.answer.body) == set(b".")
    assert error.answer.truncated


async def test_what_came_before_an_answer_broke_off_is_kept() -> None:
    raw = b"HTTP/1.1 503 Busy\r\nRetry-After: 90\r\nContent-Length: 100\r\n\r\nsorry"
    async with server(answering(raw)) as url, SafeClient() as client:
        error = await failure(url, client)
    assert error.kind is FailureKind.PROTOCOL
    assert error.answer
    assert (error.answer.status, error.answer.headers["retry-after"], error.answer.body) == (503, "90", b"sorry")
    assert error.answer.truncated


async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 201 Created\r\n\r\n")
    while True:
        writer.write(b"." * 65536)
        await writer.drain()


async def test_an_endless_answer_is_cut() -> None:
    async with server(endless) as url, SafeClient() as client:
        error = await failure(url, client, max_bytes=1000)
        answer = await client.request("POST", url, max_bytes=1000, truncate=True)
    assert error.kind is FailureKind.TOO_LARGE
    assert error.answer
    assert (error.answer.status, len(error.answer.body), error.answer.truncated) == (201, 1000, True)
    assert (answer.status, len(answer.body), answer.truncated) == (201, 1000, True)


async def test_an_answer_of_exactly_the_cap_is_whole() -> None:
    async with server(answering(OK)) as url, SafeClient() as client:
        answer = await client.request("GET", url, max_bytes=2)
    assert (answer.body, answer.truncated) == (b"hi", False)


async def test_a_compressed_bomb_stays_small() -> None:
    raw = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b\x08\x00"
    async with server(answering(raw)) as url, SafeClient() as client:
        assert (await client.request("GET", url)).body == b"\x1f\x8b\x08\x00"


@pytest.mark.parametrize(
    "raw",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX-Long: " + b"a" * 10_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: 1\r\n" % number for number in range(100)) + b"\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhi",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
async def test_nonsense_is_a_protocol_failure(raw: bytes) -> None:
    async with server(answering(raw)) as url, SafeClient() as client:
        assert (await failure(url, client)).kind is FailureKind.PROTOCOL


async def test_a_few_interim_answers_are_read_over() -> None:
    raw = b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n" * 8 + OK
    async with server(answering(raw)) as url, SafeClient() as client:
        assert (await client.request("POST", url)).status == 200


async def test_T06_interim_answers_without_an_end_are_a_protocol_failure_at_once() -> None:
    """They have no body and none is the answer, so no other limit ever ended them, not even the time-out: the loop
    had no time to look at it."""
    hung_up = asyncio.Event()

    async def hinting(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        try:
            while True:
                writer.write(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 100)
                await writer.drain()
        except OSError:
            hung_up.set()

    async with server(hinting) as url, SafeClient(total_seconds=1.0) as client:
        error = await failure(url, client)
        await asyncio.wait_for(hung_up.wait(), 5)
    assert error.kind is FailureKind.PROTOCOL


@pytest.mark.parametrize("url", ["ftp://example.com/", "not a url", "http://", "file:///etc/passwd"])
async def test_what_is_no_web_address_is_a_protocol_failure(url: str) -> None:
    async with SafeClient() as client:
        assert (await failure(url, client)).kind is FailureKind.PROTOCOL


async def test_an_unknown_certificate(tmp_path: Path) -> None:
    async with server(answering(OK), self_signed(tmp_path)) as url, SafeClient() as client:
        assert (await failure(url, client)).kind is FailureKind.TLS


async def test_https_to_a_plain_server() -> None:
    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()

    async with server(plain) as url, SafeClient() as client:
        assert (await failure(url.replace("http:", "https:"), client)).kind is FailureKind.TLS


async def test_fetch_from_synchronous_code() -> None:
    async with server(answering(OK)) as url:
        answer = await asyncio.to_thread(fetch, "GET", url)
    assert (answer.status, answer.body) == (200, b"hi")


def self_signed(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    return context
