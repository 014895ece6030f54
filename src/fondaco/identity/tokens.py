"""Access tokens: how ours look, and how an API checks one that it was shown.

An access token is a JWT (RFC 9068) signed with ES256; partners treat it as opaque. Checking it reads the client's row,
and for a user-level token its family, because a revoked client, an ended session or a deactivated user must be locked
out with the next request and not ten minutes later.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from authlib.oidc.core.util import create_half_hash
from django.conf import settings
from django.db.models import Exists, Q
from joserfc import jws, jwt
from joserfc.errors import JoseError

from fondaco.accounts.models import User
from fondaco.identity import compact, signing_keys
from fondaco.identity.actions.personal_tokens import PREFIX as PERSONAL_PREFIX
from fondaco.identity.errors import InsufficientScope, TokenRefused
from fondaco.identity.issuer import issuer
from fondaco.identity.models import CredentialSet, Cutoff, OAuthClient, PersonalAccessToken, RevokedToken, TokenFamily
from fondaco.kit import clock, crypto
from fondaco.kit.ids import parse_wire

LIFETIME: Final = timedelta(minutes=10)
LIFETIME_SECONDS: Final = int(LIFETIME.total_seconds())
ID_TOKEN_LIFETIME: Final = timedelta(hours=1)
TYPE: Final = "at+jwt"
_LONGEST: Final = 8192  # characters; ours are far shorter
USE_IS_NOTED_EVERY: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A token that was checked. ``user`` and ``session_id`` (the ``sid``) are set for user-level ones only."""

    client: OAuthClient
    credentials: CredentialSet
    user: User | None
    account_id: str
    scopes: frozenset[str]
    session_id: str = ""
    claims: Mapping[str, Any] = field(default_factory=dict, repr=False)


def issue_access_token(*, credentials: CredentialSet, scope: str, family: TokenFamily | None = None) -> str:
    """A signed token of ten minutes for a client, on behalf of the family's user when one is given."""
    client = credentials.client
    claims = access_claims(
        client_id=credentials.wire_client_id,
        issued_by=issuer(client.account),
        account_id=client.account_id,
        scope=scope,
        valid_after=int(client.tokens_valid_after.timestamp()),
    )
    if family is not None:
        claims |= {"sub": family.user_id, "sid": family.login_session_id.hex, "family": family.pk.hex}
    return compact.sign(claims, TYPE)


def access_claims(*, client_id: str, issued_by: str, account_id: str, scope: str, valid_after: int) -> dict[str, Any]:
    """What a token of ten minutes says that a client gets for itself; ``issued_by`` is its account's issuer.

    ``valid_after`` is the client's: tokens from before that second are dead, and this one is not.
    """
    now = max(int(clock.now().timestamp()), valid_after)
    return {
        "iss": issued_by,
        "sub": client_id,
        "aud": settings.API_ROOT,
        "client_id": client_id,
        "account": account_id,
        "scope": scope,
        "iat": now,
        "exp": now + LIFETIME_SECONDS,
        "jti": secrets.token_hex(16),
    }


def issue_id_token(
    *, credentials: CredentialSet, family: TokenFamily, nonce: str, authenticated_at: datetime, access_token: str
) -> str:
    """A signed statement for the app about who signed in, and when (OpenID Connect Core §2).

    It comes with ``access_token`` and is bound to it by ``at_hash`` (§3.1.3.6).
    """
    user, now = family.user, int(clock.now().timestamp())
    claims: dict[str, Any] = {
        "iss": issuer(credentials.client.account),
        "sub": user.pk,
        "aud": credentials.wire_client_id,
        "iat": now,
        "exp": now + int(ID_TOKEN_LIFETIME.total_seconds()),
        "auth_time": int(authenticated_at.timestamp()),
        "at_hash": create_half_hash(access_token, signing_keys.ALGORITHM).decode(),
        "sid": family.login_session_id.hex,
        "name": user.person.name,
        "email": user.person.email,
    }
    if nonce:
        claims["nonce"] = nonce
    return compact.sign(claims, "JWT")


