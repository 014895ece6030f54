"""Is this event really from the platform? ECDSA, SHA-512, over the raw body, with a key the platform publishes."""

from __future__ import annotations

import base64
import binascii
import json
import re
import threading
import time
from typing import Any

import httpx
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

SIGNATURE_HEADER = "X-Hub-Ecdsa-Signature"
KEY_ID_HEADER = "X-Hub-Ecdsa-Signature-Id"
KEY_ID_SHAPE = re.compile(r"[A-Za-z0-9_.-]{1,100}")
KEEP_SECONDS = 3600
# An unknown key id is remembered too, so that a stranger cannot make us ask the platform for every request.
KEEP_UNKNOWN_SECONDS = 10
MOST_KEYS = 1000


class SignatureRefusedError(Exception):
    """The event is not believed; nothing of it was kept."""


class KeyUnavailableError(Exception):
    """The key could not be fetched just now; the platform should deliver again."""


def untrusted_root(body: bytes) -> str:
    """The root that the body claims, good only for looking it up in our own list of platforms."""
    try:
        root = json.loads(body)["_links"]["root"]["href"]
    except (ValueError, KeyError, TypeError):
        raise SignatureRefusedError("the body has no _links.root.href") from None
    if not isinstance(root, str):
        raise SignatureRefusedError("_links.root.href is not a string")
    return root.rstrip("/")


class SignatureKeys:
    """Public keys by platform and id, fetched once and kept for an hour."""

    def __init__(self, http: httpx.Client, platforms: frozenset[str]) -> None:
        self._http = http
        self._platforms = platforms
        self._lock = threading.Lock()
        self._cache: dict[tuple[str, str], tuple[ec.EllipticCurvePublicKey | None, float]] = {}

    def verify(self, body: bytes, signature: str | None, key_id: str | None) -> str:
        """The root of the platform that signed these bytes. Raises SignatureRefusedError, KeyUnavailableError."""
        if not signature or not key_id or not KEY_ID_SHAPE.fullmatch(key_id):
            raise SignatureRefusedError("the signature headers are missing or malformed")
        root = untrusted_root(body)
        if root not in self._platforms:
            raise SignatureRefusedError("the event names a platform that is not in HELLO_PLATFORMS")
        key = self._get_key(root, key_id)
        if key is None:
            raise SignatureRefusedError("the platform does not know the signing key")
        try:
            key.verify(binascii.unhexlify(signature), body, ec.ECDSA(hashes.SHA512()))
        except (InvalidSignature, binascii.Error, ValueError):
            raise SignatureRefusedError("the signature does not fit the body") from None
        return root

    def _get_key(self, root: str, key_id: str) -> ec.EllipticCurvePublicKey | None:
        with self._lock:
            key, expires_at = self._cache.get((root, key_id), (None, 0.0))
        if time.monotonic() < expires_at:
            return key
        try:
            answer = self._http.get(f"{root}/events/signature-keys/{key_id}")
        except httpx.HTTPError as error:
            raise KeyUnavailableError(str(error)) from error
        if answer.status_code == httpx.codes.NOT_FOUND:
            key = None
        elif answer.is_success:
            key = read_public_key(answer.json())
        else:
            message = f"the key endpoint answered {answer.status_code}"
            raise KeyUnavailableError(message)
        with self._lock:
            if len(self._cache) >= MOST_KEYS:
                self._cache.clear()
            keep = KEEP_UNKNOWN_SECONDS if key is None else KEEP_SECONDS
            self._cache[(root, key_id)] = (key, time.monotonic() + keep)
        return key


def read_public_key(resource: dict[str, Any]) -> ec.EllipticCurvePublicKey:
    """The key resource's `public_key`: base64 of SPKI DER."""
    try:
        key = serialization.load_der_public_key(base64.b64decode(resource["public_key"], validate=True))
    except (KeyError, TypeError, ValueError) as error:
        raise KeyUnavailableError("the key endpoint's answer holds no readable public key") from error
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise KeyUnavailableError("the platform's signing key is not an elliptic-curve key")
    return key
