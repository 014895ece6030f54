"""The answers themselves: a token for a client, what a client's token is worth, and the keys."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, TypeGuard

from fondaco.identity import compact, pace, signing_keys, tokens
from fondaco.identity.hot.clients import (
    COLUMNS,
    IS_CALLER,
    TABLES,
    Caller,
    Proof,
    check_proof,
    find_caller,
    usable,
    values,
)
from fondaco.identity.hot.last_use import last_use
from fondaco.identity.hot.statements import Statement
from fondaco.identity.introspection import describe, may_ask
from fondaco.identity.issuer import issuer_of
from fondaco.kit import clock

Answer = Mapping[str, Any]

# The caller, and beside it the client of the token that it asks about, if that is usable and the token not revoked.
_INTROSPECT: Final = Statement(
    "introspect",
    f"""SELECT {COLUMNS}, t.id, t.valid_after FROM {TABLES}
    LEFT JOIN LATERAL (
        SELECT tc.id, floor(extract(epoch FROM tc.tokens_valid_after))::bigint AS valid_after
        FROM identity_credentialset ts JOIN identity_oauthclient tc ON tc.id = ts.client_id
        WHERE ts.wire_client_id = $4 AND tc.account_id = c.account_id AND {usable("ts", "tc")}
            AND NOT EXISTS (SELECT FROM identity_revokedtoken r WHERE r.jti = $5)
    ) t ON TRUE
    WHERE {IS_CALLER}""",  # noqa: S608 (our own words)
)
_KEYS: Final = Statement(
    "keys",
    """SELECT k.public_jwk, k.signs_until > $3::timestamptz FROM accounts_account a
    JOIN identity_tokensigningkey k ON k.published_until > $2::timestamptz
    WHERE a.name = $1 ORDER BY k.signs_from""",
)


def grant_token(proof: Proof, *, scope: str) -> Answer | None:
    """The answer to ``grant_type=client_credentials``; ``scope`` may be empty."""
    caller = find_caller(proof)
    if caller is None or "client_credentials" not in caller.grant_types.split():
        return None
    granted = caller.find_scope(scope)
    if granted is None or pace.granting.wait(caller.id):
        return None
    claims = tokens.access_claims(
        client_id=caller.client_id,
        issued_by=issuer_of(proof.account),
        account_id=caller.account_id,
        scope=granted,
        valid_after=caller.valid_after,
    )
    _note_use(caller)
    return {
        "access_token": compact.sign(claims, tokens.TYPE),
        "token_type": "Bearer",
        "expires_in": tokens.LIFETIME_SECONDS,
        "scope": granted,
    }


def introspect(proof: Proof, *, token: str) -> Answer | None:
    """The answer about a live access token of a program; about a user's, Django knows."""
    claims = compact.peek(token)
    client_id, jti = claims.get("client_id"), claims.get("jti")
    if not (_is_id(client_id) and _is_id(jti)) or "family" in claims:
        return None
    rows = _INTROSPECT.run(*values(proof), client_id, jti)
    caller = check_proof(proof, rows)
    if caller is None:
        return None
    token_client, valid_after = rows[0][-2:]
    if not token_client or not may_ask(client_id=caller.id, scopes=caller.scopes.split(), token_client_id=token_client):
        return None
    if not compact.is_signed(token, tokens.TYPE):
        return None
    is_standing = tokens.do_claims_stand(
        claims, issued_by=issuer_of(proof.account), account_id=caller.account_id, valid_after=int(valid_after)
    )
    if not is_standing or pace.introspecting.wait(caller.id):
        return None
    _note_use(caller)
    return describe(claims)


def publish_keys(account: str) -> Answer | None:
    """The key set, for an account that exists, as long as no key has to be made for the coming week."""
    now = clock.now()
    rows = _KEYS.run(account, now.isoformat(), (now + signing_keys.PUBLISHED_BEFORE).isoformat())
    is_ready = any(lasts == "t" for _key, lasts in rows)
    return {"keys": [json.loads(key) for key, _lasts in rows]} if is_ready else None


def _is_id(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and value.isascii() and value.isalnum()


def _note_use(caller: Caller) -> None:
    if caller.is_use_due:
        last_use.note(caller.set_id)
