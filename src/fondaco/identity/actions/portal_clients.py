"""Clients that a partner makes by hand for its developer account (DOMAIN 3.9).

Each write says which revision its author saw; when someone else was faster, nothing happens and the author is told.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction

from fondaco.accounts.models import Account
from fondaco.accounts.permissions import Permission
from fondaco.audit.actor import Actor
from fondaco.audit.kinds import EventKind
from fondaco.audit.recording import record
from fondaco.audit.status import transition
from fondaco.catalog.errors import RevisionConflict
from fondaco.catalog.models import IdTokenAlgorithm
from fondaco.identity import client_fields, events, key_pairs, signing_keys
from fondaco.identity.actions.clients import (
    IssuedCredentials,
    choose_id_token_algorithm,
    create_client,
    issue_credentials,
    revoke_client,
)
from fondaco.identity.client_fields import AUTHORIZATION_CODE, REFRESH_TOKEN, ClientFields
from fondaco.identity.errors import ClientChanged, ClientCutOff, ClientIsPublic, TooManyClients
from fondaco.identity.models import ClientKind, CredentialSet, OAuthClient, TokenFamily
from fondaco.identity.policies import check_can_manage_client
from fondaco.identity.queries import get_current_set, list_sets_in_force
from fondaco.identity.states import ClientStatus, CredentialStatus
from fondaco.kit import clock, deadlines
from fondaco.kit.errors import NotFound
from fondaco.kit.ids import new_id
from fondaco.partners.models import Member
from fondaco.partners.policies import check_can

MOST_CLIENTS: Final = 50
OVERLAP_ENDS: Final = "credentials.overlap_ends"


class Overlap(StrEnum):
    """How long the ID and secret before go on working beside the new ones."""

    NONE = "none"
    HOUR = "1h"
    DAY = "1d"
    WEEK = "7d"

    @property
    def length(self) -> timedelta:
        return _LENGTHS[self]


_LENGTHS: Final = {
    Overlap.NONE: timedelta(0),
    Overlap.HOUR: timedelta(hours=1),
    Overlap.DAY: timedelta(days=1),
    Overlap.WEEK: timedelta(days=7),
}


def create_portal_client(
    *, actor: Actor, by: Member, fields: ClientFields, is_public: bool = False
) -> IssuedCredentials:
    """A client for the partner's developer account, with its ID and, unless it is public, a secret that leaves once."""
    with transaction.atomic(durable=True):
        check_can(by, Permission.PARTNER_CLIENTS_MANAGE)
        values = client_fields.clean(fields, is_public=is_public)
        account = Account.objects.select_for_update().get(pk=by.partner.developer_account_id)  # so that the count holds
        living = account.oauth_clients.filter(kind=ClientKind.PORTAL).exclude(status=ClientStatus.REVOKED)
        if living.count() >= MOST_CLIENTS:
            raise TooManyClients(most=MOST_CLIENTS)
        algorithm = values.pop("id_token_signed_response_alg", IdTokenAlgorithm.ES256)
        client = create_client(actor=actor, account=account, kind=ClientKind.PORTAL, is_public=is_public, **values)
        choose_id_token_algorithm(actor=actor, client=client, algorithm=algorithm)
        client.responsible = by.person
        client.save(update_fields=["responsible"])
        return issue_credentials(actor=actor, client=client, algorithm="")


def edit_portal_client(
    *, actor: Actor, by: Member, client: OAuthClient, revision: int, fields: ClientFields
) -> OAuthClient:
    """Saves what was changed. Taking a scope or a grant away ends all tokens that the client has, at once."""
    with transaction.atomic(durable=True):
        client = _open(by, client, revision, conflict=RevisionConflict)
        values = client_fields.clean(fields, is_public=client.is_public)
        before = {name: getattr(client, name) for name in values}
        changed = sorted(name for name, value in values.items() if before[name] != value)
        if not changed:
            return client
        lost = [name for part in ("scopes", "grant_types") for name in before[part] if name not in values[part]]
        if "id_token_signed_response_alg" in changed:
            signing_keys.ensure_signing_key(values["id_token_signed_response_alg"])
        for name, value in values.items():
            setattr(client, name, value)
        if lost:
            end_tokens(client, are_users_out=bool({AUTHORIZATION_CODE, REFRESH_TOKEN} & set(lost)))
        _save(client, by, *values, "tokens_valid_after")
        data = {"fields": changed, "taken_away": lost, "revision": client.revision}
        _record(events.CLIENT_EDITED, client, actor=actor, by=by, data=data)
        return client


def regenerate_secret(
    *, actor: Actor, by: Member, client: OAuthClient, revision: int, overlap: Overlap
) -> IssuedCredentials:
    """A new ID and secret, and a new key pair if there was one. The old ones end after ``overlap``.

    With :attr:`Overlap.NONE` they are dead with this commit, and so are the access tokens that they got.
    """
    with transaction.atomic(durable=True):
        client = _open(by, client, revision)
        if client.is_public:
            raise ClientIsPublic(name=client.name)
        _check_let_in(client)
        old = list(list_sets_in_force(client).select_for_update())
        algorithm = next((each.key_algorithm for each in old if each.expires_at is None and each.public_key), "")
        issued = issue_credentials(actor=actor, client=client, algorithm=algorithm)
        until = clock.now() + overlap.length
        for each in old:
            _end_set(each, until=until, actor=actor, at_once=overlap == Overlap.NONE)
        _save(client, by)
        data = {
            "client_id": issued.client_id,
            "replaces": [each.wire_client_id for each in old],
            "overlap": overlap.value,
        }
        _record(events.CLIENT_REGENERATED, client, actor=actor, by=by, data=data)
        return issued


