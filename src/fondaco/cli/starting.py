"""What commands share: loading Django when it is needed, and saying why not in one sentence."""

from __future__ import annotations

import os
import signal
import threading
from types import FrameType
from typing import NoReturn

import typer

from fondaco.config.environment import BadSetting
from fondaco.kit.loading import uncollected


def load_django() -> None:
    """Settings, apps, logging; a setting that is wrong ends the command with its sentence."""
    import django  # late: see fondaco.cli.main
    from django.apps import apps

    if apps.ready:  # once in a process: a second time would tie the logs to whatever stderr is meanwhile
        return
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fondaco.config.settings")
    try:
        with uncollected():
            django.setup()
    except BadSetting as problem:
        refuse(str(problem))


def refuse(sentence: str) -> NoReturn:
    """One line on standard error, exit status 1."""
    typer.secho(sentence, fg=typer.colors.RED, err=True)
    raise typer.Exit(1)


def stop_event() -> threading.Event:
    """Set by the first SIGTERM or SIGINT; the second one has its usual effect."""
    stop = threading.Event()

    def note(number: int, frame: FrameType | None) -> None:
        stop.set()
        signal.signal(number, signal.SIG_DFL)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, note)
    return stop
