"""Names whose lookup hangs: they take nothing from others, and nothing waits for them longer than it wants to (T5)."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import wait

import pytest
from tests.hanging_names import END, PATIENCE, Asked, hanging_names
from tests.unit.kit.test_client import OK, answering, failure, server

from fondaco.kit.outbound import FailureKind, SafeClient, lookups, read_certificate_end
from fondaco.kit.outbound.failures import OutboundError
from fondaco.kit.outbound.lookups import Lookups

MANY = 60


@pytest.fixture
def asked() -> Iterator[Asked]:
    with hanging_names() as asked:
        yield asked


async def test_T05_many_names_that_hang_end_in_time_and_a_healthy_name_is_served_meanwhile(asked: Asked) -> None:
    async with server(answering(OK)) as url, SafeClient(total_seconds=1.5) as client:
        hung = [asyncio.create_task(failure(f"http://{number}{END}/", client)) for number in range(MANY)]
        await asyncio.to_thread(asked.wait_for, 30)
        answer = await client.request("GET", url.replace("127.0.0.1", "localhost"))
        assert not any(task.done() for task in hung)
        errors = await asyncio.gather(*hung)
    assert answer.status == 200
    assert {(error.kind, str(error)) for error in errors} == {
        (FailureKind.TIMEOUT, "no complete answer within 1.5 seconds")
    }
    assert sorted(asked.names) == sorted(f"{number}{END}" for number in range(MANY))


async def test_a_certificate_is_not_waited_for_longer_than_was_asked(asked: Asked) -> None:
    with pytest.raises(OutboundError) as caught:
        await read_certificate_end(f"a{END}", seconds=0.1)
    assert caught.value.kind is FailureKind.TIMEOUT


def test_a_name_holds_one_thread_however_many_wait_for_it(asked: Asked) -> None:
    found = Lookups()
    waiting = [found.find(f"a{END}") for _ in range(5)]
    asked.wait_for(1)
    waiting.append(found.find(f"a{END}"))
    waiting[0].cancel()
    asked.over.set()
    assert {type(each.exception(PATIENCE)) for each in waiting[1:]} == {socket.gaierror}
    assert asked.names == [f"a{END}"]


def test_names_that_hang_leave_names_that_were_quick_their_threads(asked: Asked) -> None:
    found = Lookups(threads=2)
    assert found.find("127.0.0.1").result(PATIENCE) == [(socket.AF_INET, "127.0.0.1")]
    hung = [found.find(f"{number}{END}") for number in range(3)]
    asked.wait_for(2)
    found.find("127.0.0.1").result(PATIENCE)
    new = found.find("127.0.0.2")  # who is new has to wait here, for all that anybody can tell
    assert not any(each.done() for each in (new, *hung))
    asked.over.set()
    assert new.result(PATIENCE) == [(socket.AF_INET, "127.0.0.2")]
    assert not wait(hung, PATIENCE).not_done


def test_names_that_hung_before_leave_new_names_and_quick_ones_their_threads(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = Lookups(threads=1)
    found.find("127.0.0.1").result(PATIENCE)
    monkeypatch.setattr(lookups, "_QUICK", 0)
    asked.over.set()
    for name in ("a", "b"):
        found.find(f"{name}{END}").exception(PATIENCE)
    monkeypatch.undo()
    asked.over.clear()
    hung = [found.find(f"{name}{END}") for name in ("a", "b")]
    asked.wait_for(3)
    for name in ("127.0.0.1", "127.0.0.2"):
        assert found.find(name).result(PATIENCE) == [(socket.AF_INET, name)]
    assert len(asked.names) == 3
    asked.over.set()
    assert not wait(hung, PATIENCE).not_done


def test_how_quick_names_were_is_remembered_up_to_a_number(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookups, "_REMEMBERED", 1)
    found = Lookups(threads=1)
    for name in ("127.0.0.1", "127.0.0.2"):
        found.find(name).result(PATIENCE)
    found.find(f"a{END}")
    asked.wait_for(1)
    found.find("127.0.0.2").result(PATIENCE)
    assert not found.find("127.0.0.1").done()


def test_what_nobody_waits_for_any_more_is_not_looked_up(asked: Asked) -> None:
    found = Lookups(threads=1)
    found.find(f"a{END}")
    asked.wait_for(1)
    found.find(f"b{END}").cancel()
    last = found.find(f"c{END}")
    asked.over.set()
    last.exception(PATIENCE)
    assert asked.names == [f"a{END}", f"c{END}"]


def test_the_threads_end_with_their_work(asked: Asked) -> None:
    found = Lookups()
    hung = [found.find(f"{number}{END}") for number in range(3)]
    asked.wait_for(3)
    threads = [thread for thread in threading.enumerate() if thread.name == "resolve"]
    asked.over.set()
    wait(hung, PATIENCE)
    for thread in threads:
        thread.join(PATIENCE)
    assert len(threads) >= 3
    assert not any(thread.is_alive() for thread in threads)


HANGING_PROCESS = """
import socket, threading
from fondaco.kit.outbound import OutboundError, fetch
socket.getaddrinfo = lambda *_, **__: threading.Event().wait()
try:
    fetch("GET", "http://a.hangs.example/", total_seconds=0.1)
except OutboundError as error:
    print(error.kind)
"""


def test_a_process_that_ends_does_not_wait_for_a_lookup() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", HANGING_PROCESS],
        env=os.environ | {"PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    )
    assert ended.stdout.strip() == "timeout"
