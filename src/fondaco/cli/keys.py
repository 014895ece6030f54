"""``fondaco keys``: fresh keys, and moving sealed values to a new master key."""

from __future__ import annotations

import base64
import secrets
from typing import Annotated

import typer

from fondaco.cli.starting import load_django


def keys(
    rewrap: Annotated[
        bool, typer.Option("--rewrap", help="Bring every sealed value under the first key of FONDACO_MASTER_KEYS.")
    ] = False,
) -> None:
    """Print fresh keys for the environment of a deployment.

    To rotate the master key, put the new entry in front of FONDACO_MASTER_KEYS, restart, and run `fondaco keys
    --rewrap`; when it reports 0 on a second run, the old entry may go. Never drop an entry of FONDACO_HASH_KEYS.
    """
    if rewrap:
        load_django()
        from fondaco.kit import rotation

        typer.echo(f"Rewrapped {rotation.rewrap_all()} sealed values.")
        return
    name = "k" + secrets.token_hex(3)  # only a label: values say which key opens them
    typer.echo(f"FONDACO_SECRET_KEY={secrets.token_urlsafe(50)}")
    for ring in ("FONDACO_MASTER_KEYS", "FONDACO_HASH_KEYS"):
        typer.echo(f"{ring}={name}:{base64.b64encode(secrets.token_bytes(32)).decode()}")


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command(rich_help_panel="Keys and trust")(keys)
