"""What commands share: loading Django when it is needed, and saying why not in one sentence."""

from __future__ import annotations

from typing import NoReturn

import typer

from fondaco.config.environment import BadSetting


def load_django() -> None:
    """Settings, apps, logging; a setting that is wrong ends the command with its sentence."""
    from fondaco.runtime import loading  # late: see fondaco.cli.main

    try:
        loading.load_django()
    except BadSetting as problem:
        refuse(str(problem))


def refuse(sentence: str) -> NoReturn:
    """One line on standard error, exit status 1."""
    typer.secho(sentence, fg=typer.colors.RED, err=True)
    raise typer.Exit(1)
