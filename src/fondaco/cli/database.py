"""``fondaco migrate`` and ``fondaco demo``: the tables, and a small world in them."""

from __future__ import annotations

import json
import os
from typing import Annotated

import typer

from fondaco.cli.starting import load_django, refuse


def migrate(
    check: Annotated[bool, typer.Option("--check", help="Change nothing; exit 1 when something is to do.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing unless it fails.")] = False,
) -> None:
    """Create and update the tables. Safe to repeat; run it before the processes of a new version start."""
    load_django()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import OperationalError

    from fondaco.catalog.categories import ensure_defaults
    from fondaco.runtime import readiness

    try:
        call_command("migrate", interactive=False, verbosity=0 if quiet else 1, check_unapplied=check)
    except OperationalError as problem:
        refuse(f"The database cannot be reached: {_reason(problem)}; `fondaco doctor` looks closer.")
    if not check:
        ensure_defaults()
        settings.HOME.mkdir(parents=True, exist_ok=True)
        readiness.note_migrated(settings.HOME)


def demo(quiet: Annotated[bool, typer.Option("--quiet", help="Do not print the log-ins.")] = False) -> None:
    """Seed the demo once, and print its log-ins. What exists is left alone; refused outside development."""
    load_django()
    from django.conf import settings
    from django.db import OperationalError

    from fondaco.kit.errors import DomainError
    from fondaco.runtime import console, readiness
    from fondaco.runtime.demo import LOGINS, seed

    try:
        made = seed()
    except DomainError as problem:
        refuse(str(problem))
    except OperationalError as problem:
        refuse(f"The database cannot be reached: {_reason(problem)}; `fondaco up` starts one.")
    fresh = settings.HOME / f"{readiness.LOGINS}.{os.getpid()}"
    fresh.write_text(json.dumps(LOGINS))
    fresh.rename(settings.HOME / readiness.LOGINS)
    if quiet:
        return
    title = "The demo was made" if made else "The demo is there already"
    rows = [(label, email, password, settings.SITE_URL + path) for label, email, password, path in LOGINS]
    note = "Operators and owners of partners are asked for a code: in the demo, the page that asks shows it."
    typer.echo(console.box(title, rows, [note]))


def _reason(problem: Exception) -> str:
    return str(problem).strip().splitlines()[0].rstrip(".")


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command(rich_help_panel="Database")(migrate)
    app.command(rich_help_panel="Database")(demo)
