"""The ``fondaco`` command. Each group of commands is a small file.

Commands import what they need when they run: ``--help`` and ``doctor`` must be quick, and must work on a machine where
the database, the keys or half of the packages are missing. Nowhere else in the product are imports inside functions.
"""

from __future__ import annotations

import typer

from fondaco.cli import apps, audit, database, doctor, house, keys, machines, mail, own_apis, people, remote, tokens
from fondaco.kit.frames import with_room

app = typer.Typer(
    name="fondaco",
    help=(
        "A partner portal, app marketplace and installation control plane for a call-centre platform.\n\n"
        "`fondaco up` starts everything on this machine. In production run `web`, `dispatch`, `worker` and `sweep`"
        " under your own supervisor, after `migrate`. `fondaco doctor` says what is wrong with this machine.\n\n"
        "Settings come from the environment: FONDACO_HOME (default ./.fondaco), DATABASE_URL (default: a PostgreSQL of"
        " our own under the home), FONDACO_SITE_URL and others in docs/reference/settings.md."
    ),
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)
for group in (house, database, machines, doctor, people, mail, keys, tokens, own_apis, audit, remote, apps):
    group.register(app)


def main() -> None:
    """The entry point."""
    with_room(app)(prog_name="fondaco")
