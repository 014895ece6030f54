"""Signing a person in to an app: authorize, exchange, refresh, and every way it must fail (DOMAIN 3.3, 3.4, 4)."""

from __future__ import annotations

import base64
import hashlib
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.test import Client
from joserfc import jwt
from joserfc.jwk import KeySet
from tests.factories.accounts import SYSTEM, make_account, make_user
from tests.factories.identity import CALLBACK, SCOPES, make_program
from tests.http.idp.browser import Browser, returned
from tests.http.idp.pkce import CHALLENGE

from fondaco.identity import actions
from fondaco.identity.errors import TokenRefused
from fondaco.identity.models import AuthorizationCode, LoginSession
from fondaco.identity.tokens import verify_access_token
from fondaco.kit import clock

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"


def test_a_signed_in_person_goes_straight_back_with_code_and_state(browser: Browser) -> None:
    back = returned(browser.authorize(scope="openid", nonce="n-1"))
    assert back["state"] == "s t&=é"
    row = AuthorizationCode.objects.get()
    assert back["code"] not in str(AuthorizationCode.objects.values().get())
    assert (row.scope, row.nonce, row.redirect_uri) == ("openid", "n-1", CALLBACK)
    assert (row.family.user, row.family.client) == (browser.user, browser.program.client)


def test_the_exchange_answers_with_every_documented_field(browser: Browser) -> None:
    body = browser.tokens(scope="openid apps:read", nonce="n-1")
    session = LoginSession.objects.get()
    assert body == {
        "access_token": body["access_token"],
        "token_type": "Bearer",
        "expires_in": 600,
        "scope": "openid apps:read",
        "sid": session.pk.hex,
        "refresh_token": body["refresh_token"],
        "id_token": body["id_token"],
    }
    token = verify_access_token(body["access_token"])
    assert (token.user, token.session_id) == (browser.user, session.pk.hex)
    assert token.scopes == {"openid", "apps:read"}


def test_the_id_token_names_the_person(browser: Browser) -> None:
    with clock.freeze() as moment:
        body = browser.tokens(scope="openid", nonce="n-1")
    found = browser.client.get(f"/{browser.program.account.name}/.well-known/openid-configuration").json()
    keys = browser.client.get(urlsplit(found["jwks_uri"]).path).json()
    decoded = jwt.decode(body["id_token"], KeySet.import_key_set(keys), algorithms=["ES256"])
    session, now = LoginSession.objects.get(), int(moment.timestamp())
    assert decoded.header == {"alg": "ES256", "kid": keys["keys"][0]["kid"], "typ": "JWT"}
    assert decoded.claims == {
        "iss": found["issuer"],
        "sub": browser.user.pk,
        "aud": browser.program.issued.client_id,
        "iat": now,
        "exp": now + 3600,
        "auth_time": int(session.started_at.timestamp()),
        "at_hash": base64.urlsafe_b64encode(hashlib.sha256(body["access_token"].encode()).digest()[:16])
        .rstrip(b"=")
        .decode(),
        "sid": session.pk.hex,
        "name": browser.user.person.name,
        "email": browser.user.person.email,
        "nonce": "n-1",
    }
    with pytest.raises(TokenRefused):
        verify_access_token(body["id_token"])


def test_without_openid_there_is_no_id_token(browser: Browser) -> None:
    assert "id_token" not in browser.tokens(scope="apps:read")


def test_without_a_scope_all_that_was_granted_is_given(browser: Browser) -> None:
    body = browser.tokens(scope=None)
    assert body["scope"] == " ".join(SCOPES)
    assert "id_token" in body


def test_a_client_without_refresh_gets_no_refresh_token(client: Client) -> None:
    program = make_program(scopes=["openid"], grant_types=["authorization_code"])
    browser = Browser(program, make_user(program.account), client)
    browser.sign_in()
    body = browser.tokens()
    assert set(body) == {"access_token", "token_type", "expires_in", "scope", "sid", "id_token"}
    assert browser.refresh("fdr_x") == (400, {"error": "unauthorized_client", **_described(browser.refresh("fdr_x"))})


def _described(answer: tuple[int, dict[str, Any]]) -> dict[str, Any]:
    return {"error_description": answer[1]["error_description"]}


# Where there is nobody to go back to ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    [
        {"client_id": None},
        {"client_id": "0" * 32},
        {"client_id": "nonsense\0"},
        {"redirect_uri": None},
        {"redirect_uri": CALLBACK + "/"},
        {"redirect_uri": CALLBACK + "?a=b"},
        {"redirect_uri": CALLBACK.upper()},
        {"redirect_uri": "https://evil.example/cb"},
        {"redirect_uri": "https://evil.example/\"'\\é"},
        {"redirect_uri": [CALLBACK, "https://evil.example/cb"]},
        {"redirect_uri": [CALLBACK, CALLBACK]},
    ],
)
def test_a_bad_client_or_address_gets_a_page_and_no_redirect(browser: Browser, query: dict[str, Any]) -> None:
    answer = browser.authorize(**query)
    assert answer.status_code == 400
    assert "Location" not in answer
    assert not AuthorizationCode.objects.exists()


def test_clients_of_other_accounts_and_revoked_ones_are_unknown(browser: Browser) -> None:
    other = make_program()
    assert browser.authorize(client_id=other.issued.client_id).status_code == 400
    actions.revoke_client(actor=SYSTEM, client=browser.program.client)
    assert browser.authorize().status_code == 400
    assert not AuthorizationCode.objects.exists()


def test_an_unknown_account(browser: Browser) -> None:
    browser.base = "/nobody/oauth"
    assert browser.authorize().status_code == 404


