"""Our own JWTs, to and from their compact form, with nothing done twice.

A general library looks at header, key and algorithm for every token. We sign with one algorithm, and the header of a
token of ours is the same bytes as long as its key signs; so that is done once per key. The signature itself is most of
what a token costs, and AWS-LC makes it in less than three quarters of OpenSSL's time (ADR 0041).
"""

from __future__ import annotations

import json
from binascii import b2a_base64
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final

import msgspec
from awscrt.crypto import EC
from joserfc.jws import JWSRegistry
from joserfc.util import urlsafe_b64decode

from fondaco.identity import signing_keys

_ALGORITHM: Final = JWSRegistry.algorithms[signing_keys.ALGORITHM]
_HALF: Final = 32  # bytes of each number of a signature
_URL_SAFE: Final = bytes.maketrans(b"+/", b"-_")
_LONGEST: Final = 8192  # characters; ours are far shorter
_REMEMBERED: Final = 4096  # tokens


def sign(claims: Mapping[str, Any], kind: str) -> str:
    """``claims`` signed with the present key; ``kind`` is the ``typ`` of the header."""
    key = signing_keys.signing_key()
    signed = _header(key.key_id, kind) + b"." + _segment(msgspec.json.encode(claims))
    signature = EC.decode_der_signature_to_padded_pair(key.signer.sign(sha256(signed).digest()), _HALF)
    return (signed + b"." + _segment(signature)).decode()


def peek(token: str) -> Mapping[str, Any]:
    """What a token claims, not believed before :func:`is_signed` said yes; empty when it cannot be read."""
    return _read(token)[1]


def is_signed(token: str, kind: str) -> bool:
    """Whether :func:`sign` made this very text with a key that is still published.

    No is no refusal: a token may be good and written otherwise. Who gets a no asks the library.
    """
    key_id = _read(token)[0]
    is_published = signing_keys.find_key(key_id) is not None
    return is_published and token.startswith(_header(key_id, kind).decode() + ".") and _is_signed_by(token, key_id)


@lru_cache(maxsize=_REMEMBERED)
def _read(token: str) -> tuple[str, Mapping[str, Any]]:
    # Remembered like the signature: a resource server asks about the same token with every call.
    try:
        head, claims, _signature = _split(token)
        key_id, found = json.loads(urlsafe_b64decode(head))["kid"], json.loads(urlsafe_b64decode(claims))
    except (ValueError, RecursionError, LookupError, TypeError):
        return "", {}
    return str(key_id), found if isinstance(found, dict) else {}


@lru_cache(maxsize=_REMEMBERED)
def _is_signed_by(token: str, key_id: str) -> bool:
    # True for ever: only whether the key still counts is asked again.
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
    return b2a_base64(plain, newline=False).translate(_URL_SAFE).rstrip(b"=")
