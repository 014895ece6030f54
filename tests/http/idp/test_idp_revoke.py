"""Giving tokens back (RFC 7009): they are dead with the answer, and nobody ends what is another's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from tests.factories.accounts import SYSTEM, make_account, make_user
from tests.factories.identity import ASSERTION_TYPE, CALLBACK, Program, make_program, make_public_program
from tests.http.idp.browser import Browser
from tests.http.idp.pkce import VERIFIER, WITH_CHALLENGE
from tests.http.idp.wire import Wire

from fondaco.audit.models import Event
from fondaco.identity import actions
from fondaco.identity.errors import TokenRefused
from fondaco.identity.jobs import forget_expired
from fondaco.identity.models import RevokedToken, TokenFamily
from fondaco.identity.tokens import verify_access_token
from fondaco.kit import clock

pytestmark = pytest.mark.django_db


def revoker(program: Program) -> Wire:
    wire = Wire(program, Client())
    wire.path = f"/{program.account.name}/oauth/revoke"
    return wire


@pytest.fixture
def wire(browser: Browser) -> Wire:
    return revoker(browser.program)


def revoke(wire: Wire, token: str, **form: Any) -> tuple[int, dict[str, Any]]:
    return wire.post({"token": token, **form}, authorization=wire.program.basic())


def account_token(browser: Browser) -> str:
    return str(browser.token(grant_type="client_credentials")[1]["access_token"])


def is_alive(token: str) -> bool:
    try:
        verify_access_token(token)
    except TokenRefused:
        return False
    return True


def test_an_access_token_dies_alone(browser: Browser, wire: Wire) -> None:
    first, second, tokens = account_token(browser), account_token(browser), browser.tokens()
    assert revoke(wire, first) == (200, {})
    assert wire.headers["Pragma"] == "no-cache"
    assert [is_alive(token) for token in (first, second, tokens["access_token"])] == [False, True, True]
    assert revoke(wire, tokens["access_token"], token_type_hint="access_token") == (200, {})
    assert not is_alive(tokens["access_token"])
    assert browser.refresh(tokens["refresh_token"])[0] == 200
    events = Event.objects.filter(kind="access_token.revoked")
    assert [event.data for event in events] == [{"client": browser.program.client.pk.hex, "reason": ""}] * 2
    assert {event.account_id for event in events} == {browser.program.account.pk}
    assert {event.actor_id for event in events} == {browser.program.client.pk.hex}


def test_a_refresh_token_takes_its_family_along(browser: Browser, wire: Wire) -> None:
    tokens, bystander = browser.tokens(), browser.tokens()
    assert revoke(wire, tokens["refresh_token"]) == (200, {})
    assert not is_alive(tokens["access_token"])
    assert browser.refresh(tokens["refresh_token"])[1]["error"] == "invalid_grant"
    assert is_alive(bystander["access_token"])
    event = Event.objects.get(kind="refresh_token.revoked")
    assert event.data == {"client": browser.program.client.pk.hex, "user": browser.user.pk}
    assert event.actor_id == browser.program.client.pk.hex


def test_a_spent_refresh_token_still_ends_what_came_from_it(browser: Browser, wire: Wire) -> None:
    tokens = browser.tokens()
    _status, second = browser.refresh(tokens["refresh_token"])
    assert revoke(wire, tokens["refresh_token"]) == (200, {})
    assert not is_alive(second["access_token"])
    assert browser.refresh(second["refresh_token"])[1]["error"] == "invalid_grant"


def test_twice_is_once(browser: Browser, wire: Wire) -> None:
    token, tokens = account_token(browser), browser.tokens()
    for each in (token, token, tokens["refresh_token"], tokens["refresh_token"]):
        assert revoke(wire, each) == (200, {})
    assert RevokedToken.objects.count() == 1
    assert Event.objects.filter(kind="access_token.revoked").count() == 1
    assert Event.objects.filter(kind="refresh_token.revoked").count() == 1


@pytest.mark.parametrize("hint", ["refresh_token", "access_token", "id_token", "é\r\n"])
def test_a_wrong_hint_does_no_harm(browser: Browser, wire: Wire, hint: str) -> None:
    token, tokens = account_token(browser), browser.tokens()
    assert revoke(wire, token, token_type_hint=hint) == (200, {})
    assert revoke(wire, tokens["refresh_token"], token_type_hint=hint) == (200, {})
    assert not is_alive(token)
    assert TokenFamily.objects.get().ended_at is not None


@pytest.mark.parametrize("token", ["nonsense", "fdr_x", "a.b.c", "é\0\r\n", "x" * 20_000, "fdp_x"])
def test_what_is_no_token_needs_no_ending(wire: Wire, token: str) -> None:
    assert revoke(wire, token) == (200, {})
    assert not RevokedToken.objects.exists()


def test_an_expired_token_leaves_no_row(browser: Browser, wire: Wire) -> None:
    token = account_token(browser)
    with clock.travel(timedelta(minutes=11)):
        assert revoke(wire, token) == (200, {})
    assert not RevokedToken.objects.exists()


def test_a_row_is_kept_as_long_as_its_token_would_live(browser: Browser, wire: Wire) -> None:
    with clock.freeze():
        token = account_token(browser)
        revoke(wire, token)
        with clock.travel(timedelta(seconds=599)):
            forget_expired()
            assert not is_alive(token)
        with clock.travel(timedelta(seconds=601)):
            forget_expired()
            assert not is_alive(token)
    assert not RevokedToken.objects.exists()


@pytest.mark.parametrize("is_elsewhere", [False, True])
def test_the_token_of_another_client_is_refused_and_lives(browser: Browser, is_elsewhere: bool) -> None:
    other = revoker(make_program(make_account() if is_elsewhere else browser.program.account))
    token, tokens = account_token(browser), browser.tokens()
    for each in (token, tokens["access_token"], tokens["refresh_token"]):
        assert revoke(other, each) == (
            400,
            {
                "error": "invalid_grant",
                "error_description": "The token was issued to another client. It was not revoked.",
            },
        )
    assert is_alive(token)
    assert browser.refresh(tokens["refresh_token"])[0] == 200
    assert not RevokedToken.objects.exists()
    assert not Event.objects.filter(kind__endswith="token.revoked").exists()


def test_each_set_of_a_client_ends_the_tokens_of_the_other(browser: Browser) -> None:
    program = browser.program
    token = account_token(browser)
    second = Program(program.client, actions.issue_credentials(actor=SYSTEM, client=program.client))
    assert revoke(revoker(second), token) == (200, {})
    assert not is_alive(token)


def test_tokens_of_a_suspended_client_do_not_come_back_with_it(browser: Browser, wire: Wire) -> None:
    token = browser.tokens()["access_token"]
    actions.suspend_client(actor=SYSTEM, client=browser.program.client)
    assert revoke(wire, token) == (200, {})
    actions.resume_client(actor=SYSTEM, client=browser.program.client)
    assert not is_alive(token)


def test_every_way_of_client_authentication(browser: Browser, wire: Wire) -> None:
    issued = browser.program.issued
    secret = {"client_id": issued.client_id, "client_secret": issued.client_secret}
    assertion = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": browser.program.assertion()}
    for fields in (secret, assertion):
        token = account_token(browser)
        assert wire.post({"token": token, **fields}) == (200, {})
        assert not is_alive(token)
    assert wire.post({"token": "x", **assertion})[1]["error"] == "invalid_client"  # its jti is spent


def test_a_public_client_says_its_name(client: Client) -> None:
    program = make_public_program()
    phone = Browser(program, make_user(program.account), client)
    phone.sign_in()
    name = {"client_id": program.issued.client_id}
    _status, tokens = Wire(program, Client()).post(
        {
            "grant_type": "authorization_code", "code": phone.code(**WITH_CHALLENGE), "redirect_uri": CALLBACK,
            "code_verifier": VERIFIER, **name,
        }
    )  # fmt: skip
    assert revoker(program).post({"token": tokens["refresh_token"], **name}) == (200, {})
    assert not is_alive(tokens["access_token"])


@pytest.mark.parametrize(
    ("form", "authorization", "status", "error"),
    [
        ({}, True, 400, "invalid_request"),
        ({"token": ""}, True, 400, "invalid_request"),
        ({"token": ["a", "b"]}, True, 400, "invalid_request"),
        ({"token": "x"}, False, 401, "invalid_client"),
        ({"token": "x", "client_secret": "y"}, True, 400, "invalid_request"),
    ],
)
def test_errors_have_the_protocol_s_shape(
    wire: Wire, form: dict[str, Any], authorization: bool, status: int, error: str
) -> None:
    answer = wire.post(form, authorization=wire.program.basic() if authorization else "")
    assert (answer[0], answer[1]["error"]) == (status, error)
    assert set(answer[1]) == {"error", "error_description"}
    assert ("WWW-Authenticate" in wire.headers) == (status == 401)


def test_who_fails_again_and_again_is_slowed_down_here_and_at_the_token_endpoint(wire: Wire) -> None:
    wrong = wire.program.basic(secret="fdc_wrong")
    with clock.freeze():
        for _ in range(10):
            assert wire.post({"token": "x"}, authorization=wrong)[0] == 401
        assert wire.post({"token": "x"}, authorization=wrong)[0] == 429
        assert int(wire.headers["Retry-After"]) == 30
        tokens = Wire(wire.program, Client())
        assert tokens.post({"grant_type": "client_credentials"}, authorization=wrong)[0] == 429
        assert revoke(wire, "x") == (200, {})


def test_only_posted_forms(wire: Wire) -> None:
    assert wire.client.get(wire.path).status_code == 405
    answer = wire.client.post(wire.path, "{}", content_type="application/json")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    wire.path = "/nobody/oauth/revoke"
    assert revoke(wire, "x")[0] == 404
