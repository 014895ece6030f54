"""``fondaco doctor``: looks at this machine, line by line."""

from __future__ import annotations

import typer

MARKS = {"ok": ("✓", typer.colors.GREEN), "warn": ("!", typer.colors.YELLOW), "bad": ("✗", typer.colors.RED)}


def doctor() -> None:
    """Say what is wrong with this machine and how to mend it; exit 1 when something would keep Fondaco from running."""
    from fondaco.runtime.diagnosis import examine

    findings = examine()
    for finding in findings:
        mark, colour = MARKS[finding.state]
        typer.secho(f"{mark} {finding.subject:<22}", fg=colour, nl=False)
        typer.echo(finding.found)
        if finding.mend:
            typer.echo(f"  {'':<22}→ {finding.mend}")
    bad = sum(finding.state == "bad" for finding in findings)
    warned = sum(finding.state == "warn" for finding in findings)
    if bad:
        typer.secho(f"{bad} must be mended first.", fg=typer.colors.RED)
        raise typer.Exit(1)
    typer.echo("Nothing keeps Fondaco from running here." + (f" {warned} to look at." if warned else ""))


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command(rich_help_panel="Everything at once")(doctor)
