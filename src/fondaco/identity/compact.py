"""Our own JWTs, to and from their compact form, with nothing done twice.

A general library looks at header, key and algorithm for every token. We sign with one algorithm, and the header of a
token of ours is the same bytes as long as its key signs; so that is done once per key.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from joserfc.jws import JWSRegistry
from joserfc.util import urlsafe_b64decode

from fondaco.identity import signing_keys

_ALGORITHM: Final = JWSRegistry.algorithms[signing_keys.ALGORITHM]
_ES256: Final = ec.ECDSA(hashes.SHA256())
_HALF: Final = 32  # bytes of each number of a signature
_LONGEST: Final = 8192  # characters; ours are far shorter


def sign(claims: Mapping[str, Any], kind: str) -> str:
    """``claims`` signed with the present key; ``kind`` is the ``typ`` of the header."""
    key = signing_keys.signing_key()
    signed = _header(key.key_id, kind) + b"." + _segment(msgspec.json.encode(claims))
    first, second = decode_dss_signature(key.private_key.sign(signed, _ES256))  # RFC 7518 §3.4 wants them bare
    signature = first.to_bytes(_HALF, "big") + second.to_bytes(_HALF, "big")
    return (signed + b"." + _segment(signature)).decode()


def peek(token: str) -> dict[str, Any]:
    """What a token claims, not believed before :func:`is_signed` said yes; empty when it cannot be read."""
    try:
        claims = json.loads(urlsafe_b64decode(_split(token)[1]))
    except (ValueError, RecursionError):
        return {}
    return claims if isinstance(claims, dict) else {}


def is_signed(token: str, kind: str) -> bool:
    """Whether :func:`sign` made this very text with a key that is still published.

    No is no refusal: a token may be good and written otherwise. Who gets a no asks the library.
    """
    try:
        head = _split(token)[0]
        key_id = str(json.loads(urlsafe_b64decode(head)).get("kid", ""))
    except (ValueError, RecursionError, AttributeError):
        return False
    is_published = signing_keys.find_key(key_id) is not None
    return is_published and head == _header(key_id, kind) and _is_signed_by(token, key_id)


@lru_cache(maxsize=4096)
def _is_signed_by(token: str, key_id: str) -> bool:
    # Remembered, because it is true for ever, and a resource server asks about the same token with every call.
    key = signing_keys.find_key(key_id)
    head, claims, signature = _split(token)
    try:
        return key is not None and _ALGORITHM.verify(head + b"." + claims, urlsafe_b64decode(signature), key.key)
    except ValueError:
        return False


def _split(token: str) -> list[bytes]:
    parts = token.encode().split(b".") if token.isascii() and len(token) <= _LONGEST else []
    if len(parts) != 3:
        raise ValueError("not the compact form of a JWT")
    return parts


@lru_cache(maxsize=32)
def _header(key_id: str, kind: str) -> bytes:
    return _segment(msgspec.json.encode({"alg": signing_keys.ALGORITHM, "kid": key_id, "typ": kind}))


def _segment(plain: bytes) -> bytes:
    return base64.urlsafe_b64encode(plain).rstrip(b"=")
