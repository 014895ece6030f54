"""Tokens by signed JWT (RFC 7523): we prove who we are with the installation's private key, not a shared secret."""

from __future__ import annotations

import textwrap
import threading
import time
import uuid
from typing import Any

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from hello_partner.store import Installation

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ALGORITHMS = ("ES256", "ES384", "ES512", "PS256", "PS384", "PS512")
ASSERTION_SECONDS = 300
# A token which is about to expire would die on its way.
SAFETY_SECONDS = 30


class TokenRefusedError(Exception):
    """The token endpoint said no. `error` is the OAuth code, `invalid_client` when our credentials are dead."""

    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(f"the token endpoint answered {status} {error}: {description}")
        self.status = status
        self.error = error


def client_assertion(installation: Installation) -> str:
    """A JWT for one token request: five minutes, used once, meant for this token URL only."""
    algorithm = installation.key_algorithm
    if algorithm not in ALGORITHMS:
        raise TokenRefusedError(0, "unsupported_key", f"the event named the key algorithm {algorithm!r}")
    now = int(time.time())
    claims = {
        "iss": installation.client_id,
        "sub": installation.client_id,
        "aud": installation.tokens_url,
        "jti": uuid.uuid4().hex,
        "iat": now,
        "exp": now + ASSERTION_SECONDS,
    }
    # The event carries base64 of PKCS#8 without armour; libraries read PEM.
    body = "\n".join(textwrap.wrap(installation.private_key, 64))
    pem = f"-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n"
    key = ECKey.import_key(pem) if algorithm.startswith("ES") else RSAKey.import_key(pem)
    header = {"alg": algorithm, "kid": installation.key_id, "typ": "JWT"}
    return jwt.encode(header, claims, key, algorithms=[algorithm])


class Tokens:
    """Fetches tokens; account-level ones are cached until shortly before they expire."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http
        self._lock = threading.Lock()
        self._cache: dict[str, tuple[str, float]] = {}

    def get_account_token(self, installation: Installation) -> str:
        """A token of the installation itself (client credentials)."""
        with self._lock:
            token, expires_at = self._cache.get(installation.client_id, ("", 0.0))
        if token and time.time() < expires_at:
            return token
        answer = self._request(installation, {"grant_type": "client_credentials"})
        token = str(answer["access_token"])
        with self._lock:
            lifetime = float(answer.get("expires_in", 600)) - SAFETY_SECONDS
            self._cache[installation.client_id] = (token, time.time() + lifetime)
        return token

    def forget(self, installation: Installation) -> None:
        """After a 401: the next call fetches a new one."""
        with self._lock:
            self._cache.pop(installation.client_id, None)

    def exchange_code(self, installation: Installation, *, code: str, redirect_uri: str) -> dict[str, Any]:
        """The token answer for a person who signed in: `access_token`, perhaps `id_token` and `sid`."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
        return self._request(installation, form)

    def _request(self, installation: Installation, form: dict[str, str]) -> dict[str, Any]:
        proof = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": client_assertion(installation)}
        answer = self._http.post(installation.tokens_url, data=form | proof, headers={"Accept": "application/json"})
        try:
            body = answer.json()
        except ValueError:
            body = {}
        if not isinstance(body, dict):
            body = {}
        if answer.status_code != httpx.codes.OK or not isinstance(body.get("access_token"), str):
            if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
                answer.raise_for_status()
            raise TokenRefusedError(
                answer.status_code, str(body.get("error", "")), str(body.get("error_description", ""))
            )
        return body
