"""``fondaco web`` alone, as it runs under a supervisor or in somebody's terminal."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import processes
import pytest

NO_DATABASE = "postgresql://nobody@127.0.0.1:9/none"
BEGINNING = """
import os, signal, time
from fondaco.config.wsgi import application as house
LOADED_IN = os.getpid()
def __getattr__(name):
    if name == "application" and os.getpid() != LOADED_IN:
        os.kill(LOADED_IN, signal.SIGTERM)
        time.sleep(0.5)  # the server's signal comes now
    return house
"""
ANSWERING = """
import os, signal, time
from fondaco.config.wsgi import application as house
def application(environ, start_response):
    if environ["PATH_INFO"] != "/slow":
        return house(environ, start_response)
    os.kill(os.getppid(), signal.SIGTERM)
    time.sleep(1)  # the server's signals come now
    start_response("200 OK", [("Content-Length", "4")])
    return [b"done"]
"""


@contextmanager
def web(home: Path, port: int, *words: str, prepare: Callable[[], object] | None = None) -> Iterator[int]:
    """The process id of one that answers; it has ended by itself, in order, when the block ends."""
    (home / "static").mkdir(parents=True, exist_ok=True)
    with home.with_suffix(".log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "fondaco.cli", "web", "--port", str(port), "--workers", "1", *words],
            env={**processes.environment(home), "DATABASE_URL": NO_DATABASE},
            stdout=log,
            stderr=log,
            preexec_fn=prepare,
        )
    site = f"http://127.0.0.1:{port}"
    processes.wait_until(lambda: process.poll() is not None or processes.answers(f"{site}/healthz"))
    assert process.poll() is None, processes.said(home)
    yield process.pid
    assert process.wait(20) == 0
    processes.wait_until(lambda: processes.belonging_to(home) == {})
    assert processes.said(home) == ""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_it_ends_when_it_is_told_to_or_its_terminal_is_closed(
    home: Path, ports: tuple[int, int], number: signal.Signals
) -> None:
    with web(home, ports[0]) as pid:
        os.kill(pid, number)


def test_nohup_keeps_it(home: Path, ports: tuple[int, int]) -> None:
    with web(home, ports[0], prepare=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN)) as pid:
        workers = processes.belonging_to(home).keys() - {pid}
        os.kill(pid, signal.SIGHUP)
        assert processes.answers(f"http://127.0.0.1:{ports[0]}/healthz")
        assert processes.belonging_to(home).keys() - {pid} == workers
        os.kill(pid, signal.SIGTERM)


def test_its_address_may_be_a_name(home: Path, ports: tuple[int, int]) -> None:
    with web(home, ports[0], "--host", "localhost") as pid:
        os.kill(pid, signal.SIGTERM)


def test_a_worker_that_is_only_beginning_ends_too(home: Path, ports: tuple[int, int]) -> None:
    process = start(home, ports[0], BEGINNING)
    assert (process.communicate(timeout=60)[0], process.returncode) == ("", 0)


def test_one_that_is_answering_ends_when_it_has_answered(home: Path, ports: tuple[int, int]) -> None:
    process = start(home, ports[0], ANSWERING)
    site = f"http://127.0.0.1:{ports[0]}"
    processes.wait_until(lambda: process.poll() is not None or processes.answers(f"{site}/healthz"))
    with urllib.request.urlopen(f"{site}/slow", timeout=30) as answer:
        assert answer.read() == b"done"
    assert (process.communicate(timeout=60)[0], process.returncode) == ("", 0)


def start(home: Path, port: int, application: str) -> subprocess.Popen[str]:
    """The server with two workers and another application, which is the text of a module."""
    (home / "static").mkdir(parents=True, exist_ok=True)
    (home / "other.py").write_text(application)
    environment = processes.environment(home)
    call = f"from fondaco.runtime.serving import serve; serve('127.0.0.1', {port}, 2, 'other:application')"
    return subprocess.Popen(
        [sys.executable, "-c", call],
        env={**environment, "DATABASE_URL": NO_DATABASE, "PYTHONPATH": f"{environment['PYTHONPATH']}:{home}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
