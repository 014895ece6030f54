"""What breaks on our side is said in OAuth's own words, and only that: to the program, or to the app by the browser."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from django.test import Client
from tests.factories.accounts import make_user
from tests.factories.identity import make_program
from tests.http.idp.browser import Browser, returned
from tests.http.idp.wire import Wire

from fondaco.identity.models import AuthorizationCode, RevokedToken, TokenFamily
from fondaco.identity.tokens import issue_access_token
from fondaco.surfaces.api import device
from fondaco.surfaces.idp import end_session, programs, views

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"
WORDS = "Something broke on our side. Look whether it was done before you try again."
BROKEN = {"error": "server_error", "error_description": WORDS}


def break_down(*_args: Any, **_how: Any) -> Any:
    raise RuntimeError("password=hunter2")


def check_fault(answer: Any, logged: pytest.LogCaptureFixture) -> dict[str, Any]:
    assert (answer.status_code, answer["Content-Type"]) == (500, "application/json")
    assert (answer["Cache-Control"], answer["Pragma"]) == ("no-store", "no-cache")
    assert "hunter2" not in answer.content.decode()
    assert [each for each in logged.records if each.exc_info and each.levelno == logging.ERROR]
    body: dict[str, Any] = answer.json()
    return body


@pytest.mark.parametrize("endpoint", ["token", "revoke", "introspect"])
def test_of_the_issuer(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, endpoint: str
) -> None:
    program = make_program()
    monkeypatch.setattr(programs, "find_issuer", break_down)
    path = Wire(program, client).path.replace("/token", f"/{endpoint}")
    answer = client.post(
        path, "grant_type=client_credentials&token=x", content_type=FORM, headers={"Authorization": program.basic()}
    )
    assert check_fault(answer, caplog) == BROKEN
    assert not TokenFamily.objects.exists()
    assert not RevokedToken.objects.exists()


@pytest.mark.parametrize(("endpoint", "name"), [("code", "ask_for_device"), ("token", "spend_device")])
def test_of_the_device_flow(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, endpoint: str, name: str
) -> None:
    monkeypatch.setattr(device, name, break_down)
    form = f"client_id=fondaco-cli&device_code=x&grant_type={device.GRANT}"
    answer = client.post(f"/api/v1/device/{endpoint}", form, content_type=FORM)
    assert check_fault(answer, caplog) == BROKEN


def test_of_the_end_of_sessions(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    program = make_program(scopes=(end_session.SCOPE,))
    user = make_user(program.account)
    monkeypatch.setattr(end_session, "end_user_session", break_down)
    token = issue_access_token(credentials=program.issued.set, scope=end_session.SCOPE)
    path = f"/{program.account.name}/oauth/end_user_session"
    headers = {"Authorization": f"Bearer {token}"}
    answer = client.post(path, f"user_id={user.pk}", content_type=FORM, headers=headers)
    body = check_fault(answer, caplog)
    assert {name: body.pop(name) for name in BROKEN} == BROKEN
    assert body == {"code": "500-server-error", "message": WORDS, "description": WORDS, "fields": []}


@pytest.mark.parametrize("name", ["grant_authorization", "_find_session"])
def test_the_browser_takes_it_back_to_the_app(
    browser: Browser, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    """RFC 6749 §4.1.2.1: a 500 cannot reach the app by a redirect, so there is a word for it."""
    monkeypatch.setattr(views, name, break_down)
    assert returned(browser.authorize()) == {**BROKEN, "state": "s t&=é"}
    assert [each for each in caplog.records if each.exc_info]
    assert not AuthorizationCode.objects.exists()


def test_nobody_is_sent_to_an_address_that_is_not_known_to_be_the_app_s(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "read_authorization", break_down)
    browser.client.raise_request_exception = False
    answer = browser.authorize(redirect_uri="https://evil.example/")
    assert (answer.status_code, "Location" in answer) == (500, False)
