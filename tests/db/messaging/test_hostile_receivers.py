"""Receivers that do the dispatcher harm, on real sockets: others' deliveries are as quick as ever (T5, T6)."""

from __future__ import annotations

import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager

import pytest
import uvloop
from tests.factories.accounts import SYSTEM
from tests.factories.catalog import make_published_version
from tests.factories.installs import make_installing
from tests.factories.partners import make_member
from tests.hanging_names import END, hanging_names
from tests.receiver import receiving

from fondaco.kit.outbound import FailureKind, OutboundError, SafeClient
from fondaco.messaging.dispatcher import Dispatcher
from fondaco.messaging.explanations import explain_failure
from fondaco.messaging.models import Attempt, Delivery
from fondaco.messaging.samples import post_sample, send_sample
from fondaco.partners.models import MemberRole

pytestmark = pytest.mark.django_db(transaction=True)
CONNECT_SECONDS, TOTAL_SECONDS = 0.3, 0.6
PATIENCE = 20.0
MANY = 12  # hanging endpoints, each of its own app
NAMES = 40  # addresses whose name server never answers, and looking one up cannot be called off


def test_T05_hostile_receivers_end_at_the_time_out_and_others_are_served_meanwhile() -> None:
    with ExitStack() as stack:
        black_hole = stack.enter_context(full_backlog())
        bad = {
            black_hole: "timeout",
            stack.enter_context(talking(hang)): "timeout",
            stack.enter_context(talking(drip)): "timeout",
            stack.enter_context(talking(huge_headers)): "protocol",
            stack.enter_context(talking(nonsense)): "protocol",
            stack.enter_context(talking(hang_up)): "connect",
            stack.enter_context(talking(nonsense)).replace("http:", "https:"): "tls",
        }
        good = stack.enter_context(receiving(200))
        for url in bad:
            make_installing(events_callback_url=f"{url}/events")
        make_installing(events_callback_url=f"{good.url}/events")
        for _ in range(MANY):
            make_installing(events_callback_url=f"{black_hole}/events")
        took = dispatch_until(lambda: good.wait_for(1))
    assert took < 5  # one after the other, the bad ones alone would take longer
    found = {attempt.delivery.url.removesuffix("/events"): attempt.error for attempt in all_attempts()}
    assert found == {**bad, good.url: ""}
    assert Attempt.objects.filter(error="timeout").count() == MANY + 3
    for attempt in Attempt.objects.filter(error="timeout"):
        assert CONNECT_SECONDS * 900 <= attempt.duration_ms <= TOTAL_SECONDS * 1000 + 2000
    assert not Delivery.objects.exclude(lease=None).exists()


def test_T05_names_that_get_no_answer_end_at_the_time_out_and_others_are_served_meanwhile() -> None:
    version = make_published_version(events_callback_url="")
    with hanging_names() as asked, receiving(200) as good:
        for number in range(NAMES):
            version.technical.events_callback_url = f"http://partner-{number}{END}/events"
            version.technical.save()
            make_installing(version=version)
        version.technical.events_callback_url = f"{good.url.replace('127.0.0.1', 'localhost')}/events"
        version.technical.save()
        make_installing(version=version)
        dispatch_until(lambda: good.wait_for(1))
        assert len(set(asked.names)) == len(asked.names) == NAMES
    found = Counter((attempt.error, attempt.response_status) for attempt in all_attempts())
    assert found == {("timeout", None): NAMES, ("", 200): 1}


def test_T05_an_endless_body_is_read_no_further_than_its_beginning_and_a_redirect_not_at_all() -> None:
    version = make_published_version(events_callback_url="")
    with talking(endless_body) as endless, receiving(302) as turning:
        version.technical.events_callback_url = f"{endless}/events"
        version.technical.save()
        make_installing(version=version)
        make_installing(events_callback_url=f"{turning.url}/events")
        with closing(Dispatcher(connect_seconds=CONNECT_SECONDS, total_seconds=PATIENCE)) as dispatcher:
            uvloop.run(dispatcher.drain())
        assert [got.path for got in turning.got] == ["/events"]
    body = Attempt.objects.get(delivery__url=f"{endless}/events")
    assert (body.response_status, body.error, len(body.response_excerpt)) == (200, "", 2048)
    assert Attempt.objects.get(delivery__url=f"{turning.url}/events").response_status == 302


