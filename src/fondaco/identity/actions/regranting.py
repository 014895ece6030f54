"""What the client of an installation may do and where it lives, when its account moves to another version. A step."""

from __future__ import annotations

from collections.abc import Collection

from fondaco.audit.actor import Actor
from fondaco.audit.recording import record
from fondaco.identity import events, policies
from fondaco.identity.actions.clients import set_logout_url
from fondaco.identity.actions.portal_clients import end_tokens
from fondaco.identity.models import OAuthClient


def regrant_client(
    *,
    actor: Actor,
    client: OAuthClient,
    scopes: Collection[str],
    redirect_uris: Collection[str],
    logout_url: str,
    version: str = "",
) -> OAuthClient:
    """Gives the client exactly these scopes and addresses; its credentials stay. ``version`` names whose they are.

    Taking a scope away ends the access tokens that may hold it, and sign-ins that were given it cannot be refreshed;
    people sign in again without noticing. Who may sign in does not change.
    """
    policies.check_scopes(scopes)
    for uri in redirect_uris:
        policies.check_redirect_uri(uri)
    lost = sorted(set(client.scopes) - set(scopes))
    gained = sorted(set(scopes) - set(client.scopes))
    client.scopes, client.redirect_uris = list(scopes), list(redirect_uris)
    if lost:
        end_tokens(client, are_users_out=False)
    client.save(update_fields=["scopes", "redirect_uris", "tokens_valid_after"])
    set_logout_url(actor=actor, client=client, url=logout_url)
    record(
        events.CLIENT_REGRANTED,
        client,
        actor=actor,
        account_id=client.account_id,
        data={"version": version, "given": gained, "taken_away": lost, "redirect_uris": client.redirect_uris},
    )
    return client
