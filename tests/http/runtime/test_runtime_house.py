"""``fondaco up`` as a person starts it: one life, because each start costs seconds."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

import processes

NAMES = ("fondaco web", "fondaco dispatcher", "fondaco worker", "fondaco sweeper", "hello_partner", "postgres -D")


def up(home: Path, ports: tuple[int, int]) -> int:
    """Starts the house without its demo and returns the supervisor's process id when it is open."""
    process = processes.start(home, "up", "--no-demo", "--port", str(ports[0]), "--partner-port", str(ports[1]))
    processes.wait_until(lambda: "Fondaco is open" in processes.said(home) or process.poll() is not None, 120)
    assert process.poll() is None, processes.said(home)
    return process.pid


def pids(home: Path, name: str) -> list[int]:
    return sorted(pid for pid, words in processes.belonging_to(home).items() if name in words)


def test_the_house_lives_and_leaves_nothing(home: Path, ports: tuple[int, int]) -> None:
    pid = up(home, ports)
    site = f"http://127.0.0.1:{ports[0]}"
    assert processes.answers(f"{site}/healthz")
    assert processes.answers(f"{site}/readyz")
    assert processes.answers(f"http://127.0.0.1:{ports[1]}/health")
    processes.wait_until(lambda: all(pids(home, name) for name in NAMES))

    refuses_a_second_one(home, ports)
    restarts_the_dead(home, site)

    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    processes.wait_until(lambda: processes.belonging_to(home) == {}, 15)

    pid = up(home, ports)
    assert processes.answers(f"{site}/readyz")
    os.kill(pid, signal.SIGINT)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert processes.said(home).rstrip().endswith("Stopped; nothing is left running")
    assert processes.belonging_to(home) == {}


def refuses_a_second_one(home: Path, ports: tuple[int, int]) -> None:
    log = processes.said(home)
    try:
        second = processes.start(home, "up", "--no-demo")
        assert second.wait(30) == 1
        assert re.fullmatch(rf"Fondaco already runs from {home} \(process \d+\); .*\n", processes.said(home))
        other = home.with_name("other")
        third = processes.start(other, "up", "--no-demo", "--port", str(ports[0]))
        assert third.wait(30) == 1
        assert processes.said(other).startswith(f"Port {ports[0]} on 127.0.0.1 is taken by another program: ")
        assert processes.said(other).count("\n") == 1
        assert not (other / "postgres").exists()
    finally:
        home.with_suffix(".log").write_text(log)


def restarts_the_dead(home: Path, site: str) -> None:
    victims = {name: pids(home, name)[0] for name in ("fondaco dispatcher", "fondaco sweeper", "fondaco web")}
    for victim in victims.values():
        os.kill(victim, signal.SIGKILL)
    for name, victim in victims.items():
        processes.wait_until(lambda name=name, victim=victim: pids(home, name) and victim not in pids(home, name))
    processes.wait_until(lambda: processes.answers(f"{site}/readyz"))
