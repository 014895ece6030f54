"""The web process: loads the application once, and forks the workers that answer with it (ADR 0044)."""

from __future__ import annotations

import multiprocessing
import os
import pkgutil
import signal
import socket
import threading
import time
from collections.abc import Callable
from functools import partial
from types import FrameType
from typing import Any, Final

from django.urls import get_resolver
from granian import _signals
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import MPServer

from fondaco.kit.loading import uncollected
from fondaco.runtime.children import end_with_parent

HOUSE: Final = "fondaco.config.wsgi:application"
_TELLING_SECONDS: Final = 4.0  # during which workers are told to stop, again and again
_KILL_AFTER: Final = 1  # second more, then they are killed
_TELL_EVERY: Final = 0.1  # seconds
_ENDING: Final = (signal.SIGINT, signal.SIGTERM)

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
    server = _Server(
        target,
        address=host if ":" in host else socket.gethostbyname(host),  # it takes no names
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=1,  # the fastest by measurement (ADR 0001)
        workers_kill_timeout=_KILL_AFTER,
        respawn_failed_workers=True,
        log_level=LogLevels.warning,
        process_name="fondaco web",
    )
    # granian would begin new workers at SIGHUP, with the code of the old ones, and outlive its terminal.
    is_ignored = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN  # nohup means it
    on_hang_up = signal.SIG_IGN if is_ignored else server.end
    for number, handler in ((signal.SIGINT, server.end), (signal.SIGTERM, server.end), (signal.SIGHUP, on_hang_up)):
        server.on_startup(partial(signal.signal, number, handler))
    server.serve(target_loader=partial(_begin_worker, target), wrap_loader=False)


class _Server(MPServer):
    """granian's, which stops whenever it is told to."""

    def end(self, *_signal: object) -> None:
        """Handles a signal. A worker that is only beginning has this handler still; it will be told again."""
        if os.getpid() == self.pid:
            # Not here: who is just beginning to wait for the event holds its lock, and this is the same thread.
            threading.Thread(target=self.signal_handler_interrupt, daemon=True).start()

    def _stop_workers(self) -> None:
        # A worker that is only beginning does not hear it, nor one that is just going to sleep until it does.
        give_up = time.monotonic() + _TELLING_SECONDS
        while (alive := [each for each in self.wrks if each.is_alive()]) and time.monotonic() < give_up:
            for each in alive:
                each.terminate()
            alive[0].join(_TELL_EVERY)
        super()._stop_workers()  # type: ignore[no-untyped-call]


def _begin_worker(target: str) -> Application:
    """In the worker, which would keep the port when the process that forked it is killed and cannot end it."""
    end_with_parent(signal.SIGKILL)
    if (server := multiprocessing.parent_process()) is not None and os.getppid() != server.pid:
        os._exit(1)  # it died before the kernel was told
    _signals.set_main_signals = _hear_once
    return load(target)  # a matter of looking it up, unless the platform cannot fork


def _hear_once(handler: Callable[..., None], _on_hang_up: object = None) -> None:
    """Sets the handler of granian's worker, which the third signal would lock up while it is answering still."""

    def hear(number: int, frame: FrameType | None) -> None:
        for each in _ENDING:
            signal.signal(each, signal.SIG_IGN)
        handler(number, frame)

    for each in _ENDING:
        signal.signal(each, hear)
