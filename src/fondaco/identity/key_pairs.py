"""Key pairs that programs sign their assertions with, in the wire's forms (DOMAIN 1.4)."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from joserfc.jwk import ECKey, RSAKey

from fondaco.identity.errors import AlgorithmUnknown

ALGORITHMS: Final = ("ES256", "ES384", "ES512", "PS256", "PS384", "PS512")
_CURVES: Final[dict[str, type[ec.EllipticCurve]]] = {
    "ES256": ec.SECP256R1,
    "ES384": ec.SECP384R1,
    "ES512": ec.SECP521R1,
}
_RSA_BITS: Final = 3072


@dataclass(frozen=True, slots=True)
class KeyPair:
    """``private`` is base64 of PKCS#8 DER, ``public`` base64 of SPKI DER, both without line breaks or armour."""

    public: str
    private: str = field(repr=False)


def generate(algorithm: str) -> KeyPair:
    """A fresh pair for one of :data:`ALGORITHMS`; raises :class:`AlgorithmUnknown`."""
    if algorithm not in ALGORITHMS:
        raise AlgorithmUnknown(algorithm=algorithm)
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
    if curve := _CURVES.get(algorithm):
        key = ec.generate_private_key(curve())
    else:
        key = rsa.generate_private_key(public_exponent=65537, key_size=_RSA_BITS)
    return KeyPair(public=_spki(key), private=_pkcs8(key))


def import_public(public: str) -> ECKey | RSAKey:
    """The key behind a wire ``public_key``."""
    key = serialization.load_der_public_key(base64.b64decode(public))
    pem = key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return ECKey.import_key(pem) if isinstance(key, ec.EllipticCurvePublicKey) else RSAKey.import_key(pem)


def private_pem(private: str) -> str:
    """A wire ``private_key`` as most libraries and files want it: PEM, the same PKCS#8 in armour."""
    key = serialization.load_der_private_key(base64.b64decode(private), None)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return pem.decode()


def _pkcs8(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> str:
    der = key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return base64.b64encode(der).decode()


def _spki(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> str:
    der = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der).decode()
