"""The token endpoint as programs meet it: every field of the answer, every row of the errors (DOMAIN 3.4)."""

from __future__ import annotations

import json
import logging
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta
from typing import Any
from urllib.parse import quote_plus

import pytest
from django.test import Client
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey
from tests.factories.accounts import SYSTEM, make_account
from tests.factories.identity import ASSERTION_TYPE, SCOPES, Program, make_program

from fondaco.identity import actions
from fondaco.identity.models import OAuthClient, SpentAssertion
from fondaco.identity.tokens import verify_access_token
from fondaco.kit import clock

pytestmark = pytest.mark.django_db


class Wire:
    """A partner's program at the token endpoint of its account."""

    def __init__(self, program: Program, client: Client) -> None:
        self.program = program
        self.client = client
        self.path = f"/{program.account.name}/oauth/token"

    def post(self, form: dict[str, Any], *, authorization: str = "", **extra: Any) -> tuple[int, dict[str, Any]]:
        headers = {"Authorization": authorization} if authorization else {}
        answer = self.client.post(
            self.path,
            "&".join(_encode(form)),
            content_type="application/x-www-form-urlencoded",
            headers=headers,
            **extra,
        )
        assert answer["Content-Type"] == "application/json"
        assert answer["Cache-Control"] == "no-store"
        self.headers = answer.headers
        return answer.status_code, answer.json()

    def basic(self, **form: Any) -> tuple[int, dict[str, Any]]:
        return self.post({"grant_type": "client_credentials", **form}, authorization=self.program.basic())

    def assert_with(self, assertion: str, **form: Any) -> tuple[int, dict[str, Any]]:
        return self.post(
            {
                "grant_type": "client_credentials",
                "client_assertion_type": ASSERTION_TYPE,
                "client_assertion": assertion,
                **form,
            }
        )


def _encode(form: dict[str, Any]) -> list[str]:
    pairs = [(name, each) for name, value in form.items() for each in (value if isinstance(value, list) else [value])]
    return [f"{quote_plus(name)}={quote_plus(value)}" for name, value in pairs]


@pytest.fixture
def wire(client: Client) -> Wire:
    return Wire(make_program(), client)


def test_basic_gives_account_level_access(wire: Wire) -> None:
    with clock.freeze() as moment:
        status, body = wire.basic()
    assert status == 200
    assert body == {
        "access_token": body["access_token"],
        "token_type": "Bearer",
        "expires_in": 600,
        "scope": " ".join(SCOPES),
    }
    token = verify_access_token(body["access_token"])
    assert (token.client, token.user, token.session_id) == (wire.program.client, None, "")
    assert token.account_id == wire.program.account.pk
    assert token.scopes == frozenset(SCOPES)
    keys = wire.client.get(f"/{wire.program.account.name}/.well-known/jwks.json").json()["keys"]
    decoded = jwt.decode(body["access_token"], ECKey.import_key(keys[0]), algorithms=["ES256"])
    assert decoded.header == {"alg": "ES256", "kid": keys[0]["kid"], "typ": "at+jwt"}
    issuer, now = f"http://127.0.0.1:8000/{wire.program.account.name}", int(moment.timestamp())
    assert decoded.claims == {
        "iss": issuer,
        "sub": wire.program.issued.client_id,
        "aud": "http://127.0.0.1:8000",
        "client_id": wire.program.issued.client_id,
        "account": wire.program.account.pk,
        "scope": " ".join(SCOPES),
        "iat": now,
        "exp": now + 600,
        "jti": decoded.claims["jti"],
    }
    assert "Set-Cookie" not in wire.headers


def test_the_form_may_carry_the_secret(wire: Wire) -> None:
    issued = wire.program.issued
    form = {"grant_type": "client_credentials", "client_id": issued.client_id, "client_secret": issued.client_secret}
    assert wire.post(form)[0] == 200
    assert wire.post({**form, "client_secret": "wrong"})[0] == 401


def test_fewer_scopes_may_be_asked_for(wire: Wire) -> None:
    status, body = wire.basic(scope="apps:read openid apps:read")
    assert (status, body["scope"]) == (200, "apps:read openid")
    assert verify_access_token(body["access_token"]).scopes == {"apps:read", "openid"}


@pytest.mark.parametrize("scope", ["contacts:read", "apps:read contacts:write", "nonsense", "APPS:READ"])
def test_more_scopes_than_granted_are_refused(wire: Wire, scope: str) -> None:
    status, body = wire.basic(scope=scope)
    assert (status, body["error"]) == (400, "invalid_scope")
    assert set(body) == {"error", "error_description"}


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({}, "invalid_request"),
        ({"grant_type": ""}, "invalid_request"),
        ({"grant_type": ["client_credentials", "client_credentials"]}, "invalid_request"),
        ({"grant_type": "client_credentials", "scope": ["apps:read", "openid"]}, "invalid_request"),
        ({"grant_type": "password", "username": "a", "password": "b"}, "unsupported_grant_type"),
        ({"grant_type": 'x"\\é\0'}, "unsupported_grant_type"),
        ({"grant_type": "authorization_code"}, "invalid_request"),
        ({"grant_type": "authorization_code", "code": "nonsense"}, "invalid_grant"),
        ({"grant_type": "refresh_token"}, "invalid_request"),
        ({"grant_type": "refresh_token", "refresh_token": "nonsense\0é"}, "invalid_grant"),
    ],
)
def test_errors_of_the_request(wire: Wire, form: dict[str, Any], error: str) -> None:
    status, body = wire.post(form, authorization=wire.program.basic())
    assert (status, body["error"]) == (400, error)
    assert set(body) == {"error", "error_description"}


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Basic",
        "Basic !!!",
        "Basic Zm9v",
        "Basic /w==",
        "Basic OmE=",
        "Bearer abc",
        "Basic " + "YTpi" * 2000,
        "Digest x",
    ],
)
def test_no_or_broken_authentication(wire: Wire, authorization: str) -> None:
    status, body = wire.post({"grant_type": "client_credentials"}, authorization=authorization)
    assert (status, body["error"]) == (401, "invalid_client")
    assert wire.headers["WWW-Authenticate"].startswith("Basic ")


