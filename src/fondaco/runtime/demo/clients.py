"""Programs of a partner's own, which use its developer account, and an API of the platform's own."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from fondaco.identity.actions import (
    Overlap,
    create_key_pair,
    create_operator_client,
    create_portal_client,
    regenerate_secret,
)
from fondaco.identity.client_fields import ClientFields
from fondaco.identity.models import OAuthClient
from fondaco.identity.queries import list_operator_clients
from fondaco.kit import clock
from fondaco.partners.models import Member
from fondaco.runtime.demo.people import PARTNER, actor_for, member, operator

_EXPORT: Final = ClientFields(
    name="Nightly export",
    grant_types=("client_credentials",),
    scopes=("account:read", "users:read"),
)
_BOARD: Final = ClientFields(
    name="Wallboard",
    grant_types=("authorization_code", "refresh_token"),
    scopes=("openid", "refresh_token", "users:read", "queues:read"),
    redirect_uris=("https://wallboard.ledgerline.example/signed-in",),
    id_token_signed_response_alg="RS256",  # noqa: S106 - an algorithm
)


def make_clients() -> None:
    """Two of the partner's, of both kinds, and one of the platform's.

    Their secrets are thrown away: whoever wants to try one regenerates it.
    """
    by = member(PARTNER)
    if not _is_there(by, _BOARD):
        with clock.travel(-timedelta(days=5)):
            create_portal_client(actor=actor_for(by.person), by=by, fields=_BOARD, is_public=True)
    if not _is_there(by, _EXPORT):
        with clock.travel(-timedelta(days=20)):
            issued = create_portal_client(actor=actor_for(by.person), by=by, fields=_EXPORT)
            create_key_pair(actor=actor_for(by.person), by=by, client=issued.set.client, revision=0)
    client = OAuthClient.objects.get(account=by.partner.developer_account, name=_EXPORT.name)
    if client.revision == 1:
        with clock.travel(-timedelta(hours=4)):
            regenerate_secret(actor=actor_for(by.person), by=by, client=client, revision=1, overlap=Overlap.WEEK)

    _make_own_api()


def _make_own_api() -> None:
    """``examples/own_api`` could be it, once it has a secret that somebody saw."""
    by = operator()
    if not list_operator_clients(by).exists():
        with clock.travel(-timedelta(days=12)):
            create_operator_client(
                actor=actor_for(by.person), by=by, name="Opening hours", reason="The opening hours of all customers."
            )


def _is_there(by: Member, fields: ClientFields) -> bool:
    return OAuthClient.objects.filter(account=by.partner.developer_account, name=fields.name).exists()
