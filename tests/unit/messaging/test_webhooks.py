"""Signatures of Standard Webhooks: the specification's own example, and what the example partner believes."""

from __future__ import annotations

import base64
import json
import time
from datetime import UTC, datetime

import httpx
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fondaco.messaging.webhooks import new_secret, sign, write_public_key, write_secret
from hello_partner.signatures import KeyUnavailableError, SignatureRefusedError
from hello_partner.standard_webhooks import StandardWebhooks

ROOT = "https://api.fondaco.example"
BODY = json.dumps({"_links": {"root": {"href": ROOT}}}).encode()


def test_the_example_of_the_specification() -> None:
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    at = datetime.fromtimestamp(1614265330, UTC)
    headers = sign(b'{"test": 2432232314}', message_id="msg_p5jXN8AQM9LWM0D4loKWxJek", at=at, keys=[], shared=[secret])
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_every_key_and_secret_signs_and_nothing_is_said_without_any() -> None:
    keys, shared = [Ed25519PrivateKey.generate() for _ in range(2)], [new_secret() for _ in range(2)]
    headers = signed(keys, shared)
    versions = [each.partition(",")[0] for each in headers["webhook-signature"].split()]
    assert versions == ["v1", "v1", "v1a", "v1a"]
    assert signed([], []) == {}
    assert write_secret(b"\xff" * 24) == "whsec_" + "/" * 32
    assert write_public_key(b"\0" * 32) == "whpk_" + "A" * 43 + "="


def test_the_example_partner_believes_either_of_two_secrets() -> None:
    shared = [new_secret() for _ in range(2)]
    headers = signed([], shared)
    for secret in shared:
        assert receiver(write_secret(secret)).verify(BODY, headers) == ROOT
    refused(receiver(write_secret(new_secret())), BODY, headers)
    refused(receiver(write_secret(shared[0])), BODY + b" ", headers)
    refused(receiver(write_secret(shared[0])), BODY, {**headers, "webhook-id": "other"})
    refused(receiver(write_secret(shared[0])), BODY, {})
    old = {**headers, "webhook-timestamp": str(int(headers["webhook-timestamp"]) - 301)}
    refused(receiver(write_secret(shared[0])), BODY, old)


def test_the_example_partner_believes_the_platforms_keys_old_and_new() -> None:
    old, new, strange = (Ed25519PrivateKey.generate() for _ in range(3))
    served = receiver(keys=[new, old])
    assert served.verify(BODY, signed([old], [])) == served.verify(BODY, signed([strange, new], [])) == ROOT
    refused(served, BODY, signed([strange], []))
    refused(served, BODY, {**signed([new], []), "webhook-signature": "v1a,☃ v1a, v2,x nonsense"})
    with pytest.raises(KeyUnavailableError):
        receiver(status=503).verify(BODY, signed([old], []))
    elsewhere = StandardWebhooks(httpx.Client(), frozenset({"https://other.example"}))
    refused(elsewhere, BODY, signed([new], []))


def signed(keys: list[Ed25519PrivateKey], shared: list[bytes]) -> dict[str, str]:
    now = datetime.fromtimestamp(time.time(), UTC)
    return sign(BODY, message_id="e" * 32, at=now, keys=keys, shared=shared)


def receiver(secret: str = "", *, keys: list[Ed25519PrivateKey] | None = None, status: int = 200) -> StandardWebhooks:
    """A partner's program whose platform serves these keys."""
    rows = [{"algorithm": "ed25519", "public_key_raw": base64.b64encode(raw(key)).decode()} for key in keys or []] + [
        {"algorithm": "ecdsa", "public_key_raw": "AAAA"}
    ]

    def answer(request: httpx.Request) -> httpx.Response:
        assert str(request.url) == f"{ROOT}/events/signature-keys"
        return httpx.Response(status, json={"_embedded": {"signature_keys": rows}})

    http = httpx.Client(transport=httpx.MockTransport(answer))
    return StandardWebhooks(http, frozenset({ROOT}), secret)


def raw(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def refused(served: StandardWebhooks, body: bytes, headers: dict[str, str]) -> None:
    with pytest.raises(SignatureRefusedError):
        served.verify(body, headers)
