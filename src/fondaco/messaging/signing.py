"""The signature on every delivery: ECDSA over P-256 with SHA-512, hex of the ASN.1 DER form (DOMAIN 1.6)."""

from __future__ import annotations

import base64
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.db import connection, transaction

from fondaco.audit.actor import Actor
from fondaco.audit.recording import record
from fondaco.kit import clock
from fondaco.messaging import events
from fondaco.messaging.errors import UnknownKey
from fondaco.messaging.models import EventSigningKey

SERVED_AFTER_RETIREMENT: Final = timedelta(days=30)
_CREATION_LOCK: Final = 0x464F_5349  # any fixed number; the same in every process
_FRESH_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True)
class Signer:
    """A loaded private key."""

    key_id: str
    key: ec.EllipticCurvePrivateKey

    def headers(self, body: bytes) -> dict[str, str]:
        """The two headers that prove ``body`` is ours."""
        signature = self.key.sign(body, ec.ECDSA(hashes.SHA512()))
        return {"X-Hub-Ecdsa-Signature": signature.hex(), "X-Hub-Ecdsa-Signature-Id": self.key_id}


@dataclass(frozen=True, slots=True)
class PublicForms:
    """The three ways a receiver may want the public key: base64 SPKI DER, base64 of the raw point, PEM."""

    spki: str
    raw: str
    pem: str


class SignerCache:
    """Keeps the current key in memory for half a minute, so that a rotation is noticed and signing asks no database."""

    def __init__(self) -> None:
        self._signer: Signer | None = None
        self._loaded_at = 0.0

    def get(self) -> Signer:
        """The signer to use now."""
        if self._signer is None or time.monotonic() - self._loaded_at > _FRESH_SECONDS:
            self._signer, self._loaded_at = load_signer(), time.monotonic()
        return self._signer


def load_signer() -> Signer:
    """The current key, made when there is none."""
    row = ensure_signing_key()
    key = serialization.load_der_private_key(bytes(row.private_key or b""), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError("event signing keys are on P-256")
    return Signer(key_id=row.pk.hex, key=key)


def ensure_signing_key() -> EventSigningKey:
    """The key that signs now; the first caller ever makes it."""
    found = _current()
    if found is not None:
        return found
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_CREATION_LOCK])
        return _current() or _make(Actor.system("dispatcher"))


def rotate_signing_key(*, actor: Actor) -> EventSigningKey:
    """Signs with a new key from now on; the old one is served for 30 more days, for what is under way."""
    with transaction.atomic(durable=True):
        EventSigningKey.objects.filter(retired_at=None).update(retired_at=clock.now())
        return _make(actor)


def get_public_key(key_id: UUID | None) -> EventSigningKey:
    """A key that partners may still need, by wire id."""
    found = EventSigningKey.objects.filter(pk=key_id).first() if key_id else None
    if found is None or (found.retired_at and found.retired_at + SERVED_AFTER_RETIREMENT < clock.now()):
        raise UnknownKey
    return found


def public_forms(row: EventSigningKey) -> PublicForms:
    """Every form of a key's public half."""
    key = serialization.load_der_public_key(base64.b64decode(row.public_key))
    raw = key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    pem = key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return PublicForms(spki=row.public_key, raw=base64.b64encode(raw).decode(), pem=pem.decode())


def _current() -> EventSigningKey | None:
    return EventSigningKey.objects.filter(retired_at=None).order_by("-id").first()


def _make(actor: Actor) -> EventSigningKey:
    key = ec.generate_private_key(ec.SECP256R1())
    private = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    row = EventSigningKey.objects.create(private_key=private, public_key=base64.b64encode(public).decode())
    record(events.SIGNING_KEY_CREATED, row, actor=actor)
    return row
