"""Starting a process that cannot outlive the one that started it."""

from __future__ import annotations

import ctypes
import os
import signal
from collections.abc import Callable

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent(death_signal: signal.Signals) -> Callable[[], None]:
    """A ``preexec_fn`` that has the kernel send ``death_signal`` when the starting *thread* ends, even by kill -9.

    Start children from the main thread only. ``subprocess`` changes the user before it calls a ``preexec_fn``, which
    matters: a change of user clears the setting (prctl(2)).
    """
    parent = os.getpid()

    def prepare() -> None:
        _libc.prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != parent:  # the parent died before the kernel was told
            os._exit(1)

    return prepare
