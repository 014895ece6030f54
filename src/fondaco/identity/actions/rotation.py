"""Replacing a client's credential sets (DOMAIN 2.8), and ending them. All are steps of a larger change."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.conf import settings

from fondaco.audit.actor import Actor
from fondaco.audit.recording import record
from fondaco.audit.status import transition
from fondaco.identity import events
from fondaco.identity.errors import ClientRevoked, NothingToAcknowledge, RotationUnderWay
from fondaco.identity.models import CredentialSet, OAuthClient, TokenFamily
from fondaco.identity.states import CredentialStatus
from fondaco.kit import clock, deadlines
from fondaco.kit.errors import NotFound

EXPIRES: Final = "credentials.expire"


def rotate_credentials(*, actor: Actor, client: OAuthClient, is_forced: bool = False, reason: str = "") -> None:
    """Ends the old sets, in seven days or (``is_forced``) with this commit, and says so.

    The new set is issued by whoever hands it over and projects ``credentials.rotated``, because its secrets exist only
    in that moment. Raises :class:`RotationUnderWay` while an earlier rotation's overlap runs, unless forced.
    """
    if not client.may_get_tokens:
        raise ClientRevoked
    now = clock.now(client.account_id)
    old = _living_sets(client)
    until = None
    if is_forced:
        end_credentials(actor=actor, client=client, reason=reason)
    else:
        until = now + settings.CREDENTIALS_OVERLAP
        ending = [each.expires_at for each in old if each.expires_at is not None and each.expires_at > now]
        if ending:
            raise RotationUnderWay(until=max(ending).strftime("%Y-%m-%d %H:%M UTC"))
        for each in old:
            if each.expires_at is None:  # else its time is over, and the sweeper about to say so
                _expire_at(each, until)
    record(
        events.CREDENTIALS_ROTATED,
        client,
        actor=actor,
        account_id=client.account_id,
        data={
            "client": client.pk.hex,
            "is_forced": is_forced,
            "reason": reason,
            "old_client_ids": [each.wire_client_id for each in old],
            "old_end_at": until.isoformat() if until else None,
        },
    )


def acknowledge_credentials(*, actor: Actor, client: OAuthClient, wire_client_id: str) -> CredentialSet:
    """The partner has the newest set: the older ones end with this commit, and all tokens that they got.

    Raises :class:`NotFound` for an id that never was this client's, :class:`NothingToAcknowledge` for any other set
    than the newest, and for one that was acknowledged before.
    """
    sets = list(client.credential_sets.select_for_update().order_by("-id"))
    found = next((each for each in sets if each.wire_client_id == wire_client_id), None)
    if found is None:
        raise NotFound
    if found != sets[0] or found.status != CredentialStatus.ISSUED:
        raise NothingToAcknowledge
    found.client = client
    transition(found, CredentialStatus.ACKNOWLEDGED, actor=actor)
    for old in sets[1:]:
        if old.status != CredentialStatus.REVOKED:
            old.client = client
            _revoke(actor, old, "acknowledged")
    return found


def end_credentials(*, actor: Actor, client: OAuthClient, reason: str = "") -> bool:
    """Every set, code, refresh token and access token of the client is dead with this commit; False: all were."""
    living = _living_sets(client)
    client.tokens_valid_after = clock.now()
    client.save(update_fields=["tokens_valid_after"])
    for credentials in living:
        _revoke(actor, credentials, reason)
    TokenFamily.objects.filter(client=client, ended_at=None).update(ended_at=client.tokens_valid_after)
    return bool(living)


@deadlines.handler(EXPIRES)
def end_overlap(subject_id: str, due_at: datetime) -> None:
    """The seven days are over and nobody acknowledged: only the new set is left."""
    credentials = CredentialSet.objects.select_related("client").filter(pk=UUID(hex=subject_id)).first()
    if credentials is not None and credentials.status != CredentialStatus.REVOKED and credentials.expires_at:
        transition(credentials, CredentialStatus.REVOKED, actor=Actor.system("sweeper"), reason="replaced")


def _living_sets(client: OAuthClient) -> list[CredentialSet]:
    sets = list(client.credential_sets.select_for_update().exclude(status=CredentialStatus.REVOKED).order_by("id"))
    for each in sets:
        each.client = client
    return sets


def _expire_at(credentials: CredentialSet, moment: datetime) -> None:
    credentials.expires_at = moment
    credentials.save(update_fields=["expires_at"])
    deadlines.schedule(EXPIRES, subject_id=credentials.pk.hex, due_at=moment, account_id=credentials.client.account_id)


def _revoke(actor: Actor, credentials: CredentialSet, reason: str) -> None:
    transition(credentials, CredentialStatus.REVOKED, actor=actor, reason=reason)
    deadlines.cancel(EXPIRES, subject_id=credentials.pk.hex)
