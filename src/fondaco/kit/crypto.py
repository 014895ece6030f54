"""Secrets: sealed when they must be read again, keyed hashes when they are only ever compared.

A sealed value is an envelope: the plain text under AES-256-GCM with a fresh data key, and that data key wrapped, also
with AES-256-GCM, by the current master key of ``settings.MASTER_KEYS``. Rotating the master key therefore rewraps
48 bytes and never touches the plain text.

    version (1) ‖ length of key id (1) ‖ key id ‖ wrap nonce (12) ‖ wrapped data key (48) ‖ nonce (12) ‖ ciphertext
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import zlib
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

_VERSION = 1
_NONCE = 12
_WRAPPED = 32 + 16  # a data key and its GCM tag
_CHECKSUM = 6
_BLOCK = 64  # bytes that SHA-256 takes in at once
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


class SealBroken(Exception):
    """A sealed value cannot be opened: damaged, moved from another place, or sealed by a key that is gone."""


@dataclass(frozen=True, slots=True)
class _Envelope:
    key_id: str
    wrapped: bytes  # wrap nonce and wrapped data key
    content: bytes  # nonce and ciphertext


def seal(plain: bytes, *, context: str) -> bytes:
    """Seals ``plain`` under the current master key. ``context`` names where the value lives; only there it opens."""
    data_key = secrets.token_bytes(32)
    nonce = secrets.token_bytes(_NONCE)
    content = nonce + AESGCM(data_key).encrypt(nonce, plain, context.encode())
    return _pack(_wrap(data_key, content))


def unseal(sealed: bytes, *, context: str) -> bytes:
    """The plain bytes; raises :class:`SealBroken`."""
    envelope = _unpack(sealed)
    data_key = _unwrap(envelope)
    try:
        return AESGCM(data_key).decrypt(envelope.content[:_NONCE], envelope.content[_NONCE:], context.encode())
    except InvalidTag:
        raise SealBroken("the value was damaged or belongs to another place") from None


def rewrap(sealed: bytes) -> bytes:
    """The same sealed value under the current master key; unchanged when it already is."""
    envelope = _unpack(sealed)
    if envelope.key_id == _current_key_id():
        return sealed
    return _pack(_wrap(_unwrap(envelope), envelope.content))


def current_prefix() -> bytes:
    """The bytes every value sealed by the current master key begins with."""
    key_id = _current_key_id().encode()
    return bytes([_VERSION, len(key_id)]) + key_id


def keyed_hash(secret: str) -> str:
    """``key id:hex`` of HMAC-SHA256 under the current hash key. For machine-made secrets, never for passwords."""
    key_id, key = next(iter(settings.HASH_KEYS.items()))
    return _hash(key_id, key, secret)


def keyed_hashes(secret: str) -> list[str]:
    """The hash under every key of the ring, current first: what to look a stored secret up by."""
    return [_hash(key_id, key, secret) for key_id, key in settings.HASH_KEYS.items()]


def verify_hash(secret: str, stored: str) -> bool:
    """Whether ``stored`` is the hash of ``secret`` under the key of the ring that it names.

    Takes the same time either way, also when there is no such key or nothing is stored.
    """
    keys = settings.HASH_KEYS
    key_id = stored.partition(":")[0]
    if key_id not in keys:
        key_id = next(iter(keys))
    return hmac.compare_digest(_hash(key_id, keys[key_id], secret).encode(), stored.encode())


def new_secret(prefix: str = "", bytes: int = 32) -> str:  # noqa: A002 - the word of the house
    """A fresh URL-safe secret: ``prefix``, ``bytes`` random bytes in base64url, six characters of checksum.

    Prefix and checksum let a secret scanner tell our secrets from noise without asking us.
    """
    body = prefix + base64.urlsafe_b64encode(secrets.token_bytes(bytes)).rstrip(b"=").decode()
    return body + _checksum(body)


def is_well_formed_secret(secret: str, prefix: str = "") -> bool:
    """Whether the checksum holds; a mistyped or foreign secret is refused without a query."""
    body, checksum = secret[:-_CHECKSUM], secret[-_CHECKSUM:]
    return body.startswith(prefix) and len(body) > len(prefix) and checksum == _checksum(body)


def _current_key_id() -> str:
    return next(iter(settings.MASTER_KEYS))


def _wrap(data_key: bytes, content: bytes) -> _Envelope:
    key_id = _current_key_id()
    nonce = secrets.token_bytes(_NONCE)
    wrapped = AESGCM(settings.MASTER_KEYS[key_id]).encrypt(nonce, data_key, b"data key")
    return _Envelope(key_id, nonce + wrapped, content)


def _unwrap(envelope: _Envelope) -> bytes:
    key = settings.MASTER_KEYS.get(envelope.key_id)
    if key is None:
        raise SealBroken(f"sealed by the master key {envelope.key_id!r}, which is not in FONDACO_MASTER_KEYS")
    try:
        return AESGCM(key).decrypt(envelope.wrapped[:_NONCE], envelope.wrapped[_NONCE:], b"data key")
    except InvalidTag:
        raise SealBroken("the data key was damaged, or the master key has another value than before") from None


def _pack(envelope: _Envelope) -> bytes:
    key_id = envelope.key_id.encode()
    return bytes([_VERSION, len(key_id)]) + key_id + envelope.wrapped + envelope.content


def _unpack(sealed: bytes) -> _Envelope:
    sealed = bytes(sealed)
    if len(sealed) < 2 or sealed[0] != _VERSION:
        raise SealBroken("this is not a sealed value")
    wrapped_at = 2 + sealed[1]
    content_at = wrapped_at + _NONCE + _WRAPPED
    if len(sealed) < content_at + _NONCE + 16:
        raise SealBroken("the sealed value was cut off")
    key_id = sealed[2:wrapped_at].decode(errors="replace")
    return _Envelope(key_id, sealed[wrapped_at:content_at], sealed[content_at:])


def _hash(key_id: str, key: bytes, secret: str) -> str:
    inner, outer = _keyed(key)
    inner, outer = inner.copy(), outer.copy()
    inner.update(secret.encode())
    outer.update(inner.digest())
    return f"{key_id}:{outer.hexdigest()}"


@lru_cache(maxsize=32)
def _keyed(key: bytes) -> tuple[hashlib._Hash, hashlib._Hash]:
    """The two halves of HMAC (RFC 2104) that have taken in the key already: most of the work for a short secret."""
    padded = (hashlib.sha256(key).digest() if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
    return hashlib.sha256(padded.translate(hmac.trans_36)), hashlib.sha256(padded.translate(hmac.trans_5C))


def _checksum(body: str) -> str:
    value, digits = zlib.crc32(body.encode()), ""
    for _ in range(_CHECKSUM):
        value, digit = divmod(value, len(_ALPHABET))
        digits = _ALPHABET[digit] + digits
    return digits
