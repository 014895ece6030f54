"""``fondaco own-api``: credentials of the platform's own APIs, to check tokens of every account."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from fondaco.cli.starting import load_django, refuse

if TYPE_CHECKING:
    from fondaco.identity.actions import IssuedCredentials
    from fondaco.identity.models import OAuthClient
    from fondaco.kit.errors import DomainError

_BY = "command line"

group = typer.Typer(
    name="own-api",
    help="Credentials of your own APIs, with which `fondaco.resource_server` checks tokens of every account.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)
Name = Annotated[str, typer.Argument(help="What the API is called.")]
Reason = Annotated[str, typer.Option(help="Why, for the audit trail.", prompt=True)]


@group.command()
def add(name: Name, reason: Reason) -> None:
    """Let an API check tokens of every account; prints its ID and its secret, once."""
    load_django()
    from fondaco.audit.actor import Actor
    from fondaco.identity.actions import create_operator_client
    from fondaco.kit.errors import DomainError

    try:
        issued = create_operator_client(actor=Actor.system(_BY), by=None, name=name, reason=reason)
    except DomainError as problem:
        _refuse(problem)
    _print(issued)


@group.command("list")
def list_all() -> None:
    """List the APIs that check tokens of every account, with the IDs that work and when each was last used."""
    load_django()
    from fondaco.identity.queries import list_operator_clients

    clients = list(list_operator_clients(None))
    if not clients:
        typer.echo("No API of your own checks tokens. `fondaco own-api add` lets one in.")
    for client in clients:
        sets = client.sets_in_force  # type: ignore[attr-defined]  # put there by the query
        used = client.last_used_at  # type: ignore[attr-defined]
        ids = [each.wire_client_id + (f" until {_moment(each.expires_at)}" if each.expires_at else "") for each in sets]
        last = f"last used {_moment(used)}" if used else "never used"
        typer.echo(f"{client.name}: {', '.join(ids) or 'no working ID'}; {last}")


@group.command()
def rotate(
    name: Name,
    reason: Reason,
    at_once: Annotated[
        bool, typer.Option("--at-once", help="End the old ID and secret now, because somebody else may have them.")
    ] = False,
) -> None:
    """Print a new ID and secret, once. The old ones work for seven days more, so that nothing stands still."""
    load_django()
    from fondaco.audit.actor import Actor
    from fondaco.identity.actions import rotate_operator_client
    from fondaco.kit.errors import DomainError

    try:
        issued = rotate_operator_client(
            actor=Actor.system(_BY), by=None, client=_find(name), reason=reason, is_forced=at_once
        )
    except DomainError as problem:
        _refuse(problem)
    _print(issued)


@group.command()
def remove(name: Name, reason: Reason) -> None:
    """End an API's credentials at once: it can check no token any more, and refuses everybody within a minute."""
    load_django()
    from fondaco.audit.actor import Actor
    from fondaco.identity.actions import delete_operator_client
    from fondaco.kit.errors import DomainError

    try:
        delete_operator_client(actor=Actor.system(_BY), by=None, client=_find(name), reason=reason)
    except DomainError as problem:
        _refuse(problem)
    typer.echo(f"{name} may ask about no token any more.")


def _find(name: str) -> OAuthClient:
    from fondaco.identity.queries import list_operator_clients

    found = list_operator_clients(None).filter(name=name).first()
    if found is None:
        refuse(f"No API of your own is called {name}. Nothing was changed; `fondaco own-api list` names them.")
    return found


def _print(issued: IssuedCredentials) -> None:
    from fondaco.identity.issuer import introspection_url, jwks_url

    account = issued.set.client.account
    typer.echo("Keep the secret now: nobody can see it again.")
    typer.echo(f"client id:      {issued.client_id}")
    typer.echo(f"client secret:  {issued.client_secret}")
    typer.echo(f"introspection:  {introspection_url(account)}")
    typer.echo(f"keys:           {jwks_url(account)}")


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _refuse(problem: DomainError) -> NoReturn:
    refuse(" ".join([str(problem), *(text for texts in problem.fields.values() for text in texts)]))


def register(app: typer.Typer) -> None:
    """Adds the group."""
    app.add_typer(group, rich_help_panel="Keys and trust")
