"""What ``ps`` says of a process."""

from __future__ import annotations

import os

os.environ.setdefault("SPT_NOENV", "1")  # else a long title would be written over the environment that ``ps e`` shows

from setproctitle import getproctitle, setproctitle

getproctitle()  # it looks for the memory of the command line beside that of the environment, so before that changes


def set_title(title: str) -> None:
    """From now on this process is listed so."""
    setproctitle(title)
