"""Processes that cannot outlive the one that started them, and that are started again when they die."""

from __future__ import annotations

import contextlib
import ctypes
import os
import pkgutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from fondaco.runtime.forks import Fork

PR_SET_PDEATHSIG = 1
FIRST_DELAY = 0.25  # seconds before a restart; doubles up to LONGEST_DELAY while the process does not stay up
LONGEST_DELAY = 10.0
STEADY_SECONDS = 20.0
_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent(death_signal: signal.Signals) -> Callable[[], None]:
    """A ``preexec_fn`` that has the kernel send ``death_signal`` when the starting *thread* ends, even by kill -9.

    Start children from the main thread only. ``subprocess`` changes the user before it calls a ``preexec_fn``, which
    matters: a change of user clears the setting (prctl(2)). Where there is no prctl the child simply starts.
    """
    parent = os.getpid()
    prctl = getattr(_libc, "prctl", None)

    def prepare() -> None:
        if prctl is None:
            return
        prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != parent:  # the parent died before the kernel was told
            os._exit(1)

    return prepare


def end_with_parent(death_signal: signal.Signals) -> None:
    """The same from the child's side, for processes that somebody else starts."""
    prctl = getattr(_libc, "prctl", None)
    if prctl is not None:
        prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)


def end_with_make() -> None:
    """Started by ``make``, stop when it dies, so that killing either ends everything."""
    if os.environ.get("MAKELEVEL"):
        end_with_parent(signal.SIGTERM)


@dataclass(frozen=True)
class Service:
    """What to run: another program (``command``), or in a fork a function of this one (``entry``, ``module:name``).

    It is killed when the supervisor is: everything that was claimed is claimed again.
    """

    name: str
    command: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    entry: str = ""
    arguments: tuple[object, ...] = ()
    answers: tuple[str, int, str] | None = None  # host, port and path; others call it, so it is ready before they start
    is_needed: bool = True  # the house does not open without it


class Child:
    """One service's process, in a process group of its own: Ctrl-C reaches the supervisor alone."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.process: subprocess.Popen[bytes] | Fork | None = None
        self.due = 0.0  # monotonic time of the next start, when not running
        self._delay = FIRST_DELAY
        self._started = 0.0

    def start(self) -> subprocess.Popen[bytes] | Fork:
        """Starts it; standard output and error come back as one stream of lines."""
        self._started = time.monotonic()
        prepare = die_with_parent(signal.SIGKILL)
        if self.service.entry:
            run = partial(pkgutil.resolve_name(self.service.entry), *self.service.arguments)
            self.process = Fork(f"fondaco {self.service.name}", run, prepare)
            return self.process
        self.process = subprocess.Popen(
            self.service.command,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **self.service.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=prepare,  # noqa: PLW1509 (the supervisor has one thread)
        )
        return self.process

    def find_exit(self) -> int | None:
        """The exit code when it has just died (once); what it left of its group is killed, and a restart planned."""
        if self.process is None or (code := self.process.poll()) is None:
            return None
        self._kill_group(signal.SIGKILL)
        if time.monotonic() - self._started > STEADY_SECONDS:
            self._delay = FIRST_DELAY
        self.due = time.monotonic() + self._delay
        self._delay = min(self._delay * 2, LONGEST_DELAY)
        self.process = None
        return code

    def ask_to_stop(self) -> None:
        """SIGTERM to the process itself, which knows how to end its own children."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def wait_or_kill(self, give_up: float) -> None:
        """Waits until the monotonic time ``give_up``, then kills whatever is left of the group."""
        if self.process is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(max(0.0, give_up - time.monotonic()))
        self._kill_group(signal.SIGKILL)
        self.process.wait()

    def _kill_group(self, number: signal.Signals) -> None:
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, number)
