"""The token endpoint as programs meet it: every field of the answer, every row of the errors (DOMAIN 3.4)."""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from joserfc import jwt
from joserfc.jwk import ECKey
from tests.factories.accounts import SYSTEM, make_account
from tests.factories.identity import SCOPES, make_program
from tests.http.idp.wire import Wire

from fondaco.identity import actions
from fondaco.identity.models import CredentialSet
from fondaco.identity.tokens import verify_access_token
from fondaco.kit import clock

pytestmark = pytest.mark.django_db


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
        assert CredentialSet.objects.get().last_used_at == moment
        with clock.travel(timedelta(seconds=59)):
            wire.basic()
        assert CredentialSet.objects.get().last_used_at == moment
        with clock.travel(timedelta(seconds=60)):
            wire.basic()
        assert CredentialSet.objects.get().last_used_at == moment + timedelta(seconds=60)


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
