"""Attacks of the security best current practice, by section of RFC 9700, and what becomes of them here."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from django.test import Client
from pytest_django.fixtures import Settings
from tests.factories.accounts import PASSWORD, SYSTEM, make_account, make_person, make_user
from tests.factories.identity import CALLBACK, make_program
from tests.factories.installs import make_completed
from tests.http.idp.browser import Browser, returned
from tests.http.idp.pkce import VERIFIER, WITH_CHALLENGE

from fondaco.identity import actions
from fondaco.identity.errors import TokenRefused
from fondaco.identity.models import AuthorizationCode, CredentialSet, TokenFamily
from fondaco.identity.tokens import issue_access_token, verify_access_token
from fondaco.kit.ids import is_short_id, parse_wire

pytestmark = pytest.mark.django_db
OTHER = "https://app.ledgerline.example/other/cb"


@pytest.fixture
def twofold(client: Client) -> Browser:
    """An app that has registered two addresses."""
    program = make_program(redirect_uris=[CALLBACK, OTHER])
    browser = Browser(program, make_user(program.account), client)
    browser.sign_in()
    return browser


# §2.1 and §4.1 Redirect addresses -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        CALLBACK + "?",
        CALLBACK + "#",
        CALLBACK + "/../cb",
        CALLBACK + "%2F..",
        CALLBACK.replace("/cb", "//cb"),
        CALLBACK.replace("https", "HTTPS"),
        CALLBACK.replace("app.", "APP."),
        CALLBACK.replace("example/", "example:443/"),
        CALLBACK.replace("https://", "https://evil@"),
        CALLBACK.replace("example/", "example@evil.example/"),
        CALLBACK.replace("example/", "example.evil.example/"),
        CALLBACK.replace("example/", "example\\@evil.example/"),
        CALLBACK.replace("https", "http"),
        "//app.ledgerline.example/sso/cb",
        "/sso/cb",
        "javascript:alert(1)",
        "data:text/html,x",
        CALLBACK + " ",
        " " + CALLBACK,
        CALLBACK + "\r\nLocation: https://evil.example",
        CALLBACK + "\0",
        CALLBACK + "é",
    ],
)
def test_section_4_1_only_what_is_registered_letter_by_letter(browser: Browser, address: str) -> None:
    answer = browser.authorize(redirect_uri=address)
    assert answer.status_code == 400
    assert "Location" not in answer
    assert "Refresh" not in answer
    assert not AuthorizationCode.objects.exists()


def test_section_4_1_a_code_for_one_address_is_none_for_the_other(twofold: Browser) -> None:
    code = twofold.code()
    refused = {"error": "invalid_grant", "error_description": "Invalid 'redirect_uri' in request."}
    assert twofold.exchange(code, redirect_uri=OTHER) == (400, refused)
    assert twofold.token(grant_type="authorization_code", code=code) == (400, refused)
    assert twofold.exchange(code)[0] == 200


def test_section_4_1_addresses_of_another_client_of_the_account(browser: Browser) -> None:
    make_program(browser.program.account, redirect_uris=[OTHER])
    assert browser.authorize(redirect_uri=OTHER).status_code == 400


# §4.2, §4.12, §4.16 What pages on the way give away -------------------------------------------------------------------


def test_section_4_2_no_page_tells_its_address_to_another(browser: Browser) -> None:
    assert browser.authorize()["Referrer-Policy"] == "no-referrer"
    assert browser.client.get(f"{browser.base}/resume?code=x")["Referrer-Policy"] == "no-referrer"


def test_section_4_12_redirects_are_302_so_that_no_password_is_posted_on(browser: Browser) -> None:
    assert browser.authorize().status_code == 302
    browser.user.person.set_password(PASSWORD)
    browser.user.person.save()
    browser.client.logout()
    resume = parse_qs(urlsplit(browser.authorize()["Location"]).query)["next"][0]
    form = {"login": browser.user.person.email, "password": PASSWORD, "next": resume}
    answer = browser.client.post("/account/login/", form)
    assert (answer.status_code, answer["Location"]) == (302, resume)


def test_section_4_16_no_page_on_the_way_can_be_framed(browser: Browser) -> None:
    stranger = make_user(make_account())
    pages = [browser.authorize(client_id="0" * 32), browser.client.get(f"{browser.base}/resume")]
    browser.client.force_login(stranger.person)
    pages.append(browser.authorize())
    browser.client.logout()
    pages.append(browser.client.get("/account/login/"))
    assert [page.status_code for page in pages] == [400, 200, 403, 200]
    for page in pages:
        assert page["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in page["Content-Security-Policy"]


# §4.4 Mix-up ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("query", [{}, {"scope": "nonsense"}, {"response_type": "token"}, {"prompt": "none login"}])
def test_section_4_4_every_response_names_its_issuer(browser: Browser, query: dict[str, str]) -> None:
    found = browser.client.get(f"/{browser.program.account.name}/.well-known/openid-configuration").json()
    assert found["authorization_response_iss_parameter_supported"] is True
    back = parse_qs(urlsplit(browser.authorize(**query)["Location"]).query)
    assert back["iss"] == [found["issuer"]]


def test_section_4_4_silence_and_suspension_name_it_too(browser: Browser) -> None:
    issuer = f"http://127.0.0.1:8000/{browser.program.account.name}"
    actions.suspend_client(actor=SYSTEM, client=browser.program.client)
    assert f"iss={quote(issuer, safe='')}" in browser.authorize()["Location"]
    actions.resume_client(actor=SYSTEM, client=browser.program.client)
    browser.client.logout()
    assert f"iss={quote(issuer, safe='')}" in browser.authorize(prompt="none")["Location"]


def test_section_4_4_the_app_cannot_choose_the_issuer(browser: Browser) -> None:
    back = parse_qs(urlsplit(browser.authorize(iss="https://evil.example")["Location"]).query)
    assert back["iss"] == [f"http://127.0.0.1:8000/{browser.program.account.name}"]


# §4.5, §4.8 Codes that were stolen, and PKCE that was left out --------------------------------------------------------


def test_section_4_5_a_stolen_code_is_worth_nothing_to_another_client(browser: Browser) -> None:
    thief = make_program(browser.program.account)
    code = browser.code(**WITH_CHALLENGE)
    for form in ({}, {"code_verifier": VERIFIER}, {"client_id": browser.program.issued.client_id}):
        status, body = browser.exchange(code, program=thief, **form)
        assert body["error"] in {"invalid_grant", "invalid_client"}
        assert status in {400, 401}
    assert browser.exchange(code, code_verifier=VERIFIER)[0] == 200


def test_section_4_5_a_code_that_was_tried_wrongly_is_not_spent_by_that(browser: Browser) -> None:
    """Else anybody who saw a code could spoil it for its owner."""
    code = browser.code(**WITH_CHALLENGE)
    assert browser.exchange(code, code_verifier="w" * 43)[1] == {
        "error": "invalid_grant",
        "error_description": "The code_verifier does not fit the code_challenge.",
    }
    assert browser.exchange(code, code_verifier=VERIFIER)[0] == 200


def test_section_4_5_a_code_shown_twice_ends_the_tokens_of_the_second_client_too(browser: Browser) -> None:
    code = browser.code(scope="openid")
    _status, first = browser.exchange(code)
    _status, renewed = browser.refresh(first["refresh_token"])
    assert browser.exchange(code)[1]["error"] == "invalid_grant"
    for token in (first["access_token"], renewed["access_token"]):
        with pytest.raises(TokenRefused):
            verify_access_token(token)
    assert browser.refresh(renewed["refresh_token"])[1]["error"] == "invalid_grant"
    assert TokenFamily.objects.get().ended_at is not None


def test_section_4_8_a_verifier_for_a_code_without_challenge_is_refused(browser: Browser) -> None:
    code = browser.code()
    status, body = browser.exchange(code, code_verifier=VERIFIER)
    assert (status, body["error"]) == (400, "invalid_request")
    assert browser.exchange(code)[0] == 200


@pytest.mark.parametrize("method", ["plain", "s256", "S512", "S256 plain", ""])
def test_section_4_8_no_other_method_of_pkce(browser: Browser, method: str) -> None:
    back = returned(browser.authorize(**{**WITH_CHALLENGE, "code_challenge_method": method}))
    assert back["error"] == "invalid_request"
    assert not AuthorizationCode.objects.exists()


# §4.10 Tokens for somebody else ---------------------------------------------------------------------------------------


def test_section_4_10_a_token_is_for_one_api(browser: Browser, settings: Settings) -> None:
    token = browser.tokens()["access_token"]
    verify_access_token(token)
    settings.API_ROOT = "https://api.elsewhere.example"
    with pytest.raises(TokenRefused):
        verify_access_token(token)


def test_section_4_10_a_client_that_moved_to_another_account_takes_no_token_along(browser: Browser) -> None:
    token = browser.tokens()["access_token"]
    browser.program.client.account = make_account()
    browser.program.client.save()
    with pytest.raises(TokenRefused):
        verify_access_token(token)


# §4.11 Open redirects -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("query", [{"prompt": "none"}, {"scope": "nonsense"}, {"response_type": "x"}, {"max_age": "x"}])
def test_section_4_11_an_error_is_no_way_out_for_an_unknown_client(browser: Browser, query: dict[str, str]) -> None:
    for wrong in ({"client_id": "0" * 32}, {"redirect_uri": "https://evil.example/"}):
        assert browser.authorize(**query, **wrong).status_code == 400
        browser.client.logout()
        assert browser.authorize(**query, **wrong).status_code == 400
        browser.sign_in()


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example/", "/\\evil.example/", "http:evil.example", "javascript:alert(1)"],
)
def test_section_4_11_nor_is_the_sign_in_page(client: Client, target: str) -> None:
    user = make_user(person=make_person(password=PASSWORD))
    form = {"login": user.person.email, "password": PASSWORD, "next": target}
    answer = client.post(f"/account/login/?next={quote(target)}", form)
    assert (answer.status_code, answer["Location"]) == (302, "/home")
    answer = client.post(f"/account/reauthenticate/?next={quote(target)}", {"password": PASSWORD, "next": target})
    assert (answer.status_code, answer["Location"]) == (302, "/home")


@pytest.mark.parametrize("query", ["url=https://evil.example", "//evil.example", "\r\nSet-Cookie:a=b", "a=1;url=x"])
def test_section_4_11_nor_the_page_between(browser: Browser, query: str) -> None:
    answer = browser.client.get(f"{browser.base}/resume?{quote(query, safe='=/:;')}")
    assert answer["Refresh"].startswith(f"0; url={browser.base}/authorize?")
    assert "\r" not in answer["Refresh"]


# §4.14 Refresh tokens, §4.15 clients that look like people ------------------------------------------------------------


def test_section_4_14_a_refresh_token_cannot_be_used_by_another_client(browser: Browser) -> None:
    thief = make_program(browser.program.account)
    tokens = browser.tokens()
    form: dict[str, Any] = {"client_id": browser.program.issued.client_id}
    assert browser.refresh(tokens["refresh_token"], program=thief)[1]["error"] == "invalid_grant"
    assert browser.refresh(tokens["refresh_token"], program=thief, **form)[1]["error"] == "invalid_client"
    assert browser.refresh(tokens["refresh_token"])[0] == 200


def test_section_4_15_no_client_is_called_like_a_person(browser: Browser) -> None:
    assert parse_wire(browser.program.issued.client_id) is not None
    assert is_short_id(browser.user.pk)
    token = browser.token(grant_type="client_credentials")[1]["access_token"]
    assert verify_access_token(token).user is None


# An installation that is suspended, and one that is gone --------------------------------------------------------------


def test_a_suspended_installation_signs_nobody_in_but_still_answers(client: Client) -> None:
    installation = make_completed()
    credentials = CredentialSet.objects.select_related("client__account").get(client=installation.client)
    user = installation.installed_by
    base = f"/{installation.account.name}/oauth"
    client.force_login(user.person)
    query = {
        "client_id": credentials.wire_client_id,
        "redirect_uri": installation.client.redirect_uris[0],
        "response_type": "code",
    }
    assert "code" in parse_qs(urlsplit(client.get(f"{base}/authorize", query)["Location"]).query)
    actions.suspend_client(actor=SYSTEM, client=installation.client)
    back = parse_qs(urlsplit(client.get(f"{base}/authorize", query)["Location"]).query)
    assert back["error"] == ["access_denied"]
    assert AuthorizationCode.objects.count() == 1
    token = issue_access_token(credentials=credentials, scope="apps:read")
    assert verify_access_token(token).client == installation.client
    actions.revoke_client(actor=SYSTEM, client=installation.client)
    assert client.get(f"{base}/authorize", query).status_code == 400
    with pytest.raises(TokenRefused):
        verify_access_token(token)
