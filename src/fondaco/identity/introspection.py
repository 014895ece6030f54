"""What a token is worth now, for programs that were shown one (RFC 7662).

A program may ask about its own tokens. One with the scope ``tokens:introspect``, such as a resource server of the
account, may also ask about access tokens of the account's other programs, and one of the operator's about those of
every account. Whatever else is asked about, be it dead, foreign or nonsense, gets the same answer, so that nobody
learns which tokens there are.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from fondaco.identity.errors import TokenRefused
from fondaco.identity.issuer import issuer
from fondaco.identity.models import ClientKind, CredentialSet, OAuthClient, RefreshToken
from fondaco.identity.tokens import may_act_for_user, verify_access_token
from fondaco.kit import clock, crypto

SCOPE: Final = "tokens:introspect"
INACTIVE: Final[Mapping[str, Any]] = {"active": False}
_SAID: Final = ("iss", "sub", "aud", "client_id", "account", "scope", "iat", "exp", "jti", "sid")


def introspect(token: str, *, asked_by: CredentialSet) -> dict[str, Any]:
    """The members of the answer; ``{"active": False}`` for a token that is dead or none of the asking client's."""
    return _of_access(token, asked_by.client) or _of_refresh(token, asked_by) or dict(INACTIVE)


def describe(claims: Mapping[str, Any]) -> dict[str, Any]:
    """The members for a live access token of a program. What the claims say for ourselves only is left out."""
    said = {name: claims[name] for name in _SAID if name in claims}
    return {"active": True, "token_type": "Bearer", **said}


def may_ask(
    *, client_id: str, account_id: str, kind: str, scopes: Collection[str], token_client_id: str, token_account_id: str
) -> bool:
    """Whether a client may ask about an access token of this client in this account; client ids are those of rows."""
    if client_id == token_client_id:
        return True
    return SCOPE in scopes and (account_id == token_account_id or kind == ClientKind.OPERATOR)


def _of_access(token: str, client: OAuthClient) -> dict[str, Any] | None:
    try:
        found = verify_access_token(token)
    except TokenRefused:
        return None
    is_allowed = may_ask(
        client_id=client.pk.hex,
        account_id=client.account_id,
        kind=client.kind,
        scopes=client.scopes,
        token_client_id=found.client.pk.hex,
        token_account_id=found.account_id,
    )
    if not is_allowed:
        return None
    answer = describe(found.claims)
    # Without openid the address is nothing that the app may know, and other accounts' people are not the operator's.
    if found.user is not None and "openid" in found.scopes and found.account_id == client.account_id:
        answer["username"] = found.user.person.email
    return answer


def _of_refresh(token: str, asked_by: CredentialSet) -> dict[str, Any] | None:
    if not token.isascii():
        return None
    row = (
        RefreshToken.objects.select_related("family__client__account", "family__login_session", "family__user__person")
        .filter(token_hash__in=crypto.keyed_hashes(token), family__client=asked_by.client)
        .first()
    )
    if row is None or row.used_at is not None or row.expires_at <= clock.now() or not may_act_for_user(row.family):
        return None
    family = row.family
    answer = {
        "active": True,
        "iss": issuer(family.client.account),
        "sub": family.user_id,
        "client_id": asked_by.wire_client_id,
        "account": family.client.account_id,
        "scope": row.scope,
        "iat": int(row.created_at.timestamp()),
        "exp": int(row.expires_at.timestamp()),
        "sid": family.login_session_id.hex,
    }
    if "openid" in row.scope.split():
        answer["username"] = family.user.person.email
    return answer