def test_wrong_secret_and_unknown_client_look_the_same(wire: Wire) -> None:
    form = {"grant_type": "client_credentials"}
    wrong = wire.post(form, authorization=wire.program.basic(secret="fdc_wrong"))
    unknown = wire.post(form, authorization=wire.program.basic(client_id="0" * 32))
    assert wrong == unknown
    assert wrong == (401, {"error": "invalid_client", "error_description": "Client authentication failed."})


def test_two_ways_of_authentication_are_one_too_many(wire: Wire) -> None:
    status, body = wire.post(
        {"grant_type": "client_credentials", "client_secret": wire.program.issued.client_secret},
        authorization=wire.program.basic(),
    )
    assert (status, body["error"]) == (400, "invalid_request")


def test_a_second_client_id_must_be_the_same(wire: Wire) -> None:
    assert wire.basic(client_id=wire.program.issued.client_id)[0] == 200
    assert wire.basic(client_id="0" * 32)[0] == 401


def test_a_client_belongs_to_its_own_account_s_issuer(wire: Wire) -> None:
    other = make_account()
    wire.path = f"/{other.name}/oauth/token"
    assert wire.basic()[0] == 401
    assert wire.assert_with(wire.program.assertion())[0] == 401
    wire.path = "/nobody/oauth/token"
    assert wire.basic()[0] == 404


def test_suspended_clients_still_get_account_level_tokens(wire: Wire) -> None:
    actions.suspend_client(actor=SYSTEM, client=wire.program.client)
    assert wire.basic()[0] == 200


def test_revoked_clients_get_nothing(wire: Wire) -> None:
    actions.revoke_client(actor=SYSTEM, client=wire.program.client)
    status, body = wire.basic()
    assert (status, body["error"]) == (401, "invalid_client")
    assert wire.assert_with(wire.program.assertion())[0] == 401


def test_a_set_past_its_overlap_gets_nothing(wire: Wire) -> None:
    row = wire.program.issued.set
    row.expires_at = clock.now() + timedelta(minutes=1)
    row.save(update_fields=["expires_at"])
    assert wire.basic()[0] == 200
    with clock.travel(timedelta(minutes=1)):
        assert wire.basic()[0] == 401


def test_a_grant_the_client_does_not_have(client: Client) -> None:
    wire = Wire(make_program(grant_types=["authorization_code"]), client)
    status, body = wire.basic()
    assert (status, body["error"]) == (400, "unauthorized_client")


def test_only_forms_are_read_and_only_posted_ones(wire: Wire) -> None:
    answer = wire.client.post(
        wire.path,
        json.dumps({"grant_type": "client_credentials"}),
        content_type="application/json",
        headers={"Authorization": wire.program.basic()},
    )
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert wire.client.get(wire.path).status_code == 405
    strict = Wire(wire.program, Client(enforce_csrf_checks=True))
    assert strict.basic()[0] == 200


def test_parameters_in_the_address_do_not_count(wire: Wire) -> None:
    wire.path += "?grant_type=client_credentials"
    assert wire.post({}, authorization=wire.program.basic())[1]["error"] == "invalid_request"


def test_use_is_noted_at_most_once_a_minute(wire: Wire) -> None:
    with clock.freeze() as moment:
        wire.basic()
        assert OAuthClient.objects.get().last_used_at == moment
        with clock.travel(timedelta(seconds=59)):
            wire.basic()
        assert OAuthClient.objects.get().last_used_at == moment
        with clock.travel(timedelta(seconds=60)):
            wire.basic()
        assert OAuthClient.objects.get().last_used_at == moment + timedelta(seconds=60)


def test_repeated_failures_are_slowed_down_for_that_client_and_address_only(wire: Wire) -> None:
    wrong = wire.program.basic(secret="fdc_wrong")
    form = {"grant_type": "client_credentials"}
    with clock.freeze():
        for _ in range(10):
            assert wire.post(form, authorization=wrong)[0] == 401
        status, body = wire.post(form, authorization=wrong)
        assert (status, body["error"]) == (429, "invalid_client")
        assert int(wire.headers["Retry-After"]) == 30
        assert wire.post(form, authorization=wrong, REMOTE_ADDR="192.0.2.9")[0] == 401
        assert wire.post(form, authorization=wire.program.basic(client_id="0" * 32))[0] == 401
        assert wire.basic()[0] == 200
        with clock.travel(timedelta(seconds=30)):
            assert wire.post(form, authorization=wrong)[0] == 401


def test_no_secret_gets_into_the_log(wire: Wire, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    _status, body = wire.basic()
    wire.post({"grant_type": "client_credentials"}, authorization=wire.program.basic(secret="fdc_wrong_secret"))
    assertion = wire.program.assertion()
    wire.assert_with(assertion)
    for secret in (body["access_token"], wire.program.issued.client_secret, "fdc_wrong_secret", assertion):
        assert secret not in caplog.text


# Signed assertions ----------------------------------------------------------------------------------------------------


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
