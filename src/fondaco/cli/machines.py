"""``fondaco web``, ``dispatch``, ``worker`` and ``sweep``: the processes, one by one."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from fondaco.cli.starting import load_django, refuse, stop_event


def web(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)] = 8000,
    workers: Annotated[int, typer.Option(help="Processes that answer; one or two per core.", min=1)] = 2,
) -> None:
    """Serve pages and APIs. `GET /healthz` answers while the process lives, `/readyz` while its database does."""
    from fondaco.runtime.preconditions import is_port_free

    if not is_port_free(host, port):
        refuse(f"Port {port} on {host} is taken by another program: stop that program, or choose another with --port.")
    words = server_words("fondaco.runtime.serving:application", host=host, port=port, workers=workers)
    os.execv(sys.executable, [sys.executable, *words])  # noqa: S606 (no shell is wanted)


def server_words(application: str, *, host: str, port: int, workers: int) -> list[str]:
    """How Python is told to serve a WSGI application; benchmarks serve their peers just so."""
    # One blocking thread per worker is the fastest by measurement (docs/adr/0001).
    server = f"--interface wsgi --workers {workers} --blocking-threads 1 --workers-kill-timeout 5"
    server += " --respawn-failed-workers --log-level warning"
    return ["-m", "granian", *server.split(), "--host", host, "--port", str(port), application]


def dispatch() -> None:
    """Deliver signed events to partner apps until stopped. Any number of these may run on one database."""
    stop = stop_event()
    load_django()
    from fondaco.messaging import dispatcher

    dispatcher.run(stop)


def worker(
    concurrency: Annotated[int, typer.Option(help="Jobs at once.", min=1)] = 4,
) -> None:
    """Run background jobs (mail, images) until stopped; running jobs are finished first."""
    load_django()
    from fondaco.kit import jobs

    jobs.run_worker(concurrency=concurrency)


def sweep() -> None:
    """Run what falls due (time-outs, reminders, sealing of the audit trail) until stopped."""
    stop = stop_event()
    load_django()
    from fondaco.kit import deadlines

    deadlines.run_forever(stop)


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    for command in (web, dispatch, worker, sweep):
        app.command(rich_help_panel="One process each")(command)
