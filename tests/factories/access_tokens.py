"""Access tokens as the house signs them, and every way to get one wrong. Needs neither Django nor a database."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey

AUDIENCE = "https://apps.example.com"
ISSUER = f"{AUDIENCE}/harbour"
CLIENT_ID = "c" * 32
ACCOUNT_ID = "a" * 24


@dataclass
class Mint:
    """A signing key with its id."""

    key_id: str = "k1"
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256"))

    @property
    def public_jwk(self) -> dict[str, Any]:
        return {**self.key.as_dict(private=False), "kid": self.key_id, "use": "sig", "alg": "ES256"}

    def sign(self, *, header: dict[str, Any] | None = None, key: Any = None, **claims: Any) -> str:
        """A token of ten minutes; a header or claim given as None is left out."""
        now = int(time.time())
        head = {"alg": "ES256", "kid": self.key_id, "typ": "at+jwt", **(header or {})}
        whole = {
            "iss": ISSUER,
            "sub": claims.get("client_id", CLIENT_ID),
            "aud": AUDIENCE,
            "client_id": CLIENT_ID,
            "account": ACCOUNT_ID,
            "scope": "contacts:read account:read",
            "iat": now,
            "exp": now + 600,
            "jti": "j" * 32,
            **claims,
        }
        return jwt.encode(
            {name: value for name, value in head.items() if value is not None},
            {name: value for name, value in whole.items() if value is not None},
            key or self.key,
            algorithms=[head["alg"]],
            default_type=None,
        )

    def sign_for_user(self, **claims: Any) -> str:
        """A token that acts for a person."""
        return self.sign(**{"sub": "u" * 24, "sid": "5" * 32, "family": "f" * 32, **claims})
