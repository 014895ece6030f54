"""Ends of tokens before their time. All are steps: the change that needs them owns the transaction."""

from __future__ import annotations

from datetime import datetime

from fondaco.audit.actor import Actor
from fondaco.audit.kinds import EventKind
from fondaco.audit.recording import record
from fondaco.identity import events
from fondaco.identity.models import OAuthClient, RevokedToken, TokenFamily
from fondaco.kit import clock


def revoke_access_token(*, actor: Actor, client: OAuthClient, jti: str, expires_at: datetime, reason: str = "") -> bool:
    """Ends one access token of a client; False when it had been ended before.

    ``jti`` and ``expires_at`` are those of the token. The row is forgotten when the token would be over anyway.
    """
    row, is_new = RevokedToken.objects.get_or_create(jti=jti, defaults={"expires_at": expires_at})
    if is_new:
        record(
            events.ACCESS_TOKEN_REVOKED,
            row,
            actor=actor,
            account_id=client.account_id,
            data={"client": client.pk.hex, "reason": reason},
        )
    return is_new


def end_token_family(*, actor: Actor, family: TokenFamily, kind: EventKind, reason: str = "") -> bool:
    """Ends everything that came from one sign-in to an app, for what ``kind`` tells; False when it had ended.

    ``reason`` is what an operator wrote.
    """
    client = family.client
    if not TokenFamily.objects.filter(pk=family.pk, ended_at=None).update(ended_at=clock.now()):
        return False
    record(
        kind,
        family,
        actor=actor,
        account_id=client.account_id,
        data={"client": client.pk.hex, "user": family.user_id} | ({"reason": reason} if reason else {}),
    )
    return True
