"""The web process: loads the application once, and forks the workers that answer with it (ADR 0044)."""

from __future__ import annotations

import multiprocessing
import os
import pkgutil
import signal
import socket
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from django.urls import get_resolver
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from fondaco.kit.loading import uncollected
from fondaco.runtime.children import end_with_parent

HOUSE: Final = "fondaco.config.wsgi:application"
STOP_SECONDS: Final = 5  # until a worker that was told to stop is killed

Application = Callable[..., Any]


def load(target: str = HOUSE) -> Application:
    """The WSGI application ``module:name`` and all that it needs, views included, before somebody waits for them."""
    with uncollected():
        application: Application = pkgutil.resolve_name(target)
        get_resolver().url_patterns  # noqa: B018 (loads all views)
    return application


def serve(host: str, port: int, workers: int, target: str = HOUSE) -> None:
    """Answers on ``port`` until it is told to stop, or its terminal is closed."""
    load(target)
    server = Server(
        target,
        address=host if ":" in host else socket.gethostbyname(host),  # it takes no names
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=1,  # the fastest by measurement (ADR 0001)
        workers_kill_timeout=STOP_SECONDS,
        respawn_failed_workers=True,
        log_level=LogLevels.warning,
        process_name="fondaco web",
    )
    # granian would begin new workers, with the code of the old ones, and outlive its terminal. nohup means it.
    is_ignored = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    on_hang_up = signal.SIG_IGN if is_ignored else server.signal_handler_interrupt
    server.on_startup(lambda: signal.signal(signal.SIGHUP, on_hang_up))
    server.serve(target_loader=partial(_begin_worker, target), wrap_loader=False)


def _begin_worker(target: str) -> Application:
    """In the worker, which would keep the port when the process that forked it is killed and cannot end it."""
    end_with_parent(signal.SIGKILL)
    if (server := multiprocessing.parent_process()) is not None and os.getppid() != server.pid:
        os._exit(1)  # it died before the kernel was told
    return load(target)  # a matter of looking it up, unless the platform cannot fork
