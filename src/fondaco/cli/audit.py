"""``fondaco verify-audit``: whether the recorded history is as it was written."""

from __future__ import annotations

import typer

from fondaco.cli.starting import load_django


def verify_audit() -> None:
    """Walk the hash chain of the audit trail; exit 1 and name each place where it does not hold."""
    load_django()
    from fondaco.audit import chain
    from fondaco.audit.models import Seal

    breaks = chain.verify()
    for found in breaks:
        typer.secho(f"{found.position or 'unsealed'}  {found.event_id}  {found.problem}", fg=typer.colors.RED, err=True)
    if breaks:
        raise typer.Exit(1)
    typer.echo(f"The audit trail holds: {Seal.objects.count()} sealed events.")


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("verify-audit", rich_help_panel="Keys and trust")(verify_audit)
