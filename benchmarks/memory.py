"""What the house holds in memory when nobody asks it for anything: all its processes but PostgreSQL.

Pages that several processes share count once (proportional set size). The example partner is a program of its own.
"""

from __future__ import annotations

import os
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from benchmarks.context import Context
from benchmarks.rounds import Comparison, constant

BUDGET_MB = 300.0
IDLE_SECONDS = 20.0
PATHS = ("/", "/partners", "/account/login/", "/marketplace/northwind-crm")


def bench(context: Context) -> Iterator[Comparison]:
    """All processes together, after a few pages and a pause."""
    house = context.house()
    home = house.environment["FONDACO_HOME"]

    def rest() -> float:
        for path in PATHS * 10:
            with urllib.request.urlopen(house.url + path, timeout=30) as answer:
                answer.read()
        time.sleep(IDLE_SECONDS)
        held = dict(_find(home))
        for title, size in sorted(held.items()):
            sys.stdout.write(f"{title}: {size:.0f} MB\n")
        return sum(held.values())

    yield Comparison("budget", "MB", rest, constant(BUDGET_MB), better="lower", rounds=1, goal=1.0)


def _find(home: str) -> Iterator[tuple[str, float]]:
    """The processes of the house by what ``ps`` says of them, with the memory of each in MB."""
    for folder in Path("/proc").iterdir():
        try:
            title = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
            is_ours = f"FONDACO_HOME={home}".encode() in (folder / "environ").read_bytes().split(b"\0")
            if is_ours and ("fondaco.cli" in title or title.startswith("fondaco ")):
                sizes = dict(line.split(":") for line in (folder / "smaps_rollup").read_text().splitlines()[1:])
                yield f"{title} ({folder.name})", int(sizes["Pss"].split()[0]) / 1000
        except (OSError, ValueError):
            if folder.name == str(os.getpid()):
                raise
