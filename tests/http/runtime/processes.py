"""Real processes under test: start the house, find what belongs to it, wait for it to be gone."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def environment(home: Path) -> dict[str, str]:
    """A clean one: none of the tests' own settings, and no database but our own."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("FONDACO_", "DATABASE_", "MAKE"))}
    return {**kept, "FONDACO_HOME": str(home), "PYTHONPATH": str(ROOT / "src")}


def start(home: Path, *words: str) -> subprocess.Popen[str]:
    """``fondaco …`` with its output in one pipe."""
    return subprocess.Popen(
        [sys.executable, "-m", "fondaco.cli", *words],
        env=environment(home),
        stdout=(home.with_suffix(".log")).open("w"),
        stderr=subprocess.STDOUT,
        text=True,
    )


def said(home: Path) -> str:
    """What it printed so far."""
    return home.with_suffix(".log").read_text()


def belonging_to(home: Path) -> dict[int, str]:
    """Living processes which were started for ``home``, with their command lines."""
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                words = (folder / "cmdline").read_bytes()
                text = words + (folder / "environ").read_bytes()
            except OSError:
                continue
            if os.fsencode(home) + b"\0" in text or os.fsencode(home) + b"/" in text:
                found[int(folder.name)] = words.replace(b"\0", b" ").decode()
    return found


def wait_until(
    condition: Callable[[], object], seconds: float = 60, *, because: Callable[[], str] = str, every: float = 0.05
) -> None:
    """Looks ``every`` so many seconds; fails when it does not come true, with the words of ``because``."""
    give_up = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up, f"waited in vain. {because()}"
        time.sleep(every)


def answers(url: str) -> bool:
    """Whether ``url`` is answered with 200."""
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
