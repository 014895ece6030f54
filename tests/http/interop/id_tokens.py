"""An ID token checked by its issuer's published keys alone, with no OAuth library in between."""

from __future__ import annotations

import base64
import hashlib
import time
from typing import Any

import httpx
from joserfc import jwt
from joserfc.jwk import KeySet
from tests.http.interop.person import PATIENCE


def check_id_token(metadata_url: str, token: str, *, audience: str, nonce: str, access_token: str) -> dict[str, Any]:
    """The claims, after every check of OpenID Connect Core §3.1.3.7."""
    found = httpx.get(metadata_url, timeout=PATIENCE).json()
    keys = KeySet.import_key_set(httpx.get(found["jwks_uri"], timeout=PATIENCE).json())
    decoded = jwt.decode(token, keys, algorithms=found["id_token_signing_alg_values_supported"])
    exact = {"value": audience, "essential": True}
    jwt.JWTClaimsRegistry(
        iss={"value": found["issuer"], "essential": True}, aud=exact, nonce={"value": nonce, "essential": True},
        exp={"essential": True}, iat={"essential": True}, auth_time={"essential": True}, sub={"essential": True},
    ).validate(decoded.claims)  # fmt: skip
    half = hashlib.sha256(access_token.encode()).digest()[:16]
    assert decoded.claims["at_hash"] == base64.urlsafe_b64encode(half).rstrip(b"=").decode()
    assert time.time() - 60 < decoded.claims["auth_time"] <= decoded.claims["iat"]
    return decoded.claims
