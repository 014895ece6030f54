"""An app that wants the person to prove again who they are: ``prompt=login`` and ``max_age`` (OpenID Connect Core)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from joserfc import jwt
from joserfc.jwk import KeySet
from tests.factories.accounts import PASSWORD, code_of, make_operator, make_person, make_user
from tests.factories.identity import make_program
from tests.http.idp.browser import Browser, returned

from fondaco.identity.models import AuthorizationCode, LoginSession
from fondaco.kit import clock

pytestmark = pytest.mark.django_db
LOGIN, AGAIN = "/account/login/", "/account/reauthenticate/"


@pytest.fixture
def browser(client: Client) -> Browser:
    """An agent with a password, signed in by the sign-in page."""
    program = make_program()
    browser = Browser(program, make_user(program.account, role="agent", person=make_person(password=PASSWORD)), client)
    sign_in(browser)
    return browser


def sign_in(browser: Browser, target: str = "/home") -> Any:
    return browser.client.post(
        f"{LOGIN}?next={target}", {"login": browser.user.person.email, "password": PASSWORD, "next": target}
    )


def asked_at(answer: Any) -> tuple[str, str]:
    """The page that the person was sent to, and where it leads."""
    assert answer.status_code == 302
    assert answer["Cache-Control"] == "no-store"
    address = urlsplit(answer["Location"])
    return address.path, parse_qs(address.query)["next"][0]


def go_on(browser: Browser, resume: str) -> Any:
    """What the app's request gets after the page that leads to ``resume``."""
    assert urlsplit(resume).path == f"{browser.base}/resume"
    return browser.client.get(browser.client.get(resume)["Refresh"].partition("; url=")[2])


def prove(browser: Browser, resume: str, password: str = PASSWORD) -> Any:
    return browser.client.post(AGAIN, {"password": password, "next": resume})


def test_the_password_is_asked_again_and_the_session_stays(browser: Browser) -> None:
    page, resume = asked_at(browser.authorize(prompt="login"))
    assert page == AGAIN
    assert prove(browser, resume)["Location"] == resume
    assert set(returned(go_on(browser, resume))) == {"code", "state"}
    assert LoginSession.objects.get().ended_at is None
    assert asked_at(browser.authorize(prompt="login"))[0] == AGAIN


def test_coming_back_without_the_password_asks_again(browser: Browser) -> None:
    _page, resume = asked_at(browser.authorize(prompt="login"))
    assert asked_at(go_on(browser, resume))[0] == AGAIN
    assert prove(browser, resume, password="wrong-horse-battery").status_code == 200
    assert asked_at(go_on(browser, resume))[0] == AGAIN
    assert not AuthorizationCode.objects.exists()


def test_a_proof_for_one_request_is_none_for_another(browser: Browser) -> None:
    _page, resume = asked_at(browser.authorize(prompt="login", state="one"))
    prove(browser, resume)
    assert asked_at(browser.authorize(prompt="login", state="two"))[0] == AGAIN


def test_who_is_not_signed_in_signs_in_once(browser: Browser) -> None:
    browser.client.logout()
    page, resume = asked_at(browser.authorize(prompt="login"))
    assert page == LOGIN
    sign_in(browser, resume)
    assert set(returned(go_on(browser, resume))) == {"code", "state"}


def test_the_id_token_tells_when(browser: Browser) -> None:
    session = LoginSession.objects.get()
    session.started_at = clock.now() - timedelta(hours=2)
    session.save(update_fields=["started_at"])
    records = browser.client.session
    records["account_authentication_methods"] = [{"method": "password", "at": session.started_at.timestamp()}]
    records.save()
    assert auth_time(browser, browser.code(scope="openid")) == int(session.started_at.timestamp())
    assert asked_at(browser.authorize(max_age="3600"))[0] == AGAIN
    assert set(returned(browser.authorize(max_age="9000"))) == {"code", "state"}
    _page, resume = asked_at(browser.authorize(max_age="3600", scope="openid"))
    prove(browser, resume)
    code = returned(go_on(browser, resume))["code"]
    assert abs(auth_time(browser, code) - clock.now().timestamp()) < 60
    assert set(returned(browser.authorize(max_age="3600"))) == {"code", "state"}


def auth_time(browser: Browser, code: str) -> int:
    keys = browser.client.get(f"/{browser.program.account.name}/.well-known/jwks.json").json()
    _status, body = browser.exchange(code)
    return int(jwt.decode(body["id_token"], KeySet.import_key_set(keys), algorithms=["ES256"]).claims["auth_time"])


def test_no_age_at_all_is_like_the_prompt(browser: Browser) -> None:
    _page, resume = asked_at(browser.authorize(max_age="0"))
    prove(browser, resume)
    assert set(returned(go_on(browser, resume))) == {"code", "state"}


def test_silence_and_proof_together_are_refused_or_answered_with_login_required(browser: Browser) -> None:
    assert returned(browser.authorize(prompt="none login"))["error"] == "invalid_request"
    assert returned(browser.authorize(prompt="none", max_age="0"))["error"] == "login_required"


@pytest.mark.parametrize("max_age", ["soon", "-1", "1.5", "²", "9" * 10, "1\0"])
def test_an_age_that_is_no_number(browser: Browser, max_age: str) -> None:
    assert returned(browser.authorize(max_age=max_age))["error"] == "invalid_request"


@pytest.mark.parametrize("has_factor", [True, False])
def test_who_owes_a_second_factor_shows_it_before_an_app_signs_them_in(browser: Browser, has_factor: bool) -> None:
    make_operator(person=browser.user.person, has_factor=has_factor)

    page, resume = asked_at(browser.authorize())

    assert page == ("/account/2fa/confirm/" if has_factor else "/you/second-factor")
    assert returned(browser.authorize(prompt="none"))["error"] == "login_required"
    assert not AuthorizationCode.objects.exists()
    if has_factor:
        browser.client.post(page, {"code": code_of(), "next": resume})
        assert set(returned(go_on(browser, resume))) == {"code", "state"}


def test_who_has_no_password_here_cannot_be_asked(browser: Browser) -> None:
    browser.user.person.set_unusable_password()
    browser.user.person.save()
    browser.sign_in()
    assert returned(browser.authorize(prompt="login"))["error"] == "login_required"
