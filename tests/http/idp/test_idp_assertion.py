"""Signed assertions: what proves a client at the token endpoint, and what only looks like it (DOMAIN 3.4)."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from joserfc.jwk import ECKey, OctKey
from tests.factories.identity import ASSERTION_TYPE, SCOPES, make_program
from tests.http.idp.wire import Wire

from fondaco.identity.models import SpentAssertion
from fondaco.identity.tokens import verify_access_token
from fondaco.kit import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def wire(client: Client) -> Wire:
    return Wire(make_program(), client)


@pytest.mark.parametrize("algorithm", ["ES256", "ES384", "ES512", "PS256", "PS384", "PS512"])
def test_a_signed_assertion_gives_the_same(client: Client, algorithm: str) -> None:
    wire = Wire(make_program(algorithm=algorithm), client)
    status, body = wire.assert_with(wire.program.assertion())
    assert (status, body["token_type"], body["expires_in"], body["scope"]) == (200, "Bearer", 600, " ".join(SCOPES))
    assert verify_access_token(body["access_token"]).client == wire.program.client


@pytest.mark.parametrize("shape", ["text", "list", "slash", "more"])
def test_the_audience_may_have_these_shapes(wire: Wire, shape: str) -> None:
    url = f"http://127.0.0.1:8000/{wire.program.account.name}/oauth/token"
    audience = {"text": url, "list": [url], "slash": url + "/", "more": ["https://elsewhere.example", url + "/"]}
    assert wire.assert_with(wire.program.assertion(aud=audience[shape]))[0] == 200


def test_a_short_life_and_a_little_skew_are_fine(wire: Wire) -> None:
    now = int(clock.now().timestamp())
    for iat, exp in ((now, now + 30), (now - 630, now - 30), (now + 50, now + 600), (now, now + 600)):
        assert wire.assert_with(wire.program.assertion(iat=iat, exp=exp))[0] == 200
    assert wire.assert_with(wire.program.assertion(iat=None))[0] == 200


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"iss": "0" * 32}, "iss and sub"),
        ({"iss": None}, "iss and sub"),
        ({"aud": "https://elsewhere.example/oauth/token"}, "aud"),
        ({"aud": None}, "aud"),
        ({"aud": []}, "aud"),
        ({"aud": [7, None]}, "aud"),
        ({"jti": None}, "jti"),
        ({"jti": ""}, "jti"),
        ({"jti": "x" * 256}, "jti"),
        ({"jti": 7}, "jti"),
        ({"exp": None}, "exp"),
        ({"exp": "soon"}, "exp"),
        ({"exp": True}, "exp"),
        ({"exp": 1e300}, "exp"),
        ({"iat": "now"}, "exp"),
    ],
)
def test_claims_that_are_refused(wire: Wire, claims: dict[str, Any], why: str) -> None:
    status, body = wire.assert_with(wire.program.assertion(**claims))
    assert (status, body["error"]) == (401, "invalid_client")
    assert why in body["error_description"]
    assert not SpentAssertion.objects.exists()


@pytest.mark.parametrize(
    ("iat", "exp", "why"),
    [
        (-400, -61, "expired"),
        (0, 661, "longer"),
        (-30, 571, "longer"),
        (61, 300, "future"),
    ],
)
def test_times_that_are_refused(wire: Wire, iat: int, exp: int, why: str) -> None:
    with clock.freeze() as moment:
        now = int(moment.timestamp())
        status, body = wire.assert_with(wire.program.assertion(iat=now + iat, exp=now + exp))
    assert (status, body["error"]) == (401, "invalid_client")
    assert why in body["error_description"]


def test_an_expired_assertion(wire: Wire) -> None:
    assertion = wire.program.assertion()
    with clock.travel(timedelta(minutes=7)):
        assert wire.assert_with(assertion)[0] == 401


def test_a_replayed_assertion(wire: Wire) -> None:
    assertion = wire.program.assertion()
    assert wire.assert_with(assertion)[0] == 200
    status, body = wire.assert_with(assertion)
    assert (status, body) == (
        401,
        {"error": "invalid_client", "error_description": "The assertion was used before."},
    )


def test_an_assertion_is_spent_even_when_the_request_fails(wire: Wire) -> None:
    assertion = wire.program.assertion()
    assert wire.assert_with(assertion, scope="nonsense")[0] == 400
    assert wire.assert_with(assertion)[0] == 401


def test_two_clients_may_choose_the_same_jti(wire: Wire, client: Client) -> None:
    other = Wire(make_program(), client)
    assert wire.assert_with(wire.program.assertion(jti="1"))[0] == 200
    assert other.assert_with(other.program.assertion(jti="1"))[0] == 200


def test_signatures_that_prove_nothing(wire: Wire) -> None:
    good = wire.program.assertion()
    head, claims, signature = good.split(".")
    stranger = ECKey.generate_key("P-256")
    public = wire.program.issued.public_key
    forged = [
        wire.program.assertion(key=stranger),
        wire.program.assertion(header={"kid": "0" * 32}),
        wire.program.assertion(header={"kid": None}),
        _unsigned(head, claims),
        f"{head}.{claims}.",
        f"{head}.{claims}.{signature[:-6]}AAAAAA",
        f"{head}.{claims}",
        "",
        "é",
        "a.b.c",
        "x" * 9000,
        # the public key as an HMAC secret, the oldest trick there is
        wire.program.assertion(header={"alg": "HS256"}, key=OctKey.import_key(public)),  # type: ignore[arg-type]
    ]
    for assertion in forged:
        status, body = wire.assert_with(assertion, scope="apps:read")
        assert (status, body["error"]) in ((401, "invalid_client"), (429, "invalid_client")), assertion
    assert not SpentAssertion.objects.exists()
    assert wire.assert_with(good)[0] == 200


def _unsigned(head: str, claims: str) -> str:
    header = json.loads(urlsafe_b64decode(head + "=="))
    none = urlsafe_b64encode(json.dumps({**header, "alg": "none"}).encode()).rstrip(b"=").decode()
    return f"{none}.{claims}."


def test_another_assertion_type(wire: Wire) -> None:
    status, body = wire.assert_with(wire.program.assertion(), client_assertion_type="urn:x")
    assert (status, body["error"]) == (401, "invalid_client")
    assert wire.post({"grant_type": "client_credentials", "client_assertion_type": ASSERTION_TYPE})[0] == 401


def test_an_assertion_in_the_name_of_another_client(wire: Wire) -> None:
    other = make_program(wire.program.account)
    forged = wire.program.assertion(iss=other.issued.client_id, sub=other.issued.client_id)
    assert wire.assert_with(forged)[0] == 401
    forged = wire.program.assertion(
        iss=other.issued.client_id, sub=other.issued.client_id, header={"kid": other.issued.key_id}
    )
    assert wire.assert_with(forged)[0] == 401
