"""The keys that sign our own tokens: in the database, sealed; in each process, remembered for a minute.

A key is published a week before it signs and until a day after it last signed, so that whoever keeps our key set for
a while never meets a token that they cannot verify.

There are two rings. ES256 signs all access tokens. RS256 signs the ID and logout tokens of clients that chose it: its
first key is made with the first such choice, and from then on it is renewed like the other.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Generic, TypeVar

from awscrt.crypto import EC
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from django.db import connection, transaction
from django.db.models import Manager
from joserfc.jwk import ECKey, RSAKey

from fondaco.catalog.models import IdTokenAlgorithm
from fondaco.identity.models import RsaSigningKey, SigningKeyRow, TokenSigningKey
from fondaco.kit import clock
from fondaco.kit.ids import new_id, parse_wire

ALGORITHM: Final = "ES256"  # of all access tokens
ID_TOKEN_ALGORITHMS: Final = tuple(each.value for each in IdTokenAlgorithm)
SIGNS_FOR: Final = timedelta(days=90)
PUBLISHED_BEFORE: Final = timedelta(days=7)
PUBLISHED_AFTER: Final = timedelta(days=1)
_RSA_BITS: Final = 2048  # NIST SP 800-57: enough until 2030 and beyond for a key of 90 days
_REMEMBERED_SECONDS: Final = 60.0
_RELOAD_PAUSE_SECONDS: Final = 1.0  # tokens with made-up key ids must not make us read the table each time
_MAKING_LOCK: Final = 0x4B45_5953  # any fixed number; the same in every process, the next one is the other ring's


@dataclass(frozen=True, slots=True)
class _Times:
    public_jwk: dict[str, Any]
    signs_from: datetime
    signs_until: datetime
    published_until: datetime


@dataclass(frozen=True, slots=True)
class SigningKey(_Times):
    """An ES256 key as a process uses it; ``key_id`` is the ``kid`` of the tokens."""

    key_id: str
    key: ECKey = field(repr=False)
    signer: EC = field(repr=False)


@dataclass(frozen=True, slots=True)
class RsaKey(_Times):
    """The same of an RS256 key."""

    key_id: str
    key: RSAKey = field(repr=False)


_Key = TypeVar("_Key", SigningKey, RsaKey)


class _Ring(Generic[_Key]):
    """What this process knows of one of the tables."""

    def __init__(
        self,
        rows: Manager[Any],
        algorithm: str,
        *,
        load: Callable[[SigningKeyRow], _Key],
        generate: Callable[[], ECKey | RSAKey],
        making_lock: int,
    ) -> None:
        self._rows, self._algorithm, self._making_lock = rows, algorithm, making_lock
        self._load: Callable[[SigningKeyRow], _Key] = load
        self._generate = generate
        self._lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        self._keys: dict[str, _Key] = {}
        self._signer: tuple[_Key, float] | None = None  # the last one, until when
        self._was_ever_made = False
        self._read_at = float("-inf")

    def find_last_signer(self) -> _Key | None:
        """The key that signed last, if it may sign again without a look at the table."""
        signer = self._signer  # once, for another thread that reads the table takes it away
        if signer is None or time.monotonic() - self._read_at > _REMEMBERED_SECONDS:
            return None
        return signer[0] if clock.epoch() < signer[1] else None

    def choose_signer(self) -> _Key:
        """The key to sign with now; makes one when there is none."""
        found = _signing_now(self.keys())
        if found is None:
            self.ensure()
            found = _signing_now(self.keys(at_most_old=0))
        if found is None:
            raise LookupError("there is no signing key although one was just made")
        self._signer = found, found.signs_until.timestamp()
        return found

    def keys(self, *, at_most_old: float = _REMEMBERED_SECONDS) -> dict[str, _Key]:
        with self._lock:
            if time.monotonic() - self._read_at > at_most_old:
                rows = self._rows.filter(published_until__gt=clock.now()).order_by("signs_from")
                self._keys = {row.pk.hex: self._keys.get(row.pk.hex) or self._load(row) for row in rows}
                self._was_ever_made = bool(self._keys) or self._rows.exists()
                self._signer = None
                self._read_at = time.monotonic()
            return self._keys

    def published(self) -> list[dict[str, Any]]:
        """The public JWKs, of future keys too, read afresh; makes the next one when it is time."""
        now = clock.now()
        if all(key.signs_until - now < PUBLISHED_BEFORE for key in self.keys(at_most_old=0).values()):
            self.ensure()
        return [key.public_jwk for key in self.keys(at_most_old=0).values() if key.published_until > now]

    def is_in_use(self, *, at_most_old: float = _REMEMBERED_SECONDS) -> bool:
        """Whether a key was ever made."""
        self.keys(at_most_old=at_most_old)
        return self._was_ever_made

    def ensure(self) -> None:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [self._making_lock])
            now = clock.now()
            newest = self._rows.filter(signs_until__gt=now).order_by("-signs_until").first()
            if newest is None:
                self._make(signs_from=now)
            elif newest.signs_until - now < PUBLISHED_BEFORE:
                self._make(signs_from=newest.signs_until)

    def _make(self, *, signs_from: datetime) -> None:
        key_id, key = new_id(), self._generate()
        public = key.as_dict(private=False)
        self._rows.create(
            id=key_id,
            private_key=key.as_der(private=True),
            public_jwk={**public, "kid": key_id.hex, "use": "sig", "alg": self._algorithm},
            signs_from=signs_from,
            signs_until=signs_from + SIGNS_FOR,
            published_until=signs_from + SIGNS_FOR + PUBLISHED_AFTER,
        )


def _load(row: SigningKeyRow) -> SigningKey:
    private = serialization.load_der_private_key(row.private_key or b"", password=None)
    if not isinstance(private, EllipticCurvePrivateKey):
        raise TypeError("a signing key is not of an elliptic curve")
    return SigningKey(
        *(row.public_jwk, row.signs_from, row.signs_until, row.published_until),
        key_id=row.pk.hex,
        key=ECKey.import_key(_pem(private)),
        signer=EC.new_key_from_der_data(_sec1(private)),
    )


def _load_rsa(row: SigningKeyRow) -> RsaKey:
    private = serialization.load_der_private_key(row.private_key or b"", password=None)
    if not isinstance(private, RSAPrivateKey):
        raise TypeError("a signing key is not of RSA")
    return RsaKey(
        *(row.public_jwk, row.signs_from, row.signs_until, row.published_until),
        key_id=row.pk.hex,
        key=RSAKey.import_key(_pem(private)),
    )


def _sec1(private: EllipticCurvePrivateKey) -> bytes:
    return private.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )


def _pem(private: EllipticCurvePrivateKey | RSAPrivateKey) -> bytes:
    return private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _signing_now(keys: dict[str, _Key]) -> _Key | None:
    # The earliest that is not over, even if it begins only now by the clock of another machine.
    now = clock.now()
    for key in keys.values():
        if now < key.signs_until:
            return key
    return None


_ring: Final = _Ring(
    TokenSigningKey.objects,
    ALGORITHM,
    load=_load,
    generate=lambda: ECKey.generate_key("P-256"),
    making_lock=_MAKING_LOCK,
)
_rsa_ring: Final = _Ring(
    RsaSigningKey.objects,
    IdTokenAlgorithm.RS256.value,
    load=_load_rsa,
    generate=lambda: RSAKey.generate_key(_RSA_BITS),
    making_lock=_MAKING_LOCK + 1,
)


def forget() -> None:
    """Drops what this process remembers; for tests, whose tables are emptied underneath."""
    _ring.forget()
    _rsa_ring.forget()


def signing_key() -> SigningKey:
    """The ES256 key to sign with now; makes one when there is none."""
    if (found := _ring.find_last_signer()) is not None:
        return found
    return _ring.choose_signer()


def rsa_signing_key() -> RsaKey:
    """The RS256 key to sign with now; makes one when there is none."""
    return _rsa_ring.find_last_signer() or _rsa_ring.choose_signer()


def find_key(key_id: str) -> SigningKey | None:
    """The published ES256 key with this ``kid``, which may verify an access token; a key that another process made is
    found at once."""
    found = _ring.keys().get(key_id) or _ring.keys(at_most_old=_RELOAD_PAUSE_SECONDS).get(key_id)
    return found if found is not None and found.published_until > clock.now() else None


def published_keys() -> list[dict[str, Any]]:
    """The public JWKs of the key set, of future keys too, read afresh.

    Whoever keeps the set for a while must know the key that signs meanwhile, so one is made here when none is there
    for the coming week: otherwise a house in which nothing happened for long would sign with a key nobody has seen.
    """
    return [*_ring.published(), *(_rsa_ring.published() if _rsa_ring.is_in_use(at_most_old=0) else [])]


def ensure_signing_key(algorithm: str = ALGORITHM) -> None:
    """Makes the first key, or the next one when the present one has less than a week left. Safe to repeat, anywhere."""
    (_rsa_ring if algorithm == IdTokenAlgorithm.RS256 else _ring).ensure()


def renew_keys() -> None:
    """The same for every algorithm that signs anything here."""
    _ring.ensure()
    if _rsa_ring.is_in_use(at_most_old=0):
        _rsa_ring.ensure()


def prepare() -> None:
    """Sees to it that a key is there for whatever is signed next.

    To be called before a transaction in which something is signed: a key made in one that fails would be remembered
    by this process, and sign tokens that nobody can verify.
    """
    signing_key()
    if _rsa_ring.is_in_use():
        rsa_signing_key()


def find_any_public_key(key_id: str) -> dict[str, Any] | None:
    """The public JWK with this ``kid`` of any key that ever signed, published still or no more."""
    found = parse_wire(key_id)
    for table in (TokenSigningKey, RsaSigningKey):
        jwk = table.objects.filter(pk=found).values_list("public_jwk", flat=True).first() if found else None
        if jwk is not None:
            return dict(jwk)
    return None
