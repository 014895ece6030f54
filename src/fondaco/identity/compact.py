"""Our own JWTs, to and from their compact form, with nothing done twice.

A general library looks at header, key and algorithm for every token. We sign with one algorithm, and the header of a
token of ours is the same bytes as long as its key signs; so that is done once per key. The signature itself is most of
what a token costs, and AWS-LC makes and checks it in less than four fifths of OpenSSL's time (ADR 0041). That one was
found right is remembered: resource servers ask about the same token with every call.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from binascii import b2a_base64
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final

import msgspec
from awscrt.crypto import EC, ECRawSignature

from fondaco.identity import signing_keys
from fondaco.kit.recent import Recent

_HALF: Final = 32  # bytes of each number of a signature
_URL_SAFE: Final = bytes.maketrans(b"+/", b"-_")
_LONGEST: Final = 8192  # characters; ours are far shorter
_REMEMBERED: Final = 200_000  # tokens: one for each client that a process knows, of some 130 bytes each
_REMEMBERED_SECONDS: Final = 600.0  # as long as an access token lives
_found_right: Final = Recent(_REMEMBERED, seconds=_REMEMBERED_SECONDS)  # digests of whole tokens
_read: Final = msgspec.json.Decoder(dict[str, Any]).decode


def sign(claims: Mapping[str, Any], kind: str) -> str:
    """``claims`` signed with the present key; ``kind`` is the ``typ`` of the header."""
    key = signing_keys.signing_key()
    signed = _header(key.key_id, kind) + b"." + _segment(msgspec.json.encode(claims))
    signature = EC.decode_der_signature_to_padded_pair(key.signer.sign(sha256(signed).digest()), _HALF)
    return (signed + b"." + _segment(signature)).decode()


def peek(token: str) -> Mapping[str, Any]:
    """What a token claims, not believed before :func:`is_signed` said yes; empty when it cannot be read."""
    parts = token.split(".") if len(token) <= _LONGEST else []
    try:
        return _read(urlsafe_b64decode(parts[1] + "==")) if len(parts) == 3 else {}
    except (ValueError, RecursionError):
        return {}


def is_signed(token: str, kind: str) -> bool:
    """Whether a token is signed as :func:`sign` does it, with a key that is still published.

    No is no refusal: a token may be good and written otherwise. Who gets a no asks the library.
    """
    head, _dot, rest = token.partition(".")
    key = signing_keys.find_key(_key_id(head)) if token.isascii() and len(token) <= _LONGEST else None
    if key is None or head != _header(key.key_id, kind).decode():
        return False
    digest = sha256(token.encode()).digest()
    if digest in _found_right:
        return True
    claims, _dot, signature = rest.partition(".")
    is_right = _is_signed_by(key, f"{head}.{claims}".encode(), signature)
    if is_right:  # for ever: only whether the key still counts is asked again
        _found_right.add(digest)
    return is_right


def _is_signed_by(key: signing_keys.SigningKey, signed: bytes, signature: str) -> bool:
    try:
        raw = urlsafe_b64decode(signature + "==")
        if len(raw) != 2 * _HALF or _segment(raw) != signature.encode():
            return False
        der = EC.encode_raw_signature(ECRawSignature(r=raw[:_HALF], s=raw[_HALF:]))
        return bool(key.signer.verify(sha256(signed).digest(), der))
    except ValueError:
        return False


@lru_cache(maxsize=32)
def _key_id(head: str) -> str:
    try:
        return str(json.loads(urlsafe_b64decode(head + "=="))["kid"])
    except (ValueError, RecursionError, LookupError, TypeError):
        return ""


@lru_cache(maxsize=32)
def _header(key_id: str, kind: str) -> bytes:
    return _segment(msgspec.json.encode({"alg": signing_keys.ALGORITHM, "kid": key_id, "typ": kind}))


def _segment(plain: bytes) -> bytes:
    return b2a_base64(plain, newline=False).translate(_URL_SAFE).rstrip(b"=")
