"""An app says by an ID token whom it expects to be signed in (OpenID Connect Core §3.1.2.1, ``id_token_hint``)."""

from __future__ import annotations

import base64
import hmac
import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from joserfc import jwt
from tests.factories.accounts import SYSTEM, make_account, make_user
from tests.factories.identity import make_program
from tests.http.idp.browser import Browser, returned

from fondaco.identity import actions, compact, signing_keys
from fondaco.identity.issuer import issuer
from fondaco.kit import clock

pytestmark = pytest.mark.django_db
_OTHERWISE = {
    "error": "login_required",
    "error_description": "Somebody else is signed in than id_token_hint names.",
    "state": "s t&=é",
}
_NO_HINT = {
    "error": "invalid_request",
    "error_description": "id_token_hint is no ID token of this issuer.",
    "state": "s t&=é",
}


def id_token(browser: Browser, algorithm: str = "ES256") -> str:
    with transaction.atomic():
        actions.choose_id_token_algorithm(actor=SYSTEM, client=browser.program.client, algorithm=algorithm)
    return str(browser.tokens(scope="openid")["id_token"])


@pytest.mark.parametrize("algorithm", ["ES256", "RS256"])
def test_who_is_expected_gets_a_code_also_long_after_the_token_and_its_key_ended(
    browser: Browser, algorithm: str
) -> None:
    hint = id_token(browser, algorithm)
    assert set(returned(browser.authorize(id_token_hint=hint, prompt="none"))) == {"code", "state"}
    with clock.travel(timedelta(days=200)):
        signing_keys.forget()
        browser.sign_in()
        assert hint.split(".")[0] not in json.dumps(signing_keys.published_keys())
        assert set(returned(browser.authorize(id_token_hint=hint))) == {"code", "state"}


@pytest.mark.parametrize("prompt", [None, "none"])
def test_the_app_hears_when_somebody_else_is_signed_in(browser: Browser, prompt: str | None) -> None:
    other = Browser(browser.program, make_user(browser.user.account), Client())
    other.sign_in()
    assert returned(other.authorize(id_token_hint=id_token(browser), prompt=prompt)) == _OTHERWISE


def test_who_is_not_signed_in_does_that_first_and_is_looked_at_then(browser: Browser) -> None:
    hint = id_token(browser)
    stranger = Browser(browser.program, make_user(browser.user.account), Client())
    assert returned(stranger.authorize(id_token_hint=hint, prompt="none"))["error"] == "login_required"
    assert stranger.authorize(id_token_hint=hint)["Location"].startswith("/account/login/?next=")
    stranger.sign_in()
    assert returned(stranger.authorize(id_token_hint=hint)) == _OTHERWISE


@pytest.mark.parametrize("algorithm", ["ES256", "RS256"])
def test_nothing_but_an_id_token_under_our_own_signature_is_a_hint(browser: Browser, algorithm: str) -> None:
    hint = id_token(browser, algorithm)
    signing_keys.ensure_signing_key("RS256")
    rsa, ec = signing_keys.rsa_signing_key(), signing_keys.signing_key()
    by = {"ES256": ec, "RS256": rsa}
    ours, (wrong,) = by[algorithm], set(by) - {algorithm}
    other = by[wrong]
    head, body, signature = hint.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    bad = [
        *("nonsense", "a.b.c", "..", "\0", "é", "x" * 9000),
        *(f"{hint}x", hint[:-4], f"{head}.{body}.", f"{body}.{body}."),
        compact.sign(claims, "at+jwt"),
        compact.sign(claims, "logout+jwt"),
        f"{head}.{_segment({**claims, 'sub': make_user(browser.user.account).pk})}.{signature}",
        f"{_segment({'alg': 'none', 'typ': 'JWT'})}.{body}.",
        f"{_segment({'alg': 'none', 'kid': ours.key_id, 'typ': 'JWT'})}.{body}.",
        # The other key, or the other algorithm, under either name.
        _sign({"alg": wrong, "kid": ours.key_id, "typ": "JWT"}, claims, other.key),
        f"{_segment({'alg': algorithm, 'kid': other.key_id, 'typ': 'JWT'})}.{body}.{signature}",
        f"{_segment({'alg': wrong, 'kid': ours.key_id, 'typ': 'JWT'})}.{body}.{signature}",
        _sign({"alg": "PS256", "kid": rsa.key_id, "typ": "JWT"}, claims, rsa.key),
        _sign({"alg": algorithm, "kid": "0" * 32, "typ": "JWT"}, claims, ours.key),
        _sign({"alg": algorithm, "typ": "JWT"}, claims, ours.key),
        *(
            _sign_by_hmac({"alg": "HS256", "kid": key.key_id, "typ": "JWT"}, claims, secret)
            for key in by.values()
            for secret in (key.key.as_pem(private=False), json.dumps(key.public_jwk).encode())
        ),
        # Under our own signature, but of nothing that was issued here.
        *(
            _sign({"alg": algorithm, "kid": ours.key_id, "typ": "JWT"}, {**claims, **change}, ours.key)
            for change in ({"iss": "https://evil.example"}, {"iss": issuer(make_account())}, {"sub": 7}, {"sub": None})
        ),
    ]
    for token in bad:
        assert returned(browser.authorize(id_token_hint=token)) == _NO_HINT, token
    assert returned(browser.authorize(id_token_hint=[hint, hint]))["error"] == "invalid_request"


def test_a_hint_may_be_of_another_client_of_the_account(browser: Browser) -> None:
    """The client that shows it need not be its audience."""
    hint = id_token(browser)
    elsewhere = Browser(make_program(browser.user.account), browser.user, browser.client)
    assert set(returned(elsewhere.authorize(id_token_hint=hint))) == {"code", "state"}


def _segment(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def _sign(header: dict[str, Any], claims: dict[str, Any], key: Any) -> str:
    return jwt.encode(header, claims, key, algorithms=[header["alg"]], default_type=None)


def _sign_by_hmac(header: dict[str, Any], claims: dict[str, Any], secret: bytes) -> str:
    """By hand, because the library refuses to take a public key for a shared secret."""
    signed = f"{_segment(header)}.{_segment(claims)}"
    mac = hmac.digest(secret, signed.encode(), "sha256")
    return f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"