def create_key_pair(
    *, actor: Actor, by: Member, client: OAuthClient, revision: int, algorithm: str = "ES256"
) -> IssuedCredentials:
    """A key pair for the client's newest ID, in place of the one before; the private key leaves once, no secret."""
    check_can_manage_client(by, client)
    pair = key_pairs.generate(algorithm)  # before the transaction: an RSA key takes a while
    with transaction.atomic(durable=True):
        client = _open(by, client, revision)
        if client.is_public:
            raise ClientIsPublic(name=client.name)
        _check_let_in(client)
        credentials = get_current_set(client)
        credentials.key_id, credentials.key_algorithm = new_id().hex, algorithm
        credentials.public_key = pair.public
        credentials.save(update_fields=["key_id", "key_algorithm", "public_key"])
        _save(client, by)
        data = {
            "client_id": credentials.wire_client_id,
            "key_id": credentials.key_id,
            "key_algorithm": algorithm,
        }
        _record(events.CLIENT_KEY_PAIR_CREATED, client, actor=actor, by=by, data=data)
    return IssuedCredentials(
        set=credentials,
        client_id=credentials.wire_client_id,
        public_key=pair.public,
        key_id=credentials.key_id,
        key_algorithm=algorithm,
        client_secret="",
        private_key=pair.private,
    )


def delete_portal_client(*, actor: Actor, by: Member, client: OAuthClient) -> None:
    """Ends the client: its IDs, secrets, keys and tokens are dead with this commit, and it is listed no more."""
    with transaction.atomic(durable=True):
        locked = _lock(client)
        check_can_manage_client(by, locked)
        revoke_client(actor=actor, client=locked, reason="deleted")


@deadlines.handler(OVERLAP_ENDS)
def end_overlap(subject_id: str, due_at: datetime) -> None:
    """Ends an ID and secret that were replaced, if nothing else has ended them."""
    credentials = CredentialSet.objects.select_for_update().filter(pk=UUID(hex=subject_id)).first()
    if credentials is not None and credentials.status != CredentialStatus.REVOKED:
        transition(credentials, CredentialStatus.REVOKED, actor=Actor.system("sweeper"), reason="overlap over")


def _open(
    by: Member, client: OAuthClient, revision: int, *, conflict: type[RevisionConflict] = ClientChanged
) -> OAuthClient:
    """Locks the client for this change; it must be the member's to manage and still what they saw."""
    locked = _lock(client)
    check_can_manage_client(by, locked)
    if locked.revision != revision:
        raise conflict(name=locked.updated_by)
    return locked


def _check_let_in(client: OAuthClient) -> None:
    if cutoff := client.find_cutoffs().order_by("id").first():
        raise ClientCutOff(name=client.name, reason=cutoff.reason, support=settings.SUPPORT_EMAIL)


def _lock(client: OAuthClient) -> OAuthClient:
    locked = OAuthClient.objects.select_for_update(of=("self",)).select_related("account").filter(pk=client.pk).first()
    if locked is None:
        raise NotFound
    return locked


def _save(client: OAuthClient, by: Member, *fields: str) -> None:
    client.revision += 1
    client.updated_by = by.person.name
    client.responsible = by.person
    client.save(update_fields=[*fields, "revision", "updated_by", "responsible"])


def end_tokens(client: OAuthClient, *, are_users_out: bool) -> None:
    """A step; saving ``tokens_valid_after`` is left to its caller.

    Tokens hold the second of their making, so the one that has begun counts whole: see ``issue_access_token``.
    """
    now = clock.now()
    client.tokens_valid_after = datetime.fromtimestamp(math.ceil(now.timestamp()), UTC)
    if are_users_out:
        TokenFamily.objects.filter(client=client, ended_at=None).update(ended_at=now)


def _end_set(credentials: CredentialSet, *, until: datetime, actor: Actor, at_once: bool) -> None:
    if at_once:
        transition(credentials, CredentialStatus.REVOKED, actor=actor, reason="regenerated")
        deadlines.cancel(OVERLAP_ENDS, subject_id=credentials.pk.hex)
        return
    credentials.expires_at = min(credentials.expires_at or until, until)
    credentials.save(update_fields=["expires_at"])
    deadlines.schedule(OVERLAP_ENDS, subject_id=credentials.pk.hex, due_at=credentials.expires_at)


def _record(kind: EventKind, client: OAuthClient, *, actor: Actor, by: Member, data: dict[str, Any]) -> None:
    record(kind, client, actor=actor, account_id=client.account_id, partner_id=by.partner_id, data=data)
