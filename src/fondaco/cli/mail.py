"""``fondaco mail receive``: answers by mail, as a mail server pipes them in."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from fondaco.cli.starting import load_django

_REFUSED = 65  # EX_DATAERR of sysexits.h: the mail server tells the sender, with our sentence
_LATER = 75  # EX_TEMPFAIL: the mail server keeps the mail and tries again

mail = typer.Typer(help="Mails that come in.", no_args_is_help=True)


@mail.command()
def receive(
    recipient: Annotated[
        str, typer.Option("--recipient", help="The envelope's recipient, when the mail server can tell it.")
    ] = "",
) -> None:
    """Take one mail from standard input into the conversation that it answers.

    Exit status 0: taken in, or dropped because a machine wrote it or it came before. 65: refused, with a sentence for
    its sender. 75: the database does not answer; try again later.
    """
    load_django()
    from django.db import OperationalError

    from fondaco.kit.errors import DomainError, TooMany
    from fondaco.kit.replies import MOST_BYTES, receive_mail

    raw = sys.stdin.buffer.read(MOST_BYTES + 1)
    try:
        outcome = receive_mail(raw=raw, recipient=recipient)
    except (OperationalError, TooMany) as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(_LATER) from problem
    except DomainError as refusal:
        reasons = [text for texts in refusal.fields.values() for text in texts]
        typer.echo(" ".join([str(refusal), *reasons]), err=True)
        raise typer.Exit(_REFUSED) from refusal
    typer.echo(f"This mail is {outcome.value}.")


def register(app: typer.Typer) -> None:
    """Adds the group."""
    app.add_typer(mail, name="mail", rich_help_panel="Mail")
