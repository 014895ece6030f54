"""``fondaco web``, ``dispatch``, ``worker`` and ``sweep``: the processes, one by one."""

from __future__ import annotations

from typing import Annotated

import typer

from fondaco.cli.starting import load_django, refuse
from fondaco.runtime.services import JOBS_AT_ONCE, WEB_WORKERS
from fondaco.runtime.stopping import stop_event


def web(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)] = 8000,
    workers: Annotated[int, typer.Option(help="Processes that answer; one or two per core.", min=1)] = WEB_WORKERS,
) -> None:
    """Serve pages and APIs. `GET /healthz` answers while the process lives, `/readyz` while its database does."""
    from fondaco.runtime.errors import StartRefused
    from fondaco.runtime.preconditions import is_port_free

    taken = f"Port {port} on {host} is taken by another program: stop that program, or choose another with --port."
    try:
        is_free = is_port_free(host, port)
    except StartRefused as problem:
        refuse(str(problem))
    if not is_free:
        refuse(taken)
    load_django()
    from fondaco.runtime.serving import serve

    serve(host, port, workers)


def dispatch() -> None:
    """Deliver signed events to partner apps until stopped. Any number of these may run on one database."""
    stop = stop_event()
    load_django()
    from fondaco.runtime import machines

    machines.dispatch(stop)


def worker(
    concurrency: Annotated[int, typer.Option(help="Jobs at once.", min=1)] = JOBS_AT_ONCE,
) -> None:
    """Run background jobs (mail, images) until stopped; running jobs are finished first."""
    load_django()
    from fondaco.runtime import machines

    machines.work(concurrency)


def sweep() -> None:
    """Run what falls due (time-outs, reminders, sealing of the audit trail) until stopped."""
    stop = stop_event()
    load_django()
    from fondaco.runtime import machines

    machines.sweep(stop)


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    for command in (web, dispatch, worker, sweep):
        app.command(rich_help_panel="One process each")(command)
