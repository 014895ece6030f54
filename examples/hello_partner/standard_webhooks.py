"""The other way to know that an event is from the platform: Standard Webhooks, with a shared secret or its public keys.

https://www.standardwebhooks.com has libraries that do this; it is written out here to show how little there is to it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import threading
import time
from collections.abc import Mapping

import httpx
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from hello_partner.signatures import KEEP_SECONDS, KeyUnavailableError, SignatureRefusedError, untrusted_root

TOLERANCE_SECONDS = 5 * 60
MOST_SIGNATURES = 10


class StandardWebhooks:
    """`secret` is the `whsec_…` from the portal; without one the platform's Ed25519 keys are fetched, once an hour."""

    def __init__(self, http: httpx.Client, platforms: frozenset[str], secret: str = "") -> None:
        self._http = http
        self._platforms = platforms
        self._secret = base64.b64decode(secret.removeprefix("whsec_"))
        self._lock = threading.Lock()
        self._keys: dict[str, tuple[list[Ed25519PublicKey], float]] = {}

    def verify(self, body: bytes, headers: Mapping[str, str]) -> str:
        """The root of the platform that signed these bytes. Raises SignatureRefusedError, KeyUnavailableError."""
        id_, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
        signatures = [each.partition(",")[::2] for each in headers.get("webhook-signature", "").split()]
        if not id_ or not timestamp.isdecimal() or abs(time.time() - int(timestamp)) > TOLERANCE_SECONDS:
            raise SignatureRefusedError("the webhook headers are missing, malformed or too old")
        root = untrusted_root(body)
        if root not in self._platforms:
            raise SignatureRefusedError("the event names a platform that is not in HELLO_PLATFORMS")
        content = b".".join([id_.encode(), timestamp.encode(), body])
        wanted = "v1" if self._secret else "v1a"
        offered = [signature for version, signature in signatures if version == wanted][:MOST_SIGNATURES]
        if not any(self._fits(root, content, signature) for signature in offered):
            raise SignatureRefusedError("no signature fits the body")
        return root

    def _fits(self, root: str, content: bytes, signature: str) -> bool:
        try:
            given = base64.b64decode(signature, validate=True)
        except (binascii.Error, ValueError):
            return False
        if self._secret:
            return hmac.compare_digest(hmac.digest(self._secret, content, hashlib.sha256), given)
        return any(is_signed_by(key, given, content) for key in self._get_keys(root))

    def _get_keys(self, root: str) -> list[Ed25519PublicKey]:
        with self._lock:
            keys, expires_at = self._keys.get(root, ([], 0.0))
        if time.monotonic() < expires_at:
            return keys
        try:
            answer = self._http.get(f"{root}/events/signature-keys").raise_for_status().json()
            rows = answer["_embedded"]["signature_keys"]
            raw = [base64.b64decode(row["public_key_raw"]) for row in rows if row["algorithm"] == "ed25519"]
            keys = [Ed25519PublicKey.from_public_bytes(each) for each in raw]
        except (httpx.HTTPError, KeyError, TypeError, ValueError) as error:
            raise KeyUnavailableError(str(error)) from error
        with self._lock:
            self._keys[root] = (keys, time.monotonic() + KEEP_SECONDS)
        return keys


def is_signed_by(key: Ed25519PublicKey, signature: bytes, content: bytes) -> bool:
    """Whether the key made this signature."""
    try:
        key.verify(signature, content)
    except InvalidSignature:
        return False
    return True
