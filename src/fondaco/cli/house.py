"""``fondaco up``: the whole house on one machine."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from fondaco.cli.starting import refuse
from fondaco.config import environment


def up(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port of pages and APIs.", min=1, max=65535)] = 8000,
    partner_port: Annotated[int, typer.Option(help="Port of the example partner.", min=1, max=65535)] = 8100,
    demo: Annotated[bool, typer.Option("--demo/--no-demo", help="Fill an empty database with demo data.")] = True,
) -> None:
    """Start everything: PostgreSQL, tables, demo, web, dispatcher, worker, sweeper and an example partner.

    Prints the addresses and the demo log-ins when the first page is ready. Ctrl-C stops everything in order. A process
    that dies is started again; killed as a whole, nothing is left behind and the next start loses nothing.

    With DATABASE_URL set, that server is used. Otherwise PostgreSQL's data live in FONDACO_HOME.
    """
    from fondaco.runtime.errors import StartRefused
    from fondaco.runtime.services import Addresses
    from fondaco.runtime.supervisor import Options, Supervisor

    try:
        home = environment.folder("FONDACO_HOME", Path.cwd() / ".fondaco")
        shown = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104
        site_url = environment.text("FONDACO_SITE_URL", f"http://{shown}:{port}").rstrip("/")
        development = os.environ.get("FONDACO_ENV", "development") == "development"
        Supervisor(Options(home, Addresses(host, port, partner_port, site_url), demo and development)).run()
    except (StartRefused, environment.BadSetting) as problem:
        refuse(str(problem))


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command(rich_help_panel="Everything at once")(up)
