"""What every endpoint of OAuth refuses alike: bodies that are no form, other methods, issuers that are not there."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from tests.factories.accounts import make_user
from tests.factories.identity import Program, make_login_session, make_program

from fondaco.accounts.models import User
from fondaco.identity.models import DeviceAuthorization, LoginSession, PersonalAccessToken, SpentAssertion
from fondaco.identity.tokens import issue_access_token

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=x"
SCOPE = "user-session-public:end"
OF_THE_ISSUER = ["oauth/token", "oauth/revoke", "oauth/introspect", "oauth/end_user_session"]
ENDPOINTS = [*OF_THE_ISSUER, "device/code", "device/token"]
UNREADABLE = {
    "a field more than Django reads": (FORM, b"&".join(b"a%d=1" % number for number in range(1001))),
    "many more": (FORM, b"&".join(b"a%d=1" % number for number in range(1500))),
    "larger than 4 MiB": (FORM, b"a=" + b"x" * (4 * 1024 * 1024)),
    "not UTF-8": (f"{FORM}; charset=utf-16", b"grant_type=client_credentials"),
}
NO_FORMS = {
    "multipart": (MULTIPART, b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--'),
    "broken multipart": ("multipart/form-data", b"--x--"),
    "multipart of too many": (MULTIPART, b"--x\r\n" * 2000),
    "JSON": ("application/json", b'{"grant_type": "client_credentials"}'),
    "nothing said": ("", b"grant_type=client_credentials"),
    "nonsense": ("é\x7f;;charset", b"a=1"),
}


@pytest.fixture
def program() -> Program:
    return make_program(scopes=("account:read", SCOPE))


@pytest.fixture
def user(program: Program) -> User:
    user = make_user(program.account, role="agent")
    make_login_session(user.person)
    return user


def path_of(program: Program, endpoint: str) -> str:
    return f"/api/v1/{endpoint}" if endpoint.startswith("device/") else f"/{program.account.name}/{endpoint}"


def headers_of(program: Program, endpoint: str) -> dict[str, str]:
    """Who asks, and what a browser would like best."""
    bearer = f"Bearer {issue_access_token(credentials=program.issued.set, scope=SCOPE)}"
    shown = bearer if endpoint.endswith("end_user_session") else program.basic()
    return {"Accept": "text/html", **({} if endpoint.startswith("device/") else {"Authorization": shown})}


def check_refusal(answer: Any, status: int, description: str, *, both_shapes: bool = False) -> None:
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/json"
    assert [answer[name] for name in ("Cache-Control", "Pragma", "Referrer-Policy")] == [
        "no-store", "no-cache", "no-referrer",
    ]  # fmt: skip
    body = answer.json()
    assert (body.pop("error"), body.pop("error_description")) == ("invalid_request", description)
    standard = {"code": body.get("code"), "message": description, "description": description, "fields": []}
    assert body == (standard if both_shapes else {})
    assert "Set-Cookie" not in answer


def check_nothing_changed() -> None:
    assert LoginSession.objects.filter(ended_at=None).count() == 1
    for model in (DeviceAuthorization, PersonalAccessToken, SpentAssertion):
        assert not model.objects.exists()


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("kind", [*UNREADABLE, *NO_FORMS])
def test_a_body_that_is_no_form(program: Program, user: User, endpoint: str, kind: str) -> None:
    content_type, body = {**UNREADABLE, **NO_FORMS}[kind]
    answer = Client().generic(
        "POST", path_of(program, endpoint), body, content_type, headers=headers_of(program, endpoint)
    )
    words = "The form cannot be read." if kind in UNREADABLE else f"Send the form as {FORM}."
    is_session = endpoint.endswith("end_user_session")
    check_refusal(answer, 400, f"{words} Nobody was signed out." if is_session else words, both_shapes=is_session)
    check_nothing_changed()


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "TRACE"])
def test_other_methods(program: Program, user: User, endpoint: str, method: str) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.generic(method, path_of(program, endpoint), headers=headers_of(program, endpoint))
    assert answer["Allow"] == "POST"
    is_session = endpoint.endswith("end_user_session")
    words = "This address only answers POST."
    if method == "HEAD":
        assert (answer.status_code, answer["Content-Type"], answer["Cache-Control"]) == (
            405, "application/json", "no-store",
        )  # fmt: skip
    else:
        check_refusal(answer, 405, f"{words} Nobody was signed out." if is_session else words, both_shapes=is_session)
    check_nothing_changed()


@pytest.mark.parametrize(
    ("endpoint", "allowed", "words"),
    [
        ("oauth/authorize", "GET, POST", "This address only answers GET and POST."),
        ("oauth/resume", "GET", "This address only answers GET."),
        (".well-known/openid-configuration", "GET, HEAD", "This address only answers GET and HEAD."),
        (".well-known/jwks.json", "GET, HEAD", "This address only answers GET and HEAD."),
    ],
)
def test_other_methods_of_pages_and_documents(program: Program, endpoint: str, allowed: str, words: str) -> None:
    answer = Client(enforce_csrf_checks=True).put(f"/{program.account.name}/{endpoint}", {"a": "b"})
    check_refusal(answer, 405, words)
    assert answer["Allow"] == allowed


@pytest.mark.parametrize("endpoint", ["oauth/token", "oauth/revoke", "oauth/introspect"])
def test_an_issuer_that_is_not_there(program: Program, endpoint: str) -> None:
    answer = Client().post(f"/nobody-here/{endpoint}", "a=1", content_type=FORM, headers=headers_of(program, endpoint))
    check_refusal(answer, 404, "There is no such account.")


@pytest.mark.parametrize("endpoint", [".well-known/openid-configuration", ".well-known/jwks.json"])
def test_what_an_issuer_that_is_not_there_publishes(endpoint: str) -> None:
    answer = Client().get(f"/nobody-here/{endpoint}", headers={"Accept": "text/html"})
    check_refusal(answer, 404, "There is no such account.")
