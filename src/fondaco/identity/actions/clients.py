"""OAuth clients and their credential sets. All are steps: the change that needs them owns the transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from fondaco.accounts.models import Account
from fondaco.audit.actor import Actor
from fondaco.audit.recording import Fact, record, record_all
from fondaco.audit.status import transition
from fondaco.catalog.models import IdTokenAlgorithm
from fondaco.identity import events, key_pairs, policies, signing_keys
from fondaco.identity.actions.rotation import end_credentials
from fondaco.identity.errors import ClientRevoked
from fondaco.identity.models import ClientKind, CredentialSet, OAuthClient
from fondaco.identity.states import ClientStatus
from fondaco.kit import crypto
from fondaco.kit.ids import new_id

SECRET_PREFIX = "fdc_"  # noqa: S105 - what our client secrets begin with


@dataclass(frozen=True, slots=True)
class IssuedCredentials:
    """A new credential set with the strings that leave once, exactly as the wire has them (DOMAIN 1.4).

    Secret and private key are kept nowhere: whoever issues a set seals them into a message, or shows them once. What a
    set does not have is an empty string.
    """

    set: CredentialSet
    client_id: str
    public_key: str
    key_id: str
    key_algorithm: str
    client_secret: str = field(repr=False)
    private_key: str = field(repr=False)


def create_client(
    *,
    actor: Actor,
    account: Account,
    name: str,
    kind: ClientKind,
    scopes: Iterable[str],
    redirect_uris: Iterable[str],
    grant_types: Iterable[str],
    is_public: bool = False,
) -> OAuthClient:
    """Creates a client with access to ``account``; it can do nothing until credentials are issued."""
    scopes, redirect_uris = list(scopes), list(redirect_uris)
    policies.check_scopes(scopes)
    for uri in redirect_uris:
        policies.check_redirect_uri(uri, is_public=is_public)
    client = OAuthClient.objects.create(
        account=account,
        name=name,
        kind=ClientKind(kind).value,
        scopes=scopes,
        redirect_uris=redirect_uris,
        grant_types=list(grant_types),
        is_public=is_public,
    )
    record(
        events.CLIENT_CREATED,
        client,
        actor=actor,
        account_id=account.pk,
        data={"name": name, "kind": client.kind, "scopes": scopes, "redirect_uris": redirect_uris},
    )
    return client


def set_logout_url(*, actor: Actor, client: OAuthClient, url: str) -> OAuthClient:
    """Sends the client's logout tokens to ``url`` from now on, or nowhere when it is empty."""
    policies.check_logout_url(url)
    if url == client.backchannel_logout_url:
        return client
    client.backchannel_logout_url = url
    client.save(update_fields=["backchannel_logout_url"])
    record(events.CLIENT_LOGOUT_URL_CHANGED, client, actor=actor, account_id=client.account_id, data={"address": url})
    return client


def choose_id_token_algorithm(*, actor: Actor, client: OAuthClient, algorithm: str) -> OAuthClient:
    """Signs the client's ID and logout tokens by ``algorithm`` from now on. The key is there, and known, before."""
    if algorithm == client.id_token_signed_response_alg:
        return client
    signing_keys.ensure_signing_key(algorithm)
    client.id_token_signed_response_alg = IdTokenAlgorithm(algorithm).value
    client.save(update_fields=["id_token_signed_response_alg"])
    data = {"algorithm": algorithm}
    record(events.CLIENT_ID_TOKEN_ALGORITHM_CHANGED, client, actor=actor, account_id=client.account_id, data=data)
    return client


def issue_credentials(*, actor: Actor, client: OAuthClient, algorithm: str = "ES256") -> IssuedCredentials:
    """Gives a client a set with an id, a secret and a key pair of its own; earlier sets stay as they are.

    An empty ``algorithm`` leaves the key pair out. A public client gets neither pair nor secret.
    """
    (issued,) = issue_credentials_to_all(actor=actor, clients=[client], algorithm=algorithm)
    return issued


def issue_credentials_to_all(
    *, actor: Actor, clients: Sequence[OAuthClient], algorithm: str = "ES256"
) -> list[IssuedCredentials]:
    """The same for many clients, in their order."""
    if not all(client.may_get_tokens for client in clients):
        raise ClientRevoked
    issued = [_make_set(client, algorithm) for client in clients]
    CredentialSet.objects.bulk_create(each.set for each in issued)
    facts = [
        Fact(
            each.set,
            each.set.client.account_id,
            data={
                "client": each.set.client_id.hex,
                "client_id": each.client_id,
                "key_id": each.key_id,
                "key_algorithm": each.key_algorithm,
            },
        )
        for each in issued
    ]
    record_all(events.CREDENTIALS_ISSUED, facts, actor=actor)
    return issued


def suspend_client(*, actor: Actor, client: OAuthClient, reason: str = "") -> OAuthClient:
    """Signs nobody in any more, user-level tokens stop working; account-level ones go on (DOMAIN 3.4)."""
    return transition(client, ClientStatus.SUSPENDED, actor=actor, reason=reason)


def resume_client(*, actor: Actor, client: OAuthClient, reason: str = "") -> OAuthClient:
    """Ends a suspension."""
    return transition(client, ClientStatus.ACTIVE, actor=actor, reason=reason)


def revoke_client(*, actor: Actor, client: OAuthClient, reason: str = "") -> OAuthClient:
    """Ends a client for good: its sets, codes, refresh tokens and access tokens are dead with this commit."""
    transition(client, ClientStatus.REVOKED, actor=actor, reason=reason)
    end_credentials(actor=actor, clients=[client], reason=reason)
    return client


def _make_set(client: OAuthClient, algorithm: str) -> IssuedCredentials:
    """A set that is not written yet, with its secrets."""
    is_keyed = bool(algorithm) and not client.is_public
    pair = key_pairs.generate(algorithm) if is_keyed else key_pairs.KeyPair(public="", private="")
    secret = "" if client.is_public else crypto.new_secret(SECRET_PREFIX)
    credentials = CredentialSet(
        client=client,
        wire_client_id=new_id().hex,
        secret_hash=crypto.keyed_hash(secret) if secret else "",
        key_id=new_id().hex,
        key_algorithm=algorithm or key_pairs.ALGORITHMS[0],
        public_key=pair.public,
    )
    return IssuedCredentials(
        set=credentials,
        client_id=credentials.wire_client_id,
        client_secret=secret,
        private_key=pair.private,
        public_key=pair.public,
        key_id=credentials.key_id,
        key_algorithm=credentials.key_algorithm,
    )
