"""The signature of Standard Webhooks (https://www.standardwebhooks.com), beside the ECDSA one. Pure.

``webhook-id`` is the event's id and the same in every try, ``webhook-timestamp`` the moment of the try in whole
seconds. What is signed is ``id.timestamp.body``: by HMAC-SHA256 with every secret of the app that is alive (``v1,…``)
and by every Ed25519 key of the platform that signs (``v1a,…``). A receiver needs one of them.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

SECRET_PREFIX: Final = "whsec_"  # noqa: S105 - what the specification lets secrets begin with
PUBLIC_KEY_PREFIX: Final = "whpk_"
SECRET_BYTES: Final = 32


def sign(
    body: bytes, *, message_id: str, at: datetime, keys: Sequence[Ed25519PrivateKey], shared: Sequence[bytes]
) -> dict[str, str]:
    """The three headers, in lower case as the specification writes them; none when there is nothing to sign with."""
    timestamp = str(int(at.timestamp()))
    content = b".".join([message_id.encode(), timestamp.encode(), body])
    signatures = [f"v1,{_base64(hmac.digest(secret, content, hashlib.sha256))}" for secret in shared]
    signatures += [f"v1a,{_base64(key.sign(content))}" for key in keys]
    if not signatures:
        return {}
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(signatures),
    }


def new_secret() -> bytes:
    """The bytes of a fresh secret."""
    return secrets.token_bytes(SECRET_BYTES)


def write_secret(secret: bytes) -> str:
    """A secret as partners get it."""
    return SECRET_PREFIX + _base64(secret)


def write_public_key(raw: bytes) -> str:
    """An Ed25519 public key as the specification writes it."""
    return PUBLIC_KEY_PREFIX + _base64(raw)


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()