def verify_access_token(token: str) -> AccessToken:
    """Who may do what with ``token`` now; raises :class:`TokenRefused` without saying why."""
    claims = read_access_token(token)
    credentials = (
        CredentialSet.objects.select_related("client__account")
        .annotate(has_cutoff=Cutoff.keeps_out(), is_token_revoked=_is_revoked(claims))
        .filter(wire_client_id=claims["client_id"])
        .first()
    )
    if credentials is None or credentials.is_token_revoked or not credentials.is_usable:
        raise TokenRefused
    client = credentials.client
    is_standing = do_claims_stand(
        claims,
        issued_by=issuer(client.account),
        account_id=client.account_id,
        valid_after=int(client.tokens_valid_after.timestamp()),
    )
    if not is_standing:
        raise TokenRefused
    family = _live_family(claims, client) if "family" in claims else None
    return AccessToken(
        client=client,
        credentials=credentials,
        user=family.user if family else None,
        account_id=client.account_id,
        scopes=frozenset(claims["scope"].split()),
        session_id=family.login_session_id.hex if family else "",
        claims=claims,
    )


def do_claims_stand(claims: Mapping[str, Any], *, issued_by: str, account_id: str, valid_after: int) -> bool:
    """Whether a token of ours is of this issuer and account, for our API, and within its time."""
    is_current = claims["iat"] >= valid_after and int(clock.now().timestamp()) < claims["exp"]
    is_ours = (claims["iss"], claims["aud"], claims["account"]) == (issued_by, settings.API_ROOT, account_id)
    return is_current and is_ours


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
    if token.last_used_at is None or now - token.last_used_at >= USE_IS_NOTED_EVERY:
        PersonalAccessToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token


def note_use(credentials: CredentialSet) -> None:
    """Remembers that the client and its set were used, at most once a minute, so that the hot path seldom writes."""
    now = clock.now()
    due = now - USE_IS_NOTED_EVERY
    for used in (credentials, credentials.client):
        if used.last_used_at is None or used.last_used_at <= due:
            rows = type(used)._base_manager.filter(Q(last_used_at=None) | Q(last_used_at__lte=due), pk=used.pk)
            rows.update(last_used_at=now)


def may_act_for_user(family: TokenFamily) -> bool:
    """Whether a family still counts: client not suspended, session open, user and person active (DOMAIN 3.4)."""
    user = family.user
    return (
        family.ended_at is None
        and family.login_session.ended_at is None
        and family.client.may_sign_users_in
        and user.is_active
        and user.person.is_active
    )


def _live_family(claims: Mapping[str, Any], client: OAuthClient) -> TokenFamily:
    family_id = parse_wire(claims["family"])
    if family_id is None:
        raise TokenRefused
    family = (
        TokenFamily.objects.select_related("client", "login_session", "user__person", "user__role", "user__account")
        .filter(pk=family_id, client=client)
        .first()
    )
    if family is None or not may_act_for_user(family) or family.user_id != claims["sub"]:
        raise TokenRefused
    return family


def _is_revoked(claims: Mapping[str, Any]) -> Exists:
    return Exists(RevokedToken.objects.filter(jti=str(claims.get("jti", ""))))


def read_access_token(token: str) -> dict[str, Any]:
    """The claims of a token that we signed, all there and of the right type; raises :class:`TokenRefused`.

    Whether the token is alive is another question: :func:`verify_access_token` answers it.
    """
    if not token.isascii() or len(token) > _LONGEST:
        raise TokenRefused
    try:
        header: object = jws.extract_compact(token.encode()).headers()  # a JSON text may stand there as well
        if not isinstance(header, dict) or header.get("typ") != TYPE or "crit" in header:
            raise TokenRefused
        key = signing_keys.find_key(str(header.get("kid", "")))
        if key is None:
            raise TokenRefused
        claims = jwt.decode(token, key.key, algorithms=[signing_keys.ALGORITHM]).claims
    except (JoseError, ValueError, RecursionError):
        raise TokenRefused from None
    texts = ("iss", "sub", "aud", "client_id", "account", "scope", "jti")
    is_whole = all(isinstance(claims.get(name), str) for name in texts) and all(
        type(claims.get(name)) is int for name in ("iat", "exp")
    )
    if not is_whole:
        raise TokenRefused
    return claims
