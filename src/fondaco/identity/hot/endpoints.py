"""The answers themselves: a token for a client, what a client's token is worth, and the keys."""

from __future__ import annotations

import json
from typing import Final, TypeGuard

import msgspec

from fondaco.identity import compact, pace, signing_keys, tokens
from fondaco.identity.hot.clients import Client, Proof, is_proved
from fondaco.identity.hot.directory import Directory
from fondaco.identity.hot.last_use import last_use
from fondaco.identity.hot.statements import Statement
from fondaco.identity.introspection import describe, may_ask
from fondaco.kit import clock

Answer = bytes  # JSON

_encode: Final = msgspec.json.encode
_ES256: Final = "1"  # the ring that every house has; the other is in use once a key was made
_KEYS: Final = Statement(
    "keys",
    """SELECT k.ring::text, k.public_jwk, k.published_until > $2::timestamptz, k.signs_until > $3::timestamptz
    FROM accounts_account a, (
        SELECT 1 AS ring, public_jwk, signs_from, signs_until, published_until
            FROM identity_tokensigningkey WHERE published_until > $2::timestamptz
        UNION ALL SELECT 2, public_jwk, signs_from, signs_until, published_until FROM identity_rsasigningkey
    ) k WHERE a.name = $1 ORDER BY k.ring, k.signs_from""",
)


def grant_token(directory: Directory, proof: Proof, *, scope: str) -> Answer | None:
    """The answer to ``grant_type=client_credentials``; ``scope`` may be empty."""
    now = clock.epoch()
    client = directory.find(proof.client_id)
    if not is_proved(client, proof, now) or "client_credentials" not in client.grant_types:
        return None
    granted = client.find_scope(scope)
    if granted is None or pace.granting.wait(client.id):
        return None
    claims = tokens.access_claims(
        client_id=client.client_id,
        issued_by=client.issuer,
        account_id=client.account_id,
        scope=granted,
        valid_after=client.valid_after,
        now=int(now),
    )
    _note_use(client, now)
    return _encode(
        {
            "access_token": compact.sign(claims, tokens.TYPE),
            "token_type": "Bearer",
            "expires_in": tokens.LIFETIME_SECONDS,
            "scope": granted,
        }
    )


def introspect(directory: Directory, proof: Proof, *, token: str) -> Answer | None:
    """The answer about a live access token of a program; about a user's, Django knows."""
    now = clock.epoch()
    caller = directory.find(proof.client_id)
    if not is_proved(caller, proof, now):
        return None
    claims = compact.peek(token)
    client_id, jti = claims.get("client_id"), claims.get("jti")
    if not (_is_id(client_id) and _is_id(jti)) or "family" in claims:
        return None
    client = directory.find(client_id)
    if client is None or client.usable_until <= now:
        return None
    is_allowed = may_ask(
        client_id=caller.id,
        account_id=caller.account_id,
        kind=caller.kind,
        scopes=caller.scopes.split(),
        token_client_id=client.id,
        token_account_id=client.account_id,
    )
    if not is_allowed:
        return None
    if not compact.is_signed(token, tokens.TYPE) or directory.is_revoked(jti):
        return None
    is_standing = tokens.do_claims_stand(
        claims, issued_by=client.issuer, account_id=client.account_id, valid_after=client.valid_after
    )
    if not is_standing or pace.introspecting.wait(caller.id):
        return None
    _note_use(caller, now)
    return _encode(describe(claims))


def publish_keys(account: str) -> Answer | None:
    """The key set, for an account that exists, as long as no key has to be made for the coming week."""
    now = clock.now()
    rows = _KEYS.run(account, now.isoformat(), (now + signing_keys.PUBLISHED_BEFORE).isoformat())
    in_use = {_ES256, *(ring for ring, _key, _is_published, _lasts in rows)}
    if in_use != {ring for ring, _key, _is_published, lasts in rows if lasts == "t"}:
        return None
    return _encode({"keys": [json.loads(key) for _ring, key, is_published, _lasts in rows if is_published == "t"]})


def _is_id(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and value.isascii() and value.isalnum()


def _note_use(client: Client, now: float) -> None:
    if now >= client.use_is_due_at:
        client.postpone_use(now)
        last_use.note(client.client_id, now)
