"""``fondaco token``: a personal access token for the management API."""

from __future__ import annotations

from typing import Annotated

import typer

from fondaco.cli.starting import load_django, refuse


def token(
    email: Annotated[str, typer.Argument(help="Whose token it is: it may do what this person may.")],
    name: Annotated[str, typer.Option(help="What it is for, as it shows in the list of tokens.")] = "Command line",
) -> None:
    """Make a personal access token for the management API and print it, once."""
    load_django()
    from fondaco.accounts.models import Person
    from fondaco.audit.actor import Actor
    from fondaco.identity import actions
    from fondaco.kit.errors import DomainError

    person = Person.objects.filter(email__iexact=email).first()
    if person is None:
        refuse(f"Nobody here has the address {email}. No token was made; check the spelling.")
    try:
        _, plain = actions.create_personal_token(actor=Actor.system("command line"), person=person, name=name)
    except DomainError as problem:
        refuse(str(problem))
    typer.echo(plain)


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command(rich_help_panel="Keys and trust")(token)
