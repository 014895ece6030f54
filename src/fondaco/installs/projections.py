"""What follows for installations from facts about their programs, and about the people of their accounts."""

from __future__ import annotations

from collections.abc import Sequence

from fondaco.accounts import events as accounts_events
from fondaco.accounts.models import Role, User
from fondaco.audit.models import Event
from fondaco.audit.recording import projects, projects_jointly
from fondaco.identity import events
from fondaco.identity.models import ClientKind, CredentialSet, OAuthClient
from fondaco.installs import events as own_events
from fondaco.installs.actions import automatic
from fondaco.installs.actions.credentials import ROTATE_DUE, schedule_rotations
from fondaco.installs.models import Installation
from fondaco.kit import deadlines


@projects_jointly(events.CREDENTIALS_ISSUED)
def count_their_days(issued: Sequence[tuple[Event, CredentialSet]]) -> None:
    """The new sets of installations will be replaced in their turn."""
    of_installations = [each for _event, each in issued if each.client.kind == ClientKind.INSTALLATION]
    if of_installations:
        schedule_rotations(of_installations)


@projects(events.CLIENT_REVOKED)
def rotate_no_more(event: Event, client: OAuthClient) -> None:
    """Of what is gone nothing is replaced."""
    deadlines.cancel(ROTATE_DUE, subject_id=client.pk.hex)


@projects(accounts_events.USER_ADDED, accounts_events.USER_REACTIVATED)
def follow_rules(event: Event, user: User) -> None:
    """Who comes gets the apps whose rules fit them."""
    automatic.await_licences(user)


@projects(accounts_events.USER_ROLE_CHANGED)
def follow_rules_of_role(event: Event, user: User) -> None:
    """Who gets a role gets its apps; a role of the same apps brings none that somebody took away by hand."""
    former = Role.objects.filter(account_id=user.account_id, name=event.data["from"]).first()
    automatic.await_licences(user, former=former)


@projects(accounts_events.USER_DEACTIVATED)
def release_licences(event: Event, user: User) -> None:
    """Who left needs no licence."""
    automatic.release_when_due(user)


@projects(own_events.INSTALLATION_COMPLETED)
def settle_what_waited(event: Event, installation: Installation) -> None:
    """Whatever ended, automatic changes may go on."""
    automatic.settle_again(installation)
