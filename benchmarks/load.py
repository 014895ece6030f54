"""Load from wrk, and what it costs the processes that answer: figures of one round."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

CONNECTIONS = 16
SECONDS = 5
_TICK = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_UNITS = {"us": 1e-3, "ms": 1.0, "s": 1e3, "m": 6e4}


@dataclass(frozen=True, slots=True)
class Round:
    """Per second, milliseconds, and microseconds of processor time for each request; memory in MB."""

    rate: float
    p50: float
    p99: float
    server_cpu: float
    database_cpu: float
    load_cpu: float
    memory: float


@dataclass
class Target:
    """An address under load: ``server`` and ``database`` are the processes at the root of what answers."""

    name: str
    url: str
    server: int
    database: int
    clients: Path
    rounds: list[Round] = field(default_factory=list)

    def measure(self) -> float:
        """Requests per second of one round; its other figures go to :attr:`rounds`."""
        before = cpu_of(self.server), cpu_of(self.database), os.times().children_user + os.times().children_system
        requests, said = _run_wrk(self.url, self.clients)
        memory = memory_of(self.server)
        after = cpu_of(self.server), cpu_of(self.database), os.times().children_user + os.times().children_system
        server, database, load = ((b - a) / requests * 1e6 for a, b in zip(before, after, strict=True))
        found = Round(
            rate=float(_find(said, r"Requests/sec:\s+([\d.]+)")[0]),
            p50=_milliseconds(said, "50"),
            p99=_milliseconds(said, "99"),
            server_cpu=server,
            database_cpu=database,
            load_cpu=load,
            memory=memory,
        )
        self.rounds.append(found)
        return found.rate

    def line(self) -> str:
        """Medians of the rounds, the first left out, which warmed up."""
        rounds = self.rounds[1:] or self.rounds
        rate, p50, p99, server, database, load, memory = (
            median(getattr(each, name) for each in rounds) for name in Round.__slots__
        )
        return (
            f"{self.name}: {rate:.0f} requests/s, p50 {p50:.2f} ms, p99 {p99:.2f} ms, CPU per request {server:.0f} µs "
            f"(and database {database:.0f} µs, load generator {load:.0f} µs), memory {memory:.0f} MB"
        )


def cpu_of(root: int) -> float:
    """Seconds of processor time that a process and its descendants have used."""
    return sum(int(fields[11]) + int(fields[12]) for fields in _family(root)) / _TICK


def memory_of(root: int) -> float:
    """Resident memory of a process and its descendants in MB; what they share is counted in each."""
    return sum(int(fields[21]) for fields in _family(root)) * _PAGE / 1e6


def _family(root: int) -> list[Sequence[str]]:
    """The fields of ``/proc/<id>/stat`` after the name, of the root and all below it."""
    stats = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                stats[int(folder.name)] = (folder / "stat").read_text().rpartition(") ")[2].split()
            except OSError:  # it has just ended
                continue
    found, new = set(), {root}
    while new:
        found |= new
        new = {number for number, fields in stats.items() if int(fields[1]) in found} - found
    return [stats[number] for number in found if number in stats]


def _run_wrk(url: str, clients: Path) -> tuple[int, str]:
    script = Path(__file__).with_name("peers") / "rotate.lua"
    options = ["-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--timeout=20s", "--latency", "-s", str(script)]
    said = subprocess.run(["wrk", *options, url, "--", str(clients)], capture_output=True, text=True, check=True).stdout
    if wrong := re.search(r"Non-2xx.*|Socket errors:.*", said):
        raise RuntimeError(f"{url}: {wrong[0]}")
    return int(_find(said, r"(\d+) requests in")[0]), said


def _milliseconds(said: str, percent: str) -> float:
    figure, unit = _find(said, rf"\s{percent}%\s+([\d.]+)(us|ms|s|m)\b")
    return float(figure) * _UNITS[unit]


def _find(said: str, pattern: str) -> tuple[str, ...]:
    found = re.search(pattern, said)
    if found is None:
        raise RuntimeError(f"wrk said nothing like {pattern}:\n{said}")
    return found.groups()
