"""Clients made by hand, as the tests of their parts use them."""

from __future__ import annotations

from typing import Any

from tests.factories.accounts import actor_for

from fondaco.audit.models import Event
from fondaco.identity import actions
from fondaco.identity.actions import IssuedCredentials, Overlap
from fondaco.identity.client_fields import ClientFields
from fondaco.identity.errors import TokenRefused
from fondaco.identity.models import CredentialSet, OAuthClient
from fondaco.identity.tokens import issue_access_token, verify_access_token
from fondaco.kit.models import Deadline
from fondaco.partners.models import Member


def kinds() -> list[str]:
    found = Event.objects.exclude(kind__startswith="account.").order_by("id")
    return list(found.values_list("kind", flat=True))


def everything() -> list[Any]:
    """All that a refusal must leave alone."""
    return [list(model.objects.order_by("pk").values()) for model in (OAuthClient, CredentialSet, Event, Deadline)]


def edit(by: Member, client: OAuthClient, fields: ClientFields, revision: int = 0) -> OAuthClient:
    return actions.edit_portal_client(
        actor=actor_for(by.person), by=by, client=client, revision=revision, fields=fields
    )


def regenerate(
    by: Member, client: OAuthClient, overlap: Overlap = Overlap.NONE, revision: int = 0
) -> IssuedCredentials:
    return actions.regenerate_secret(
        actor=actor_for(by.person), by=by, client=client, revision=revision, overlap=overlap
    )


def make_pair(by: Member, client: OAuthClient, revision: int = 0, **given: str) -> IssuedCredentials:
    return actions.create_key_pair(actor=actor_for(by.person), by=by, client=client, revision=revision, **given)


def delete(by: Member, client: OAuthClient) -> None:
    actions.delete_portal_client(actor=actor_for(by.person), by=by, client=client)


def token_of(issued: IssuedCredentials, scope: str = "account:read users:read") -> str:
    credentials = CredentialSet.objects.select_related("client__account").get(pk=issued.set.pk)
    return issue_access_token(credentials=credentials, scope=scope)


def is_alive(token: str) -> bool:
    try:
        verify_access_token(token)
    except TokenRefused:
        return False
    return True