def test_a_test_event_is_judged_like_a_real_one_when_the_answer_is_long() -> None:
    version = make_published_version()
    devi = make_member(version.app.partner, role=MemberRole.DEVELOPER)
    with talking(endless_body) as endless:
        version.technical.events_callback_url = f"{endless}/events"
        version.technical.save()
        sample = send_sample(actor=SYSTEM, by=devi, version=version, type="app.updated")
        post_sample(sample.pk.hex)
    sample.refresh_from_db()
    assert (sample.is_success, sample.response_status, len(sample.response_excerpt)) == (True, 200, 2048)


def test_an_answer_that_does_not_end_is_a_failure_and_what_had_come_of_it_is_kept() -> None:
    with talking(begin_and_hang) as slow:
        make_installing(events_callback_url=f"{slow}/events")
        dispatch_until(lambda: None)
    kept = Attempt.objects.get()
    assert (kept.error, kept.response_status, kept.response_excerpt) == ("timeout", 503, "so busy")
    assert kept.response_headers == {"retry-after": "120", "content-length": "100"}
    assert kept.address == "127.0.0.1"
    assert explain_failure(kept.error, kept.response_status) == (
        "The app's program answered with HTTP status 503, but not to the end within ten seconds."
    )


def test_T06_the_slot_of_a_connect_that_hangs_is_free_again_at_the_deadline() -> None:
    """One connection in all: whoever comes second waits for the first, which nobody answers."""

    async def both(hole: str, good: str) -> tuple[FailureKind, int, float]:
        begun = time.monotonic()
        async with SafeClient(connections=1, connect_seconds=CONNECT_SECONDS, total_seconds=TOTAL_SECONDS) as client:
            with pytest.raises(OutboundError) as refused:
                await client.request("POST", hole, body=b"x")
            answer = await client.request("POST", good, body=b"x")
        return refused.value.kind, answer.status, time.monotonic() - begun

    with full_backlog() as hole, receiving(204) as good:
        kind, status, took = uvloop.run(both(hole, good.url))
    assert (kind, status) == (FailureKind.TIMEOUT, 204)
    assert CONNECT_SECONDS <= took < CONNECT_SECONDS + 3


def all_attempts() -> list[Attempt]:
    return list(Attempt.objects.select_related("delivery"))


def dispatch_until(served: Callable[[], object]) -> float:
    """Sends everything that is due; the seconds until ``served`` returned."""
    with closing(Dispatcher(connect_seconds=CONNECT_SECONDS, total_seconds=TOTAL_SECONDS)) as dispatcher:
        thread = threading.Thread(target=lambda: uvloop.run(dispatcher.drain()))
        begun = time.monotonic()
        thread.start()
        served()
        took = time.monotonic() - begun
        thread.join(PATIENCE)
        assert not thread.is_alive()
    return took


@contextmanager
def full_backlog() -> Iterator[str]:
    """An address that never takes a connection: its queue is full, so the system drops whoever knocks."""
    with socket.socket() as server, ExitStack() as stack:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        for _ in range(3):
            knocking = stack.enter_context(socket.socket())
            knocking.setblocking(False)
            knocking.connect_ex(server.getsockname())
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@contextmanager
def talking(say: Callable[[socket.socket, threading.Event], None]) -> Iterator[str]:
    """A server that reads a request and then says what it is told to, until the block ends."""
    over = threading.Event()

    def serve(connection: socket.socket) -> None:
        with connection:
            try:
                connection.recv(65536)
                say(connection, over)
            except OSError:
                return

    def accept() -> None:
        while True:
            try:
                connection, _address = server.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=accept, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}"
        finally:
            over.set()


def hang(connection: socket.socket, over: threading.Event) -> None:
    over.wait(PATIENCE)


def drip(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while not over.wait(0.05):
        connection.sendall(b"x")


def begin_and_hang(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 503 Busy\r\nRetry-After: 120\r\nContent-Length: 100\r\n\r\nso busy")
    over.wait(PATIENCE)


def huge_headers(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    for number in range(10_000):
        connection.sendall(b"X-%d: %s\r\n" % (number, b"a" * 1000))


def endless_body(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while not over.is_set():
        connection.sendall(b"x" * 65536)


def nonsense(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(b"220 mail.example ESMTP\r\n")


def hang_up(connection: socket.socket, over: threading.Event) -> None:
    connection.close()