def test_a_person_without_a_seat_gets_a_page_that_says_so(browser: Browser) -> None:
    stranger = make_user(make_account(company_name="Elsewhere"))
    browser.client.force_login(stranger.person)
    answer = browser.authorize()
    assert answer.status_code == 403
    assert stranger.person.email in answer.content.decode()
    assert "Harbour Bank" in answer.content.decode()
    browser.user.is_active = False
    browser.user.save()
    browser.sign_in()
    assert browser.authorize().status_code == 403
    assert not AuthorizationCode.objects.exists()


# Where the app is told ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ({"response_type": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_mode": "form_post"}, "invalid_request"),
        ({"request": "eyJhbGciOiJub25lIn0.e30."}, "request_not_supported"),
        ({"request_uri": "https://app.ledgerline.example/request"}, "request_uri_not_supported"),
        ({"registration": "{}"}, "registration_not_supported"),
        ({"scope": "contacts:read"}, "invalid_scope"),
        ({"scope": ["openid", "apps:read"]}, "invalid_request"),
        ({"nonce": "n" * 256}, "invalid_request"),
        ({"nonce": "n\0"}, "invalid_request"),
        ({"code_challenge": CHALLENGE}, "invalid_request"),
        ({"code_challenge": CHALLENGE, "code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "short", "code_challenge_method": "S256"}, "invalid_request"),
        ({"code_challenge_method": "S256"}, "invalid_request"),
    ],
)
def test_other_errors_go_back_with_the_state(browser: Browser, query: dict[str, Any], error: str) -> None:
    back = returned(browser.authorize(**query))
    assert (back["error"], back["state"]) == (error, "s t&=é")
    assert set(back) == {"error", "error_description", "state"}
    assert not AuthorizationCode.objects.exists()


def test_a_suspended_client_signs_nobody_in(browser: Browser) -> None:
    code, tokens = browser.code(), browser.tokens()
    actions.suspend_client(actor=SYSTEM, client=browser.program.client)
    assert returned(browser.authorize())["error"] == "access_denied"
    assert browser.exchange(code)[1]["error"] == "invalid_grant"
    assert browser.refresh(tokens["refresh_token"])[1]["error"] == "invalid_grant"
    with pytest.raises(TokenRefused):
        verify_access_token(tokens["access_token"])
    actions.resume_client(actor=SYSTEM, client=browser.program.client)
    assert browser.refresh(tokens["refresh_token"])[0] == 200


def test_a_client_without_the_grant(client: Client) -> None:
    program = make_program(grant_types=["client_credentials"])
    browser = Browser(program, make_user(program.account), client)
    browser.sign_in()
    assert returned(browser.authorize())["error"] == "unauthorized_client"


# Signing in first -----------------------------------------------------------------------------------------------------


def test_who_is_not_signed_in_comes_back_here_afterwards(browser: Browser) -> None:
    browser.client.logout()
    answer = browser.authorize(state="s1", scope="openid")
    address = urlsplit(answer["Location"])
    assert (answer.status_code, address.path, address.netloc) == (302, "/account/login/", "")
    resume = parse_qs(address.query)["next"][0]
    assert urlsplit(resume).path == f"{browser.base}/resume"
    browser.sign_in()
    page = browser.client.get(resume)
    assert page.status_code == 200
    assert page["Cache-Control"] == "no-store"
    seconds, _, target = page["Refresh"].partition("; url=")
    assert (seconds, urlsplit(target).path) == ("0", f"{browser.base}/authorize")
    back = returned(browser.client.get(target))
    assert (set(back), back["state"]) == ({"code", "state"}, "s1")


def test_silence_is_kept_when_the_app_asks_for_it(browser: Browser) -> None:
    for scope in ("openid", "apps:read", None):
        assert "code" in returned(browser.authorize(prompt="none", scope=scope))
    browser.client.logout()
    for scope in ("openid", "apps:read", None):
        assert returned(browser.authorize(prompt="none", scope=scope))["error"] == "login_required"


def test_a_session_ended_elsewhere_must_sign_in_again(browser: Browser) -> None:
    tokens = browser.tokens()
    session = LoginSession.objects.get()
    actions.end_login_session(actor=SYSTEM, session_id=session.pk)
    assert browser.authorize()["Location"].startswith("/account/login/")
    with pytest.raises(TokenRefused):
        verify_access_token(tokens["access_token"])
    assert browser.refresh(tokens["refresh_token"])[1]["error"] == "invalid_grant"


def test_a_form_is_asked_for_anew_in_the_address(browser: Browser) -> None:
    client, address = Client(enforce_csrf_checks=True), f"{browser.base}/authorize"
    client.force_login(browser.user.person)
    asked = {
        "client_id": browser.program.issued.client_id,
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "state": "s t&=é\r\nx",
        "scope": "openid",
    }
    answer = client.post(f"{address}?state=another", urlencode(asked), content_type=FORM)
    assert answer.status_code == 303
    assert answer["Location"] == f"{address}?{urlencode(asked)}"
    back = returned(client.get(answer["Location"]))
    assert (back["state"], set(back)) == (asked["state"], {"code", "state"})

    assert client.post(address, b"{}", content_type="application/json").status_code == 400
    asked["state"] = "x" * 8192
    assert client.post(address, urlencode(asked), content_type=FORM).status_code == 400
    assert AuthorizationCode.objects.count() == 1


def test_nothing_else_leads_to_a_code(browser: Browser) -> None:
    assert browser.client.head(f"{browser.base}/authorize").status_code == 405
    assert browser.client.put(f"{browser.base}/authorize").status_code == 405
