"""Access tokens: how ours look, and how an API checks one that it was shown.

An access token is a JWT (RFC 9068) signed with ES256; partners treat it as opaque. ``fondaco.resource_server`` checks
it, here as in every other API of the operator's; what it asks others over HTTP, ``standing`` looks up in the tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.db.models import Q
from joserfc import jwt

from fondaco.accounts.models import User
from fondaco.identity import signing_keys
from fondaco.identity.actions.personal_tokens import PREFIX as PERSONAL_PREFIX
from fondaco.identity.errors import InsufficientScope, TokenRefused
from fondaco.identity.issuer import issuer, issuer_template
from fondaco.identity.models import CredentialSet, OAuthClient, PersonalAccessToken, TokenFamily
from fondaco.identity.standing import HouseKeys, Rows, may_act_for_user
from fondaco.kit import clock, crypto
from fondaco.kit.ids import new_id
from fondaco.resource_server import Issuers, Token, TokenInvalid, Verifier

__all__ = [
    "ID_TOKEN_LIFETIME",
    "LIFETIME",
    "TYPE",
    "AccessToken",
    "find_personal_token",
    "issue_access_token",
    "issue_id_token",
    "may_act_for_user",
    "note_use",
    "read_access_token",
    "require_scope",
    "verify_access_token",
]

LIFETIME: Final = timedelta(minutes=10)
ID_TOKEN_LIFETIME: Final = timedelta(hours=1)
TYPE: Final = "at+jwt"
_USE_IS_NOTED_EVERY: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A token that was checked, with the rows behind it. ``user`` is set for user-level ones only."""

    token: Token
    client: OAuthClient
    credentials: CredentialSet
    user: User | None

    @property
    def claims(self) -> Mapping[str, Any]:
        """All that it says."""
        return self.token.claims

    @property
    def account_id(self) -> str:
        """The account that it gives access to."""
        return self.token.account_id

    @property
    def scopes(self) -> frozenset[str]:
        """What it may do there."""
        return self.token.scopes

    @property
    def session_id(self) -> str:
        """The ``sid`` of a user-level token, else an empty string."""
        return self.token.session_id or ""


def issue_access_token(*, credentials: CredentialSet, scope: str, family: TokenFamily | None = None) -> str:
    """A signed token of ten minutes for a client, on behalf of the family's user when one is given."""
    client, now = credentials.client, int(clock.now().timestamp())
    claims: dict[str, Any] = {
        "iss": issuer(client.account),
        "sub": family.user_id if family else credentials.wire_client_id,
        "aud": settings.API_ROOT,
        "client_id": credentials.wire_client_id,
        "account": client.account_id,
        "scope": scope,
        "iat": now,
        "exp": now + int(LIFETIME.total_seconds()),
        "jti": new_id().hex,
    }
    if family is not None:
        claims |= {"sid": family.login_session_id.hex, "family": family.pk.hex}
    return _sign(claims, TYPE)


def issue_id_token(*, credentials: CredentialSet, family: TokenFamily, nonce: str) -> str:
    """A signed statement for the app about who signed in, and when (OpenID Connect Core §2)."""
    user, now = family.user, int(clock.now().timestamp())
    claims: dict[str, Any] = {
        "iss": issuer(credentials.client.account),
        "sub": user.pk,
        "aud": credentials.wire_client_id,
        "iat": now,
        "exp": now + int(ID_TOKEN_LIFETIME.total_seconds()),
        "auth_time": int(family.login_session.started_at.timestamp()),
        "sid": family.login_session_id.hex,
        "name": user.person.name,
        "email": user.person.email,
    }
    if nonce:
        claims["nonce"] = nonce
    return _sign(claims, "JWT")


def verify_access_token(plain: str) -> AccessToken:
    """Who may do what with a token now; raises :class:`TokenRefused` without saying why."""
    rows = Rows()
    try:
        token = _verifier(rows).verify(plain)
    except TokenInvalid:
        raise TokenRefused from None
    user = rows.family.user if rows.family else None
    return AccessToken(token=token, client=rows.credentials.client, credentials=rows.credentials, user=user)


def read_access_token(plain: str) -> dict[str, Any]:
    """The claims of a token that we signed, all there and of the right type; raises :class:`TokenRefused`.

    Whether the token is alive is another question: :func:`verify_access_token` answers it.
    """
    try:
        return dict(_verifier(Rows()).read(plain).claims)
    except TokenInvalid:
        raise TokenRefused from None


def require_scope(token: AccessToken, scope: str) -> None:
    """Raises :class:`InsufficientScope` unless the token carries ``scope``."""
    if scope not in token.scopes:
        raise InsufficientScope(scope=scope)


def find_personal_token(plain: str) -> PersonalAccessToken:
    """The live personal token behind its plain text, with its person; raises :class:`TokenRefused`. Notes its use."""
    if not plain.isascii() or not crypto.is_well_formed_secret(plain, PERSONAL_PREFIX):
        raise TokenRefused
    token = (
        PersonalAccessToken.objects.select_related("person").filter(token_hash__in=crypto.keyed_hashes(plain)).first()
    )
    now = clock.now()
    if token is None or token.revoked_at is not None or not token.person.is_active:
        raise TokenRefused
    if token.expires_at is not None and token.expires_at <= now:
        raise TokenRefused
    if token.last_used_at is None or now - token.last_used_at >= _USE_IS_NOTED_EVERY:
        PersonalAccessToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token


def note_use(client: OAuthClient) -> None:
    """Remembers that the client was used, at most once a minute, so that the hot path seldom writes."""
    now = clock.now()
    due = now - _USE_IS_NOTED_EVERY
    if client.last_used_at is None or client.last_used_at <= due:
        OAuthClient.objects.filter(Q(last_used_at=None) | Q(last_used_at__lte=due), pk=client.pk).update(
            last_used_at=now
        )


def _verifier(rows: Rows) -> Verifier:
    return Verifier(
        audience=settings.API_ROOT,
        issuers=Issuers(issuer_template()),
        keys=HouseKeys(),
        revocations=rows,
        now=lambda: clock.now().timestamp(),
    )


def _sign(claims: dict[str, Any], kind: str) -> str:
    key = signing_keys.signing_key()
    header = {"alg": signing_keys.ALGORITHM, "kid": key.key_id, "typ": kind}
    return jwt.encode(header, claims, key.key, algorithms=[signing_keys.ALGORITHM])
