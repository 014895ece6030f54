"""Processes that begin with everything this one has loaded, and share its memory until they write to it (ADR 0044)."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from io import FileIO
from typing import IO, Final, NoReturn

from fondaco.runtime.title import set_title

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_LOOK_EVERY: Final = 0.02  # seconds


class Fork:
    """A process in which ``run`` is called: as much of :class:`subprocess.Popen` as a supervisor needs.

    It has a process group of its own, no standard input, and one pipe for what it says. ``prepare`` is called first in
    it. Fork from a process with one thread only, without connections to a database.
    """

    def __init__(self, title: str, run: Callable[[], None], prepare: Callable[[], None]) -> None:
        self.args = title
        self.returncode: int | None = None
        reading, writing = os.pipe()
        for stream in (sys.stdout, sys.stderr):
            stream.flush()  # else both would say what was not said yet
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)  # one that comes now is the child's to hear
        try:
            self.pid = os.fork()
            if self.pid == 0:
                _live(title, run, prepare, writing, mask)
        except OSError:
            os.close(reading)
            raise
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
            os.close(writing)
        self.stdout: IO[bytes] | None = FileIO(reading)

    def poll(self) -> int | None:
        """The exit code, negative for a signal; None while it lives."""
        if self.returncode is None:
            with contextlib.suppress(ChildProcessError):
                pid, status = os.waitpid(self.pid, os.WNOHANG)
                if pid:
                    self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Waits for the end; raises :class:`subprocess.TimeoutExpired` after so many seconds."""
        give_up = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            if give_up is not None and time.monotonic() >= give_up:
                raise subprocess.TimeoutExpired(self.args, timeout or 0.0)
            time.sleep(_LOOK_EVERY)
        return code

    def terminate(self) -> None:
        """Asks it to stop."""
        if self.poll() is None:
            os.kill(self.pid, signal.SIGTERM)


def _live(
    title: str, run: Callable[[], None], prepare: Callable[[], None], output: int, mask: set[int | signal.Signals]
) -> NoReturn:
    """The child's life: nothing of the parent's runs in it, neither handlers nor what it would do at its end."""
    code = 1
    try:
        os.setsid()
        prepare()
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(output, 1)
        os.dup2(output, 2)
        # The parent may have replaced its own by a file, which is closed here, and whose number is soon another file's.
        sys.stdout, sys.stderr = sys.__stdout__ or sys.stdout, sys.__stderr__ or sys.stderr
        os.closerange(3, os.sysconf("SC_OPEN_MAX"))  # locks and pipes of the parent
        for number in _SIGNALS:
            if callable(signal.getsignal(number)):  # what was ignored stays ignored
                signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        if hasattr(sys.stdout, "reconfigure"):
            sys.stdout.reconfigure(line_buffering=True)
        set_title(title)
        run()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
        os._exit(code)
