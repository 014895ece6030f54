"""What must hold before anything is started: the home is ours alone, the ports are free."""

from __future__ import annotations

import errno
import fcntl
import os
import socket
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from fondaco.runtime.errors import StartRefused
from fondaco.runtime.postgres.server import explain_disk

PATIENCE = 10.0  # seconds for the processes of a run that was killed to end


@dataclass(frozen=True)
class HomeLock:
    """Holds the home until it is released or this process ends, however it ends.

    ``patience``: seconds to wait for what may still be ending; 0 after a run that ended in order.
    """

    file: IO[str]
    patience: float

    def release(self) -> None:
        """After everything has stopped."""
        self.file.truncate(0)
        self.file.close()


def lock_home(home: Path) -> HomeLock:
    """Refuses a home that another run uses."""
    try:
        home.mkdir(mode=0o711, parents=True, exist_ok=True)  # the server's user passes, nobody looks
        file = (home / "up.lock").open("a+")
    except OSError as problem:
        raise StartRefused(explain_disk(problem, home)) from problem
    file.seek(0)
    holder = file.read().strip()
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise StartRefused(
            f"Fondaco already runs from {home} (process {holder or 'unknown'}); stop it first, or set FONDACO_HOME to"
            " another folder."
        ) from None
    try:
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
    except OSError as problem:
        raise StartRefused(explain_disk(problem, home)) from problem
    return HomeLock(file, PATIENCE if holder else 0.0)


def is_port_free(host: str, port: int) -> bool:
    """Whether a server could listen there now. Raises StartRefused for an address where none ever could."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as problem:
        if problem.errno == errno.EADDRINUSE:
            return False
        raise StartRefused(
            f"Nothing can listen on port {port} of {host} ({problem.strerror}): choose an address of this machine, and"
            " a port that you may use."
        ) from problem
    return True


def check_port(host: str, port: int, option: str, patience: float = 0.0) -> None:
    """Refuses a port that is still taken after ``patience`` seconds."""
    give_up = time.monotonic() + patience
    while not is_port_free(host, port):
        if time.monotonic() >= give_up:
            raise StartRefused(
                f"Port {port} on {host} is taken by another program: stop that program, or choose another port with"
                f" `fondaco up {option} {port + 1}`."
            )
        time.sleep(0.1)
