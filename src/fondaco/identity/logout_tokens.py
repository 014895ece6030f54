"""Logout tokens (OpenID Connect Back-Channel Logout 1.0 §2.4): a signed word that a user's session is over."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Final
from uuid import UUID

from fondaco.identity.id_tokens import sign_for
from fondaco.identity.issuer import issuer
from fondaco.identity.models import CredentialSet, OAuthClient
from fondaco.kit import clock
from fondaco.kit.ids import new_id

LIFETIME: Final = timedelta(minutes=2)  # as §2.4 recommends
TYPE: Final = "logout+jwt"  # so that none of our other tokens can be taken for one, nor this for another
EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"


def issue_logout_token(*, client: OAuthClient, audience: str, user_id: str, session_id: UUID) -> str:
    """A token that is good for two minutes, so it is made for each try. ``audience`` is from :func:`find_audiences`."""
    now = int(clock.now().timestamp())
    claims = {
        "iss": issuer(client.account),
        "sub": user_id,
        "aud": audience,
        "iat": now,
        "exp": now + int(LIFETIME.total_seconds()),
        "jti": new_id().hex,
        "sid": session_id.hex,
        "events": {EVENT: {}},
    }
    return sign_for(client, claims, TYPE)


def find_audiences(clients: Collection[OAuthClient]) -> dict[UUID, str]:
    """The client id by which each of ``clients`` goes now: that of its newest usable set.

    Of one whose access has ended meanwhile it is the last that it had: its users are to be signed out all the more.
    """
    sets = CredentialSet.objects.filter(client__in=clients).select_related("client").order_by("created_at", "id")
    found: dict[UUID, CredentialSet] = {}
    for each in sets:
        known = found.get(each.client_id)
        if known is None or each.is_usable or not known.is_usable:
            found[each.client_id] = each
    return {client_id: each.wire_client_id for client_id, each in found.items()}
