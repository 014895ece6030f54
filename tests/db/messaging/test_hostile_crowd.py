"""A thousand hostile tries at once, of every kind: healthy receivers do not wait for one of them (T5, T6)."""

from __future__ import annotations

import asyncio
import resource
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta

import pytest
import uvloop
from tests.db.messaging.test_hostile_receivers import full_backlog
from tests.factories.installs import make_installing

from fondaco.installs.models import Installation
from fondaco.kit import clock
from fondaco.messaging.actions import wake_dispatcher
from fondaco.messaging.dispatcher import Dispatcher
from fondaco.messaging.endpoints import ensure_endpoints
from fondaco.messaging.models import Attempt, Delivery, Endpoint, Message

pytestmark = pytest.mark.django_db(transaction=True)
CONNECT_SECONDS, TOTAL_SECONDS = 3.0, 6.0
ADDRESSES, EACH = 20, 5  # of every kind; fewer than the ten failures that pause an endpoint
HEALTHY, LATE = 50, 20
PATIENCE = 60.0
BODY = '{"data":{}}'
MOST_MEMORY_KB = 150_000
# What comes of a try: the kind of failure, or else the status.
EXPECTED = {
    "hole": ("timeout", None),
    "hang": ("timeout", None),
    "drip": ("timeout", 200),
    "endless": ("", 500),
    "headers": ("protocol", None),
    "loop": ("", 302),
    "drop": ("connect", None),
    "tls": ("tls", None),
    "mute": ("timeout", None),
    "interim": ("protocol", None),
}


def test_a_thousand_hostile_tries_at_once_keep_no_healthy_receiver_waiting() -> None:
    with full_backlog() as hole, silence() as mute, crowd() as (url, got):
        bad, good = (make_installing(events_callback_url=f"{url}/good/first") for _ in range(2))
        roots = dict.fromkeys(EXPECTED, url) | {"hole": hole, "mute": mute, "tls": url.replace("http:", "https:")}
        addresses = [f"{roots[kind]}/{kind}/{number}" for kind in EXPECTED for number in range(ADDRESSES)]
        queue(bad, [each for each in addresses for _ in range(EACH)])
        queue(good, [f"{url}/good/{number}" for number in range(HEALTHY)])
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        with dispatching():
            wait_until(lambda: len(got) >= HEALTHY + 2)
            queue(good, [f"{url}/good/{number}" for number in range(LATE)], first=200)
            wake_dispatcher()  # what comes while all the others hang
            wait_until(lambda: Attempt.objects.count() == len(addresses) * EACH + HEALTHY + 2 + LATE)
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    attempts = list(Attempt.objects.select_related("delivery"))
    found = Counter(_ending(each) for each in attempts)
    expected = {(kind, *EXPECTED[kind]): ADDRESSES * EACH for kind in EXPECTED}
    assert found == expected | {("good", "", 204): HEALTHY + 2 + LATE}
    assert {each.address for each in attempts} == {"127.0.0.1"}
    assert len(got) == HEALTHY + 2 + LATE
    first_to_end = min(
        each.started_at + timedelta(milliseconds=each.duration_ms) for each in attempts if each.error == "timeout"
    )
    assert max(each.started_at for each in attempts if each.response_status == 204) < first_to_end
    assert grown < MOST_MEMORY_KB
    hostile = Delivery.objects.exclude(url__contains="/good/")
    assert set(hostile.values_list("status", "attempt_count", "lease", "leased_until")) == {("pending", 1, None, None)}
    assert not hostile.filter(next_attempt_at__lte=clock.now() + timedelta(minutes=4)).exists()
    assert set(Delivery.objects.filter(url__contains="/good/").values_list("status", "lease")) == {("delivered", None)}
    assert set(Endpoint.objects.exclude(url__contains="/good/").values_list("failures")) == {(EACH,)}


@contextmanager
def dispatching() -> Iterator[None]:
    """The dispatcher at work, until the block ends and all that it began is over."""
    stop = threading.Event()
    with closing(Dispatcher(connect_seconds=CONNECT_SECONDS, total_seconds=TOTAL_SECONDS)) as dispatcher:
        thread = threading.Thread(target=lambda: uvloop.run(dispatcher.run(stop)))
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(PATIENCE)
    assert not thread.is_alive()


def wait_until(condition: Callable[[], bool]) -> None:
    give_up = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < give_up, "waited in vain"
        time.sleep(0.02)


def _ending(attempt: Attempt) -> tuple[str, str, int | None]:
    """Who hangs up first on endless headers, reader or writer, is a matter of chance."""
    kind, error = attempt.delivery.url.split("/")[3], attempt.error
    return kind, "protocol" if (kind, error) == ("headers", "connect") else error, attempt.response_status


def queue(installation: Installation, urls: list[str], *, first: int = 100) -> None:
    """An event for each of these addresses, all due, none waiting for another; numbered from ``first``."""
    rows = ensure_endpoints((installation.app_id, url) for url in urls)
    endpoints = {url: row for (_app_id, url), row in rows.items()}
    messages = [
        Message(
            installation=installation,
            app_id=installation.app_id,
            sequence=first + at,
            type="user.logout",
            public_body=BODY,
        )
        for at, _url in enumerate(urls)
    ]
    Message.objects.bulk_create(messages)
    Delivery.objects.bulk_create(
        Delivery(
            message=message,
            installation=installation,
            endpoint=endpoints[url],
            sequence=message.sequence,
            is_ordered=False,
            url=url,
            next_attempt_at=clock.now(),
        )
        for message, url in zip(messages, urls, strict=True)
    )


@contextmanager
def silence() -> Iterator[str]:
    """An address that takes every connection and never says a word, also to who wants to speak TLS."""
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as server:
        yield f"https://127.0.0.1:{server.getsockname()[1]}"


@contextmanager
def crowd() -> Iterator[tuple[str, list[str]]]:
    """One server that does to every request what the first part of its path says; the paths that it took."""
    loop, got = uvloop.new_event_loop(), list[str]()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if await reader.readexactly(4) != b"POST":
                writer.write(b"220 mail.example ESMTP\r\n")  # to who speaks TLS
                return
            head = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(len(BODY))  # who closes with something unread may take back what was answered
            path = head.split(b" ")[1].decode()
            await _answer(path.split("/")[1], path, got, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.CancelledError):
            return
        finally:
            writer.close()

    server = loop.run_until_complete(asyncio.start_server(serve, "127.0.0.1", 0, backlog=1024))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", got
    finally:
        asyncio.run_coroutine_threadsafe(_end(), loop).result(20)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(20)
        loop.close()


async def _answer(kind: str, path: str, got: list[str], writer: asyncio.StreamWriter) -> None:
    if kind == "good":
        got.append(path)
        writer.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
    elif kind == "loop":
        writer.write(
            b"HTTP/1.1 302 Found\r\nLocation: %s\r\nConnection: close\r\nContent-Length: 0\r\n\r\n" % path.encode()
        )
    elif kind == "hang":
        await asyncio.sleep(20)
    elif kind == "drip":
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.2)
    elif kind == "endless":
        writer.write(b"HTTP/1.1 500 Oh\r\n\r\n")
        while True:
            writer.write(b"x" * 65_536)
            await writer.drain()
    elif kind == "interim":
        while True:
            writer.write(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 1000)
            await writer.drain()
    elif kind == "headers":
        writer.write(b"HTTP/1.1 200 OK\r\n")
        for number in range(10_000):
            writer.write(b"X-%d: %s\r\n" % (number, b"a" * 1000))
            await writer.drain()


async def _end() -> None:
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
