"""Ending an access token before its ten minutes are over."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from fondaco.audit.actor import Actor
from fondaco.audit.recording import record
from fondaco.identity import events
from fondaco.identity.models import OAuthClient, RevokedToken


def revoke_access_token(
    *, actor: Actor, client: OAuthClient, jti: str, expires_at: datetime, reason: str = ""
) -> RevokedToken:
    """The token is refused from this commit on. Twice is once."""
    with transaction.atomic(durable=True):
        revoked, is_new = RevokedToken.objects.get_or_create(jti=jti, defaults={"expires_at": expires_at})
        if is_new:
            record(
                events.ACCESS_TOKEN_REVOKED,
                client,
                actor=actor,
                account_id=client.account_id,
                data={"jti": jti, "reason": reason},
            )
    return revoked
