"""The keys that sign our own tokens: in the database, sealed; in each process, remembered for a minute.

A key is published a week before it signs and until a day after it last signed, so that whoever keeps our key set for
a while never meets a token that they cannot verify.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from django.db import connection, transaction
from joserfc.jwk import ECKey

from fondaco.identity.models import TokenSigningKey
from fondaco.kit import clock
from fondaco.kit.ids import new_id

ALGORITHM: Final = "ES256"
SIGNS_FOR: Final = timedelta(days=90)
PUBLISHED_BEFORE: Final = timedelta(days=7)
PUBLISHED_AFTER: Final = timedelta(days=1)
_REMEMBERED_SECONDS: Final = 60.0
_RELOAD_PAUSE_SECONDS: Final = 1.0  # tokens with made-up key ids must not make us read the table each time
_MAKING_LOCK: Final = 0x4B45_5953  # any fixed number; the same in every process


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key as a process uses it; ``key_id`` is the ``kid`` of the tokens."""

    key_id: str
    key: ECKey = field(repr=False)
    private_key: EllipticCurvePrivateKey = field(repr=False)
    public_jwk: dict[str, Any]
    signs_from: datetime
    signs_until: datetime
    published_until: datetime


class _Ring:
    """What this process knows of the table."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        self._keys: dict[str, SigningKey] = {}
        self.signer: tuple[SigningKey, float] | None = None  # the last one, until when
        self._read_at = float("-inf")

    def find_last_signer(self) -> SigningKey | None:
        """The key that signed last, if it may sign again without a look at the table."""
        if self.signer is None or time.monotonic() - self._read_at > _REMEMBERED_SECONDS:
            return None
        return self.signer[0] if clock.epoch() < self.signer[1] else None

    def keys(self, *, at_most_old: float = _REMEMBERED_SECONDS) -> dict[str, SigningKey]:
        with self._lock:
            if time.monotonic() - self._read_at > at_most_old:
                rows = TokenSigningKey.objects.filter(published_until__gt=clock.now()).order_by("signs_from")
                self._keys = {row.pk.hex: self._keys.get(row.pk.hex) or _load(row) for row in rows}
                self.signer = None
                self._read_at = time.monotonic()
            return self._keys


_ring = _Ring()


def forget() -> None:
    """Drops what this process remembers; for tests, whose tables are emptied underneath."""
    _ring.forget()


def signing_key() -> SigningKey:
    """The key to sign with now; makes one when there is none."""
    if (found := _ring.find_last_signer()) is not None:
        return found
    found = _signing_now(_ring.keys())
    if found is None:
        ensure_signing_key()
        found = _signing_now(_ring.keys(at_most_old=0))
    if found is None:
        raise LookupError("there is no signing key although one was just made")
    _ring.signer = found, found.signs_until.timestamp()
    return found


def find_key(key_id: str) -> SigningKey | None:
    """The published key with this ``kid``; a key that another process made is found at once."""
    found = _ring.keys().get(key_id) or _ring.keys(at_most_old=_RELOAD_PAUSE_SECONDS).get(key_id)
    return found if found is not None and found.published_until > clock.now() else None


def published_keys() -> list[dict[str, Any]]:
    """The public JWKs of the key set, of future keys too, read afresh.

    Whoever keeps the set for a while must know the key that signs meanwhile, so one is made here when none is there
    for the coming week: otherwise a house in which nothing happened for long would sign with a key nobody has seen.
    """
    now = clock.now()
    if all(key.signs_until - now < PUBLISHED_BEFORE for key in _ring.keys(at_most_old=0).values()):
        ensure_signing_key()
    return [key.public_jwk for key in _ring.keys(at_most_old=0).values() if key.published_until > now]


def ensure_signing_key() -> None:
    """Makes the first key, or the next one when the present one has less than a week left. Safe to repeat, anywhere."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_MAKING_LOCK])
        now = clock.now()
        newest = TokenSigningKey.objects.filter(signs_until__gt=now).order_by("-signs_until").first()
        if newest is None:
            _make(signs_from=now)
        elif newest.signs_until - now < PUBLISHED_BEFORE:
            _make(signs_from=newest.signs_until)


def _make(*, signs_from: datetime) -> None:
    key_id = new_id()
    key = ECKey.generate_key("P-256")
    public = key.as_dict(private=False)
    TokenSigningKey.objects.create(
        id=key_id,
        private_key=key.as_der(private=True),
        public_jwk={**public, "kid": key_id.hex, "use": "sig", "alg": ALGORITHM},
        signs_from=signs_from,
        signs_until=signs_from + SIGNS_FOR,
        published_until=signs_from + SIGNS_FOR + PUBLISHED_AFTER,
    )


def _load(row: TokenSigningKey) -> SigningKey:
    private = serialization.load_der_private_key(row.private_key or b"", password=None)
    if not isinstance(private, EllipticCurvePrivateKey):
        raise TypeError("a signing key is not of an elliptic curve")
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return SigningKey(
        key_id=row.pk.hex,
        key=ECKey.import_key(pem),
        private_key=private,
        public_jwk=row.public_jwk,
        signs_from=row.signs_from,
        signs_until=row.signs_until,
        published_until=row.published_until,
    )


def _signing_now(keys: dict[str, SigningKey]) -> SigningKey | None:
    # The earliest that is not over, even if it begins only now by the clock of another machine.
    now = clock.now()
    for key in keys.values():
        if now < key.signs_until:
            return key
    return None
