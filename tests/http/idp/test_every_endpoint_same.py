"""What holds at one endpoint for programs holds at all: proofs that are none, clients of others, hostile headers."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from tests.factories.accounts import SYSTEM, make_account, make_user
from tests.factories.identity import Program, make_program
from tests.http.idp.browser import Browser
from tests.http.idp.wire import Wire

from fondaco.identity import actions
from fondaco.identity.models import RevokedToken, SpentAssertion
from fondaco.identity.tokens import issue_access_token, verify_access_token
from fondaco.kit import clock

pytestmark = pytest.mark.django_db
ENDPOINTS = ["token", "revoke", "introspect"]
HOSTILE = ["a\r\nSet-Cookie: a=b", "a\0b", "ünï\u202e\u2028𝔘😀", "\"'\\<>&", "x" * 20_000, "\x7f\x1b[2J"]
FORM: dict[str, Any] = {"grant_type": "client_credentials"}
Forge = Callable[[Program], str]


def at(program: Program, endpoint: str) -> Wire:
    wire = Wire(program, Client())
    wire.path = wire.path.replace("/token", f"/{endpoint}")
    return wire


def token_of(program: Program) -> str:
    return issue_access_token(credentials=program.issued.set, scope="apps:read")


def check_refused(answer: tuple[int, dict[str, Any]], token: str) -> None:
    """401 in the protocol's shape; the token lives, and no assertion is remembered."""
    status, body = answer
    assert (status, body["error"], set(body)) == (401, "invalid_client", {"error", "error_description"})
    assert verify_access_token(token).client is not None
    assert not RevokedToken.objects.exists()
    assert not SpentAssertion.objects.exists()


def _now(seconds: int) -> int:
    return int(clock.now().timestamp()) + seconds


NO_PROOFS: dict[str, Forge] = {
    "oversized": lambda program: program.assertion(padding="x" * 9000),
    "alg none": lambda program: _unsigned(program.assertion()),
    "another audience": lambda program: program.assertion(aud="https://elsewhere.example/oauth/token"),
    "audiences without ours": lambda program: program.assertion(aud=["https://elsewhere.example/oauth/token"]),
    "no audience": lambda program: program.assertion(aud=[]),
    "just too old": lambda program: program.assertion(iat=_now(-300), exp=_now(-61)),
    "just too early": lambda program: program.assertion(iat=_now(63), exp=_now(300)),
    "too long a life": lambda program: program.assertion(iat=_now(0), exp=_now(602)),
    "an access token of ours": token_of,
    "unicode": lambda _program: "ünï.😀.\u202e",
    "CRLF": lambda program: program.assertion() + "\r\n",
}


def _unsigned(assertion: str) -> str:
    head = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    return f"{head}.{assertion.split('.')[1]}."


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("kind", NO_PROOFS)
def test_assertions_that_prove_nothing(endpoint: str, kind: str) -> None:
    program = make_program()
    token = token_of(program)
    with clock.freeze():
        check_refused(at(program, endpoint).assert_with(NO_PROOFS[kind](program), token=token), token)


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_an_audience_among_several_and_times_at_the_edge_are_good(endpoint: str) -> None:
    program = make_program()
    wire = at(program, endpoint)
    url = f"http://127.0.0.1:8000/{program.account.name}/oauth/token"
    for claims in (
        {"aud": ["https://elsewhere.example", url]},
        {"aud": [f"{url}/"]},
        {"iat": _now(-300), "exp": _now(-55)},
        {"iat": _now(55), "exp": _now(300)},
    ):
        assert wire.assert_with(program.assertion(**claims), token="x")[0] == 200


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("proof", ["basic", "post", "assertion"])
def test_a_client_of_another_account_is_unknown_here(endpoint: str, proof: str) -> None:
    mine, stranger = make_program(), make_program()
    token, wire = token_of(mine), at(mine, endpoint)
    form = {**FORM, "token": token}
    if proof == "basic":
        answer = wire.post(form, authorization=stranger.basic())
    elif proof == "post":
        issued = stranger.issued
        answer = wire.post({**form, "client_id": issued.client_id, "client_secret": issued.client_secret})
    else:
        url = f"http://127.0.0.1:8000/{mine.account.name}/oauth/token"
        answer = wire.assert_with(stranger.assertion(aud=url), token=token)
    check_refused(answer, token)
    assert answer[1]["error_description"] == "Client authentication failed."


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_ids_and_secrets_in_the_header(endpoint: str, hostile: str) -> None:
    program = make_program()
    token, issued = token_of(program), program.issued
    for pair in ((hostile, issued.client_secret), (issued.client_id, hostile), (hostile, hostile)):
        text = base64.b64encode(":".join(pair).encode()).decode()
        wire = at(program, endpoint)
        address = f"192.0.2.{len(text) % 250}"  # nobody is slowed down for failures of another
        answer = wire.post({**FORM, "token": token}, authorization=f"Basic {text}", REMOTE_ADDR=address)
        check_refused(answer, token)
        assert not {"\r", "\n", "\0"} & set("".join(wire.headers.values()))
        assert "Set-Cookie" not in wire.headers


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_bearer_tokens(client: Client, hostile: str) -> None:
    account = make_account()
    shown = f"Bearer {hostile}".encode().decode("latin-1")
    for method, path in (
        ("GET", "/users/me"),
        ("GET", "/account"),
        ("POST", f"/{account.name}/oauth/end_user_session"),
        ("GET", "/api/v1/me"),
    ):
        answer = client.generic(
            method, path, b"", "application/x-www-form-urlencoded", headers={"Authorization": shown}
        )
        assert answer.status_code == 401
        assert not {"\r", "\n", "\0"} & set("".join(answer.headers.values()))
        assert hostile not in answer.content.decode()


def test_while_suspended_a_program_tells_and_ends_but_signs_nobody_in(client: Client) -> None:
    """The installation's own access stays, so that its partner can answer; what its users got counts for nothing."""
    program = make_program()
    browser = Browser(program, make_user(program.account), client)
    browser.sign_in()
    body = browser.tokens(scope="openid")
    code, own = browser.code(scope="openid"), token_of(program)
    actions.suspend_client(actor=SYSTEM, client=program.client)
    assert at(program, "token").basic()[0] == 200
    ask = at(program, "introspect")
    told = [ask.post({"token": token}, authorization=program.basic())[1] for token in (own, body["access_token"])]
    assert [each["active"] for each in told] == [True, False]
    for form in (
        {"grant_type": "authorization_code", "code": code, "redirect_uri": "https://app.ledgerline.example/sso/cb"},
        {"grant_type": "refresh_token", "refresh_token": body["refresh_token"]},
    ):
        assert at(program, "token").post(form, authorization=program.basic())[1]["error"] == "invalid_grant"
    assert client.get("/users/me", headers={"Authorization": f"Bearer {body['access_token']}"}).status_code == 401
    assert at(program, "revoke").post({"token": own}, authorization=program.basic()) == (200, {})
    assert ask.post({"token": own}, authorization=program.basic())[1] == {"active": False}
