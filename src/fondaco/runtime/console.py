"""What the supervisor says: lines with the name of who said them, and one box with addresses and log-ins."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

WIDTH = 10
COLOURS = {"web": 36, "dispatcher": 35, "worker": 33, "sweeper": 34, "partner": 32, "postgres": 31, "fondaco": 1}


def say(text: str, name: str = "fondaco") -> None:
    """One line, prefixed; coloured on a terminal unless NO_COLOR is set. A reader who left is no reason to stop."""
    prefix = f"{name:>{WIDTH}} │"
    if sys.stdout.isatty() and not os.environ.get("NO_COLOR"):
        prefix = f"\x1b[{COLOURS.get(name, 0)}m{prefix}\x1b[0m"
    try:
        print(prefix, text, flush=True)
    except OSError:  # the terminal or the pipe is gone
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 (open for the rest of the process)


def box(title: str, rows: Sequence[Sequence[str]], notes: Sequence[str] = ()) -> str:
    """A frame around aligned columns, for reading and copying from."""
    columns = max((len(row) for row in rows), default=0)
    widths = [max((len(row[index]) for row in rows if index < len(row)), default=0) for index in range(columns)]
    lines = ["   ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)).rstrip() for row in rows]
    inner = max(len(text) for text in [title, *lines, *notes]) + 2
    body = [title, "", *lines, *(["", *notes] if notes else [])]
    framed = [f"│ {text.ljust(inner - 2)} │" for text in body]
    return "\n".join(["╭" + "─" * inner + "╮", *framed, "╰" + "─" * inner + "╯"])
