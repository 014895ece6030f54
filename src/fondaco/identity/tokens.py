"""Access tokens: how ours look, and how an API checks one that it was shown.

An access token is a JWT (RFC 9068) signed with ES256; partners treat it as opaque. ``fondaco.resource_server`` checks
it, here as in every other API of the operator's; what it asks others over HTTP, ``standing`` looks up in the tables.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.db.models import Q

from fondaco.accounts.models import User
from fondaco.catalog.scopes import SCOPES
from fondaco.identity import compact
from fondaco.identity.actions.personal_tokens import PREFIX as PERSONAL_PREFIX
from fondaco.identity.errors import BeyondThePerson, InsufficientScope, TokenRefused
from fondaco.identity.issuer import issuer, issuer_template
from fondaco.identity.models import CredentialSet, OAuthClient, PersonalAccessToken, TokenFamily
from fondaco.identity.standing import HouseKeys, Rows, may_act_for_user
from fondaco.kit import clock, crypto
from fondaco.resource_server import Issuers, Token, TokenInvalid, Verifier

__all__ = [
    "LIFETIME",
    "LIFETIME_SECONDS",
    "TYPE",
    "USE_IS_NOTED_EVERY",
    "AccessToken",
    "access_claims",
    "do_claims_stand",
    "find_personal_token",
    "issue_access_token",
    "may_act_for_user",
    "note_use",
    "read_access_token",
    "require_scope",
    "verify_access_token",
]

LIFETIME: Final = timedelta(minutes=10)
LIFETIME_SECONDS: Final = int(LIFETIME.total_seconds())
TYPE: Final = "at+jwt"
USE_IS_NOTED_EVERY: Final = timedelta(minutes=1)


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
    client = credentials.client
    claims = access_claims(
        client_id=credentials.wire_client_id,
        issued_by=issuer(client.account),
        account_id=client.account_id,
        scope=scope,
        valid_after=int(client.tokens_valid_after.timestamp()),
        now=int(clock.now().timestamp()),
    )
    if family is not None:
        claims |= {"sub": family.user_id, "sid": family.login_session_id.hex, "family": family.pk.hex}
    return compact.sign(claims, TYPE)


def access_claims(
    *, client_id: str, issued_by: str, account_id: str, scope: str, valid_after: int, now: int
) -> dict[str, Any]:
    """What a token of ten minutes says that a client gets for itself; ``issued_by`` is its account's issuer.

    ``valid_after`` is the client's: tokens from before that second are dead, and this one is not.
    """
    now = max(now, valid_after)
    return {
        "iss": issued_by,
        "sub": client_id,
        "aud": settings.API_ROOT,
        "client_id": client_id,
        "account": account_id,
        "scope": scope,
        "iat": now,
        "exp": now + LIFETIME_SECONDS,
        "jti": os.urandom(16).hex(),
    }


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


def do_claims_stand(claims: Mapping[str, Any], *, issued_by: str, account_id: str, valid_after: int) -> bool:
    """Whether a token of ours is of this issuer and account, for our API, and within its time."""
    is_current = claims["iat"] >= valid_after and int(clock.now().timestamp()) < claims["exp"]
    is_ours = (claims["iss"], claims["aud"], claims["account"]) == (issued_by, settings.API_ROOT, account_id)
    return is_current and is_ours


def require_scope(token: AccessToken, scope: str) -> None:
    """Raises :class:`InsufficientScope` unless the token carries ``scope`` and whoever it acts for may do that."""
    if scope not in token.scopes:
        raise InsufficientScope(scope=scope)
    needed = SCOPES[scope].person_needs
    if token.user is not None and needed is not None and not token.user.can(needed):
        raise BeyondThePerson(scope=scope)


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
    if token.last_used_at is None or now - token.last_used_at >= USE_IS_NOTED_EVERY:
        PersonalAccessToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token


def note_use(credentials: CredentialSet) -> None:
    """Remembers that the set was used, at most once a minute, so that the hot path seldom writes."""
    now = clock.now()
    due = now - USE_IS_NOTED_EVERY
    if credentials.last_used_at is None or credentials.last_used_at <= due:
        is_due = Q(last_used_at=None) | Q(last_used_at__lte=due)
        CredentialSet.objects.filter(is_due, pk=credentials.pk).update(last_used_at=now)


def _verifier(rows: Rows) -> Verifier:
    return Verifier(
        audience=settings.API_ROOT,
        issuers=Issuers(issuer_template()),
        keys=HouseKeys(),
        revocations=rows,
        now=lambda: clock.now().timestamp(),
    )
