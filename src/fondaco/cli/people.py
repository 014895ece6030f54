"""``fondaco operator`` and ``fondaco account``: the first people of a new deployment."""

from __future__ import annotations

from typing import Annotated

import typer

from fondaco.accounts.permissions import OperatorRole
from fondaco.cli.starting import load_django, refuse

_PANEL = "People"


def operator(
    email: Annotated[str, typer.Argument(help="The address that they sign in with.")],
    name: Annotated[str, typer.Option(help="Their name, when they are new here.")] = "",
    role: Annotated[list[OperatorRole] | None, typer.Option(help="What they do; repeat it. Default: all.")] = None,
) -> None:
    """Make someone staff of the platform; prints a link to set a password when they have none."""
    load_django()
    from django.conf import settings

    from fondaco.accounts.actions import admit_operator
    from fondaco.audit.actor import Actor
    from fondaco.identity.queries import password_reset_key

    found = admit_operator(actor=Actor.system("command line"), email=email, name=name, roles=role or list(OperatorRole))
    typer.echo(f"{found.person} is an operator: {', '.join(found.roles)}.")
    if not found.person.has_usable_password():
        typer.echo("To set a password, once, open:")
        typer.echo(f"{settings.SITE_URL}/account/password/reset/key/{password_reset_key(found.person)}/")


def account(
    name: Annotated[str, typer.Argument(help="Short name in addresses: letters, digits and hyphens.")],
    company: Annotated[str, typer.Option(help="The company's name.", prompt=True)],
    admin: Annotated[str, typer.Option(help="Address of the first administrator.", prompt=True)],
    admin_name: Annotated[str, typer.Option(help="Their name.")] = "",
    timezone: Annotated[str, typer.Option(help="IANA time zone.")] = "UTC",
) -> None:
    """Create a customer's account, and mail its first administrator an invitation; prints its link, too."""
    load_django()
    from django.conf import settings

    from fondaco.accounts.actions import open_account
    from fondaco.accounts.queries import invitation_token
    from fondaco.audit.actor import Actor
    from fondaco.kit.errors import DomainError

    try:
        invitation = open_account(
            actor=Actor.system(settings.PLATFORM_NAME),
            name=name,
            company_name=company,
            timezone=timezone,
            admin_email=admin,
            admin_name=admin_name,
        )
    except DomainError as problem:
        refuse(" ".join([str(problem), *(text for texts in problem.fields.values() for text in texts)]))
    typer.echo(f"{company} is open. {admin} is invited by mail, and can join with this link:")
    typer.echo(f"{settings.SITE_URL}/invitations/{invitation_token(invitation)}")


def lost_device(
    email: Annotated[str, typer.Argument(help="The address that they sign in with.")],
) -> None:
    """Take away the second factors of someone who has lost them all, and sign them out everywhere.

    Make sure first that it is really them who ask: afterwards their password alone signs them in.
    """
    load_django()
    from fondaco.accounts.models import Person
    from fondaco.audit.actor import Actor
    from fondaco.identity.actions import forget_factors

    person = Person.objects.filter(email__iexact=email).first()
    if person is None:
        refuse(f"Nobody here has the address {email}. Nothing was changed; check the spelling.")
    count = forget_factors(actor=Actor.system("command line"), person=person)
    typer.echo(f"{count} taken away. {person.email} is signed out and signs in with the password alone.")


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command(rich_help_panel=_PANEL)(operator)
    app.command(rich_help_panel=_PANEL)(account)
    app.command("lost-device", rich_help_panel=_PANEL)(lost_device)
