"""The machines behind the pages, each the whole life of a process. Importing this loads what they need."""

from __future__ import annotations

import threading

from fondaco.kit import deadlines, jobs
from fondaco.messaging import dispatcher
from fondaco.runtime.stopping import stop_event


def dispatch(stop: threading.Event | None = None) -> None:
    """Delivers events to partner apps until ``stop`` is set, or a signal comes."""
    dispatcher.run(stop or stop_event())


def work(concurrency: int) -> None:
    """Runs background jobs until a signal comes."""
    jobs.run_worker(concurrency=concurrency)


def sweep(stop: threading.Event | None = None) -> None:
    """Runs what falls due until ``stop`` is set, or a signal comes."""
    deadlines.run_forever(stop or stop_event())
