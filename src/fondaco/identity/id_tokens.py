"""What apps are told about people under our signature: ID tokens, and by ``logout_tokens`` that a session is over.

Each client chose by which algorithm (``id_token_signed_response_alg``, OpenID Connect Dynamic Registration §2).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from authlib.oidc.core.util import create_half_hash
from joserfc import jwt

from fondaco.catalog.models import IdTokenAlgorithm
from fondaco.identity import compact, signing_keys
from fondaco.identity.issuer import issuer
from fondaco.identity.models import CredentialSet, OAuthClient, TokenFamily
from fondaco.kit import clock

ID_TOKEN_LIFETIME: Final = timedelta(hours=1)
TYPE: Final = "JWT"


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


def sign_for(client: OAuthClient, claims: Mapping[str, Any], kind: str) -> str:
    """``claims`` signed as the client chose; ``kind`` is the ``typ`` of the header."""
    if client.id_token_signed_response_alg != IdTokenAlgorithm.RS256:
        return compact.sign(claims, kind)
    key, algorithm = signing_keys.rsa_signing_key(), IdTokenAlgorithm.RS256.value
    return jwt.encode({"alg": algorithm, "kid": key.key_id, "typ": kind}, dict(claims), key.key, algorithms=[algorithm])
