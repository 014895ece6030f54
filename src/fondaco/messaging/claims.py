"""Credentials that are fetched once from a link instead of travelling in the event."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction

from fondaco.audit.actor import Actor, ActorKind
from fondaco.audit.recording import record
from fondaco.identity.models import CredentialSet
from fondaco.installs.models import Installation
from fondaco.kit import clock, crypto, deadlines
from fondaco.kit.deadlines import Due
from fondaco.kit.errors import NotFound
from fondaco.messaging import events, payloads
from fondaco.messaging.errors import ClaimOver
from fondaco.messaging.models import CredentialClaim, Message

TOKEN_PREFIX: Final = "fdk_"  # noqa: S105 - what the tokens of our links begin with
EXPIRES: Final = "credential_claim.expires"


@dataclass(frozen=True, slots=True)
class Offer:
    """Credentials (``data``) that whoever comes with ``token`` may fetch."""

    message: Message
    credential_set: CredentialSet
    data: payloads.Json = field(repr=False)
    token: str = field(repr=False)


def offer_claims(offers: Sequence[Offer]) -> None:
    """Keeps the credentials for seven days. A step."""
    claims = [
        CredentialClaim(
            message=offer.message,
            credential_set=offer.credential_set,
            token_hash=crypto.keyed_hash(offer.token),
            credentials=payloads.serialise(offer.data).encode(),
            expires_at=offer.message.created_at + settings.ANSWER_WINDOW,
        )
        for offer in offers
    ]
    CredentialClaim.objects.bulk_create(claims)
    dues = [Due(each.pk.hex, each.expires_at, each.message.installation.account_id) for each in claims]
    deadlines.schedule_all(EXPIRES, dues)


def claim_credentials(*, token: str, address: str) -> bytes:
    """The credentials as JSON, once: of two at once the second waits, and finds them gone.

    Holding the link is all the proof there is, since its receiver has no credentials yet. Raises :class:`NotFound` for
    a token that never was, :class:`ClaimOver` for one that does not count any more.
    """
    if not token.isascii() or not crypto.is_well_formed_secret(token, TOKEN_PREFIX):
        raise NotFound
    with transaction.atomic(durable=True):
        claim = _lock(token)
        found = claim.credentials
        installation = claim.message.installation
        is_over = claim.expires_at <= clock.now(installation.account_id)
        if found is None or is_over or not claim.credential_set.is_usable:
            raise ClaimOver
        claim.credentials, claim.claimed_at = None, clock.now(installation.account_id)
        claim.save(update_fields=["credentials", "claimed_at"])
        deadlines.cancel(EXPIRES, subject_id=claim.pk.hex)
        _record(claim, installation, address)
    return found


def erase_claims(installations: Collection[Installation]) -> None:
    """What waits to be fetched is dead. A step."""
    CredentialClaim.objects.filter(message__installation__in=installations).update(credentials=None)


@deadlines.joint_handler(EXPIRES)
def erase_expired(subject_ids: Sequence[str]) -> None:
    """A week is over and nobody came."""
    CredentialClaim.objects.filter(pk__in=[UUID(hex=each) for each in subject_ids]).update(credentials=None)


def _lock(token: str) -> CredentialClaim:
    claim = (
        CredentialClaim.objects.select_for_update(of=("self",))
        .select_related("credential_set__client", "message__installation__app")
        .filter(token_hash__in=crypto.keyed_hashes(token))
        .first()
    )
    if claim is None:
        raise NotFound
    return claim


def _record(claim: CredentialClaim, installation: Installation, address: str) -> None:
    client = claim.credential_set.client
    record(
        events.CREDENTIALS_CLAIMED,
        claim,
        actor=Actor(ActorKind.CLIENT, id=client.pk.hex, label=installation.app.name, address=address),
        data={"client_id": claim.credential_set.wire_client_id},
        **installation.audit_scope(),
    )
