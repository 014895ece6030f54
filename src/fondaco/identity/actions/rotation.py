"""Replacing clients' credential sets (DOMAIN 2.8), and ending them. All are steps of a larger change.

One client or thousands: the statements are the same, and as many.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.conf import settings

from fondaco.audit.actor import Actor
from fondaco.audit.recording import Fact, record_all
from fondaco.audit.status import transition, transition_all
from fondaco.identity import events
from fondaco.identity.errors import ClientRevoked, NothingToAcknowledge, RotationUnderWay
from fondaco.identity.models import CredentialSet, OAuthClient, TokenFamily
from fondaco.identity.states import CredentialStatus
from fondaco.kit import clock, deadlines
from fondaco.kit.deadlines import Due
from fondaco.kit.errors import NotFound

EXPIRES: Final = "credentials.expire"


def rotate_credentials(
    *, actor: Actor, clients: Sequence[OAuthClient], is_forced: bool = False, reason: str = ""
) -> None:
    """Ends the old sets, in seven days or (``is_forced``) with this commit, and says so.

    The new sets are issued by whoever hands them over and projects ``credentials.rotated``, because their secrets exist
    only in that moment. Raises :class:`RotationUnderWay` while an earlier rotation's overlap runs, unless forced.
    """
    if not all(client.may_get_tokens for client in clients):
        raise ClientRevoked
    if is_forced:
        old, ends = _end_all(actor, clients, reason), {}
    else:
        old = _lock_living(clients)
        clock.offsets_of({client.account_id for client in clients})  # at once, instead of one by one
        ends = {client.pk: clock.now(client.account_id) + settings.CREDENTIALS_OVERLAP for client in clients}
        _begin_overlap(old, ends)
    facts = [
        Fact(
            client,
            client.account_id,
            data={
                "client": client.pk.hex,
                "is_forced": is_forced,
                "reason": reason,
                "old_client_ids": [each.wire_client_id for each in old.get(client.pk, ())],
                "old_end_at": ends[client.pk].isoformat() if client.pk in ends else None,
            },
        )
        for client in clients
    ]
    record_all(events.CREDENTIALS_ROTATED, facts, actor=actor)


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
    for each in sets:
        each.client = client
    transition(found, CredentialStatus.ACKNOWLEDGED, actor=actor)
    _revoke(actor, [old for old in sets[1:] if old.status != CredentialStatus.REVOKED], "acknowledged")
    return found


def end_credentials(*, actor: Actor, clients: Sequence[OAuthClient], reason: str = "") -> set[UUID]:
    """Every set, code, refresh token and access token of the clients is dead with this commit.

    Returns the ids of those that had a living set.
    """
    return set(_end_all(actor, clients, reason))


@deadlines.handler(EXPIRES)
def end_overlap(subject_id: str, due_at: datetime) -> None:
    """The seven days are over and nobody acknowledged: only the new set is left."""
    credentials = CredentialSet.objects.select_related("client").filter(pk=UUID(hex=subject_id)).first()
    if credentials is not None and credentials.status != CredentialStatus.REVOKED and credentials.expires_at:
        transition(credentials, CredentialStatus.REVOKED, actor=Actor.system("sweeper"), reason="replaced")


def _end_all(actor: Actor, clients: Sequence[OAuthClient], reason: str) -> dict[UUID, list[CredentialSet]]:
    """The sets that lived until now, of those clients that had any."""
    old, now = _lock_living(clients), clock.now()
    _revoke(actor, [each for sets in old.values() for each in sets], reason)
    keys = [client.pk for client in clients]
    OAuthClient.objects.filter(pk__in=keys).update(tokens_valid_after=now)
    for client in clients:
        client.tokens_valid_after = now
    TokenFamily.objects.filter(client__in=keys, ended_at=None).update(ended_at=now)
    return old


def _lock_living(clients: Sequence[OAuthClient]) -> dict[UUID, list[CredentialSet]]:
    """The sets that are not revoked, oldest first, locked in the order of their ids."""
    known = {client.pk: client for client in clients}
    living = CredentialSet.objects.filter(client__in=known).exclude(status=CredentialStatus.REVOKED)
    found: dict[UUID, list[CredentialSet]] = defaultdict(list)
    for each in living.select_for_update().order_by("id"):
        each.client = known[each.client_id]
        found[each.client_id].append(each)
    return dict(found)


def _begin_overlap(old: dict[UUID, list[CredentialSet]], ends: dict[UUID, datetime]) -> None:
    """The old sets work until then. What has an end already has had its overlap."""
    sets = [each for of_client in old.values() for each in of_client]
    running = [until for each in sets if (until := each.expires_at) and until > clock.now(each.client.account_id)]
    if running:
        raise RotationUnderWay(until=max(running).strftime("%Y-%m-%d %H:%M UTC"))
    ending = [each for each in sets if each.expires_at is None]  # else its time is over, the sweeper about to say so
    for each in ending:
        each.expires_at = ends[each.client_id]
    CredentialSet.objects.bulk_update(ending, ["expires_at"])
    dues = [Due(each.pk.hex, ends[each.client_id], each.client.account_id) for each in ending]
    deadlines.schedule_all(EXPIRES, dues)


def _revoke(actor: Actor, sets: Sequence[CredentialSet], reason: str) -> None:
    revoked = transition_all(sets, CredentialStatus.REVOKED, actor=actor, reasons={each.pk: reason for each in sets})
    deadlines.cancel_all(EXPIRES, [each.pk.hex for each in revoked])
