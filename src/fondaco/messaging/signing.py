"""The signatures on every delivery, and the platform's keys behind them.

ECDSA over P-256 with SHA-512, hex of the ASN.1 DER form (DOMAIN 1.6), and those of Standard Webhooks (``webhooks``).
"""

from __future__ import annotations

import base64
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from uuid import UUID

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, QuerySet

from fondaco.audit.actor import Actor
from fondaco.audit.recording import record
from fondaco.kit import clock, deadlines
from fondaco.messaging import events, webhooks
from fondaco.messaging.errors import UnknownKey
from fondaco.messaging.models import EventSigningKey, SigningAlgorithm

SERVED_AFTER_RETIREMENT: Final = timedelta(days=30)
SIGNS_AFTER_RETIREMENT: Final = timedelta(days=7)
_CREATION_LOCK: Final = 0x464F_5349  # any fixed number; the same in every process
_FRESH_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True)
class Signer:
    """Loaded private keys: the one of the ECDSA signature, and those of Standard Webhooks.

    ``shared`` are the secrets of the app that everything is for, if it is only one.
    """

    key_id: str
    key: ec.EllipticCurvePrivateKey
    ed25519: tuple[Ed25519PrivateKey, ...] = ()
    shared: tuple[bytes, ...] = field(default=(), repr=False)

    def headers(self, body: bytes, *, message_id: UUID, secrets: Sequence[bytes] | None = None) -> dict[str, str]:
        """The headers that prove ``body`` is ours; ``secrets`` are the app's own, in place of ``shared``."""
        shared = self.shared if secrets is None else secrets
        signature = self.key.sign(body, ec.ECDSA(hashes.SHA512()))
        return {
            "X-Hub-Ecdsa-Signature": signature.hex(),
            "X-Hub-Ecdsa-Signature-Id": self.key_id,
            **webhooks.sign(body, message_id=message_id.hex, at=clock.now(), keys=self.ed25519, shared=shared),
        }


@dataclass(frozen=True, slots=True)
class PublicForms:
    """The ways a receiver may want the public key: base64 SPKI DER, base64 of the raw key, PEM.

    ``standard`` is how Standard Webhooks writes an Ed25519 key, empty of others.
    """

    spki: str
    raw: str
    pem: str
    standard: str = ""


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
    """The keys that sign now, made when there are none."""
    row = ensure_signing_key()
    key = _load(row)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError("ECDSA keys are on P-256")
    ensure_signing_key(SigningAlgorithm.ED25519)
    loaded = [_load(each) for each in _signing_ed25519()]
    return Signer(row.pk.hex, key, tuple(each for each in loaded if isinstance(each, Ed25519PrivateKey)))


def ensure_signing_key(algorithm: SigningAlgorithm = SigningAlgorithm.ECDSA) -> EventSigningKey:
    """The newest key; the first caller ever makes it."""
    found = _current(algorithm)
    if found is not None:
        return found
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_CREATION_LOCK])
        return _current(algorithm) or _make(Actor.system("dispatcher"), algorithm)


def rotate_signing_key(*, actor: Actor, algorithm: SigningAlgorithm = SigningAlgorithm.ECDSA) -> EventSigningKey:
    """Signs with a new key from now on; the old one is served for 30 more days, for what is under way.

    ECDSA signatures name their key, Standard Webhooks do not: there the old key goes on signing beside the new one
    for a week, until every receiver has asked for the keys again.
    """
    with transaction.atomic(durable=True):
        return replace_key(actor, algorithm)


def replace_key(actor: Actor, algorithm: SigningAlgorithm, *, reason: str = "") -> EventSigningKey:
    """The same as a step."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_CREATION_LOCK])
    retired = EventSigningKey.objects.filter(retired_at=None, algorithm=algorithm)
    replaced = [key.hex for key in retired.values_list("pk", flat=True)]
    retired.update(retired_at=clock.now())
    return _make(actor, algorithm, replaced=replaced, reason=reason)


@deadlines.recurring("signing_keys.rotate", every=timedelta(days=1))
def rotate_old_keys() -> None:
    """A key signs for a year."""
    for algorithm in SigningAlgorithm:
        found = _current(algorithm)
        if found is not None and found.created_at + settings.SIGNING_KEYS_ROTATE_EVERY <= clock.now():
            replace_key(Actor.system("sweeper"), algorithm)


def list_public_keys() -> list[EventSigningKey]:
    """Every key that is served, the newest first."""
    served = Q(retired_at=None) | Q(retired_at__gt=clock.now() - SERVED_AFTER_RETIREMENT)
    return list(EventSigningKey.objects.filter(served).order_by("-id"))


def get_public_key(key_id: UUID | None) -> EventSigningKey:
    """A key that partners may still need, by wire id."""
    found = EventSigningKey.objects.filter(pk=key_id).first() if key_id else None
    if found is None or (found.retired_at and found.retired_at + SERVED_AFTER_RETIREMENT < clock.now()):
        raise UnknownKey
    return found


def public_forms(row: EventSigningKey) -> PublicForms:
    """Every form of a key's public half."""
    key = serialization.load_der_public_key(base64.b64decode(row.public_key))
    pem = key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
    if row.algorithm == SigningAlgorithm.ED25519:
        raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        return PublicForms(row.public_key, base64.b64encode(raw).decode(), pem, webhooks.write_public_key(raw))
    raw = key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    return PublicForms(row.public_key, base64.b64encode(raw).decode(), pem)


def _current(algorithm: SigningAlgorithm) -> EventSigningKey | None:
    return EventSigningKey.objects.filter(retired_at=None, algorithm=algorithm).order_by("-id").first()


def _signing_ed25519() -> QuerySet[EventSigningKey]:
    signs = Q(retired_at=None) | Q(retired_at__gt=clock.now() - SIGNS_AFTER_RETIREMENT)
    return EventSigningKey.objects.filter(signs, algorithm=SigningAlgorithm.ED25519).order_by("-id")


def _load(row: EventSigningKey) -> PrivateKeyTypes:
    return serialization.load_der_private_key(bytes(row.private_key or b""), password=None)


def _make(
    actor: Actor, algorithm: SigningAlgorithm, *, replaced: Sequence[str] = (), reason: str = ""
) -> EventSigningKey:
    is_ecdsa = algorithm == SigningAlgorithm.ECDSA
    key = ec.generate_private_key(ec.SECP256R1()) if is_ecdsa else Ed25519PrivateKey.generate()
    private = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    row = EventSigningKey.objects.create(
        algorithm=algorithm, private_key=private, public_key=base64.b64encode(public).decode()
    )
    data = {"algorithm": algorithm.value, "replaced": list(replaced), "reason": reason}
    record(events.SIGNING_KEY_CREATED, row, actor=actor, data=data)
    return row
