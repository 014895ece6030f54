"""What apps are told about people under our signature: ID tokens, and by ``logout_tokens`` that a session is over.

Each client chose by which algorithm (``id_token_signed_response_alg``, OpenID Connect Dynamic Registration §2).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from authlib.oidc.core.util import create_half_hash
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import import_key

from fondaco.accounts.models import Account
from fondaco.catalog.models import IdTokenAlgorithm
from fondaco.identity import compact, signing_keys
from fondaco.identity.issuer import issuer
from fondaco.identity.models import CredentialSet, OAuthClient, TokenFamily
from fondaco.kit import clock

ID_TOKEN_LIFETIME: Final = timedelta(hours=1)
TYPE: Final = "JWT"
_LONGEST: Final = 8192  # characters; ours are far shorter


def issue_id_token(
    *, credentials: CredentialSet, family: TokenFamily, nonce: str, authenticated_at: datetime, access_token: str
) -> str:
    """A signed statement for the app about who signed in, and when (OpenID Connect Core §2).

    It comes with ``access_token`` and is bound to it by ``at_hash`` (§3.1.3.6).
    """
    client, user, now = credentials.client, family.user, int(clock.now().timestamp())
    claims: dict[str, Any] = {
        "iss": issuer(client.account),
        "sub": user.pk,
        "aud": credentials.wire_client_id,
        "iat": now,
        "exp": now + int(ID_TOKEN_LIFETIME.total_seconds()),
        "auth_time": int(authenticated_at.timestamp()),
        "at_hash": create_half_hash(access_token, client.id_token_signed_response_alg).decode(),
        "sid": family.login_session_id.hex,
        "name": user.person.name,
        "email": user.person.email,
    }
    if nonce:
        claims["nonce"] = nonce
    return sign_for(client, claims, TYPE)


def find_subject(account: Account, plain: str) -> str | None:
    """Whom an ID token of the account's issuer is about, or None when it is no such token.

    It may be past its time, and so may the key: it is shown to say who was signed in once (OpenID Connect Core
    §3.1.2.1, ``id_token_hint``).
    """
    claims = _read_own(plain)
    subject = claims.get("sub")
    return subject if claims.get("iss") == issuer(account) and isinstance(subject, str) else None


def _read_own(plain: str) -> Mapping[str, Any]:
    """What an ID token claims whose signature is ours, by the algorithm of the key that it names; else nothing."""
    if not plain.isascii() or len(plain) > _LONGEST:
        return {}
    try:
        header: object = jws.extract_compact(plain.encode()).headers()  # a JSON text may stand there as well
        key_id = header.get("kid") if isinstance(header, dict) and header.get("typ") == TYPE else None
        jwk = signing_keys.find_any_public_key(key_id) if isinstance(key_id, str) else None
        return jwt.decode(plain, import_key(jwk), algorithms=[jwk["alg"]]).claims if jwk else {}
    except (JoseError, ValueError, RecursionError):
        return {}


def sign_for(client: OAuthClient, claims: Mapping[str, Any], kind: str) -> str:
    """``claims`` signed as the client chose; ``kind`` is the ``typ`` of the header."""
    if client.id_token_signed_response_alg != IdTokenAlgorithm.RS256:
        return compact.sign(claims, kind)
    key, algorithm = signing_keys.rsa_signing_key(), IdTokenAlgorithm.RS256.value
    return jwt.encode({"alg": algorithm, "kid": key.key_id, "typ": kind}, dict(claims), key.key, algorithms=[algorithm])
