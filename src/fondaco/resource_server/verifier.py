"""Checks a token: its form, its signature, whose it is and for whom, and that it was not revoked."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from fondaco.resource_server.errors import TokenInvalid, TokenMissing
from fondaco.resource_server.token import Token

ALGORITHM: Final = "ES256"  # the house signs with no other, so a token cannot choose
TYPES: Final = frozenset({"at+jwt", "application/at+jwt"})  # RFC 9068 §2.1: an ID token is no access token
LONGEST: Final = 8192  # characters; the house's are far shorter
_TEXTS: Final = ("iss", "sub", "aud", "client_id", "account", "scope", "jti")
_ACCOUNT: Final = r"[A-Za-z0-9_-]{1,63}"


class KeySource(Protocol):
    """Where public keys come from: :class:`JwksKeys`, or the house itself."""

    def find(self, key_id: str) -> ECKey | None:
        """The published key with this ``kid``; None when there is none. May raise :class:`SourceUnavailable`."""
        ...


class RevocationSource(Protocol):
    """Who knows what was revoked: :class:`IntrospectionRevocations`, or the house itself."""

    def is_active(self, token: Token) -> bool:
        """Whether a token that is good in itself still counts. May raise :class:`SourceUnavailable`."""
        ...


class Issuers(Container[str]):
    """The issuers of all accounts: ``https://id.example.com/{account}``, or ``https://{account}.id.example.com``."""

    def __init__(self, template: str) -> None:
        before, mark, after = template.partition("{account}")
        self._pattern = re.compile(re.escape(before) + (_ACCOUNT + re.escape(after) if mark else ""))

    def __contains__(self, issuer: object) -> bool:
        return isinstance(issuer, str) and self._pattern.fullmatch(issuer) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verifier:
    """Lets tokens of ``issuers`` for ``audience`` in. One for a process; safe in threads.

    ``leeway``: seconds that this machine's clock may run ahead of the house's.
    """

    audience: str
    issuers: Container[str]
    keys: KeySource
    revocations: RevocationSource
    leeway: int = 0
    now: Callable[[], float] = field(default=time.time, repr=False)

    def authenticate(self, authorization: str | None) -> Token:
        """The token of an ``Authorization`` header; raises :class:`TokenMissing` or as :meth:`verify` does."""
        return self.verify(read_bearer(authorization))

    def verify(self, plain: str) -> Token:
        """What a token says; raises :class:`TokenInvalid`, or :class:`SourceUnavailable` when it cannot be checked."""
        token = self.read(plain)
        is_current = self.now() < token.expires_at + self.leeway
        if not is_current or token.claims["aud"] != self.audience or token.issuer not in self.issuers:
            raise TokenInvalid
        if not self.revocations.is_active(token):
            raise TokenInvalid
        return token

    def read(self, plain: str) -> Token:
        """What a token says that the house signed, be it alive or not; raises as :meth:`verify` does."""
        return _read(plain, self._check_signature(plain))

    def _check_signature(self, plain: str) -> Mapping[str, Any]:
        """The claims of a token that the house signed; nothing before the signature is believed."""
        if not plain.isascii() or len(plain) > LONGEST:
            raise TokenInvalid
        try:
            header: object = jws.extract_compact(plain.encode()).headers()  # a JSON text may stand there as well
        except (JoseError, ValueError, RecursionError):
            raise TokenInvalid from None
        if not isinstance(header, dict):
            raise TokenInvalid
        key_id, kind = header.get("kid"), header.get("typ")
        if header.get("alg") != ALGORITHM or "crit" in header or not isinstance(key_id, str):
            raise TokenInvalid
        if not isinstance(kind, str) or kind.lower() not in TYPES:
            raise TokenInvalid
        key = self.keys.find(key_id)
        if key is None:
            raise TokenInvalid
        try:
            return jwt.decode(plain, key, algorithms=[ALGORITHM]).claims
        except (JoseError, ValueError, RecursionError):
            raise TokenInvalid from None


def read_bearer(authorization: str | None) -> str:
    """The token of an ``Authorization`` header; raises :class:`TokenMissing` when it holds none (RFC 6750 §2.1)."""
    kind, _space, plain = (authorization or "").partition(" ")
    if kind.lower() != "bearer" or not plain.strip():
        raise TokenMissing
    return plain.strip()


def _read(plain: str, claims: Mapping[str, Any]) -> Token:
    """The claims as a token, all there and of the right type."""
    texts = {name: claims.get(name) for name in _TEXTS}
    times = {name: claims.get(name) for name in ("iat", "exp")}
    if not all(isinstance(text, str) for text in texts.values()) or not all(type(at) is int for at in times.values()):
        raise TokenInvalid
    session_id = claims.get("sid")
    is_for_user = "sid" in claims or "family" in claims
    if is_for_user and not (isinstance(session_id, str) and isinstance(claims.get("family"), str)):
        raise TokenInvalid
    if not is_for_user and claims["sub"] != claims["client_id"]:
        raise TokenInvalid
    return Token(
        plain=plain,
        token_id=claims["jti"],
        issuer=claims["iss"],
        account_id=claims["account"],
        client_id=claims["client_id"],
        user_id=claims["sub"] if is_for_user else None,
        session_id=session_id if is_for_user else None,
        scopes=frozenset(claims["scope"].split()),
        issued_at=claims["iat"],
        expires_at=claims["exp"],
        claims=claims,
    )
