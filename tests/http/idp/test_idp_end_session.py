"""``end_user_session``: a program of the account signs one of its users out, and nobody else's."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse
from tests.factories.accounts import make_user
from tests.factories.identity import Program, make_login_session, make_program

from fondaco.accounts.models import User
from fondaco.audit.models import Event
from fondaco.identity.models import LoginSession
from fondaco.identity.tokens import issue_access_token
from fondaco.kit import clock
from fondaco.surfaces.idp.urls import addresses

pytestmark = pytest.mark.django_db
SCOPE = "user-session-public:end"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def program() -> Program:
    return make_program(scopes=("account:read", SCOPE))


@pytest.fixture
def user(program: Program) -> User:
    user = make_user(program.account, role="agent")
    make_login_session(user.person)
    return user


def token(program: Program, scope: str = SCOPE) -> str:
    return issue_access_token(credentials=program.issued.set, scope=scope)


def end(program: Program, form: Any, *, bearer: str | None = None, kind: str = FORM, account: str = "") -> Any:
    shown = token(program) if bearer is None else bearer
    body = form if isinstance(form, str | bytes) else urlencode(form, doseq=True)
    return Client().post(
        f"/{account or program.account.name}/oauth/end_user_session",
        body,
        content_type=kind,
        headers={"Authorization": f"Bearer {shown}"} if shown else {},
    )


def is_open(user: User) -> bool:
    return LoginSession.objects.filter(person=user.person, ended_at=None).exists()


@pytest.mark.parametrize("reason", [{}, {"reason": "force_logout"}])
def test_it_ends_the_session_and_says_who_did_it(program: Program, user: User, reason: dict[str, str]) -> None:
    answer = end(program, {"user_id": user.pk, **reason})
    assert (answer.status_code, answer.content, answer["Cache-Control"]) == (204, b"", "no-store")
    assert not is_open(user)
    event = Event.objects.get(kind="login_session.ended")
    assert (event.actor_kind, event.actor_id, event.actor_label) == ("client", program.client.pk.hex, "Ledgerline")
    assert end(program, {"user_id": user.pk}).status_code == 204, "again is no error"
    assert Event.objects.filter(kind="login_session.ended").count() == 1


@pytest.mark.parametrize(
    ("form", "fields"),
    [
        ({"unknown": "ignored"}, {"user_id": "Is required."}),
        ({"user_id": ""}, {"user_id": "Is required."}),
        ({"user_id": "a" * 23}, {"user_id": "Must have exactly 24 characters."}),
        ({"user_id": "a" * 25}, {"user_id": "Must have exactly 24 characters."}),
        ({"user_id": ["a" * 24, "b" * 24]}, {"user_id": "Must be sent once."}),
        ({"user_id": "{user}", "reason": "because"}, {"reason": "Must be force_logout, or left out."}),
        ({"user_id": "{user}", "reason": ""}, {"reason": "Must be force_logout, or left out."}),
        (
            {"user_id": "x", "reason": "y"},
            {"user_id": "Must have exactly 24 characters.", "reason": "Must be force_logout, or left out."},
        ),
    ],
)
def test_each_bad_field_has_its_word(
    program: Program, user: User, form: dict[str, Any], fields: dict[str, str]
) -> None:
    filled = {name: user.pk if value == "{user}" else value for name, value in form.items()}
    answer = end(program, filled)
    words = "The request cannot be read. Nobody was signed out. Correct it and send it again."
    assert (answer.status_code, answer.json()) == (
        400,
        {
            "code": "400-bad-request",
            "message": words,
            "description": words,
            "fields": [{"name": name, "description": text} for name, text in fields.items()],
            "error": "invalid_request",
            "error_description": words,
        },
    )
    assert is_open(user)


@pytest.mark.parametrize(
    ("body", "kind"), [("{}", "application/json"), ("user_id=x", "text/plain"), (b"\xff\x00=%zz", "text/html")]
)
def test_only_forms_are_read(program: Program, user: User, body: str | bytes, kind: str) -> None:
    answer = end(program, body, kind=kind)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert is_open(user)


@pytest.mark.parametrize("body", [b"user_id=%00" + b"a" * 23, b"user_id=" + b"%C3%A9" * 24, b"\xff" * 40, b"&&&=&"])
def test_hostile_forms_break_nothing(program: Program, user: User, body: bytes) -> None:
    assert end(program, body).status_code in {400, 404}
    assert is_open(user)


def test_users_of_others_do_not_exist(program: Program, user: User) -> None:
    stranger = make_user()
    make_login_session(stranger.person)
    for user_id in (stranger.pk, "0" * 24, "z" * 24):
        answer = end(program, {"user_id": user_id})
        assert (answer.status_code, answer.json()["code"], answer.json()["error"]) == (
            404, "404-not-found", "not_found",
        )  # fmt: skip
    assert is_open(stranger)
    assert is_open(user)


def test_without_a_good_token_nobody_is_let_in(program: Program, user: User) -> None:
    other = make_program(scopes=(SCOPE,))
    for bearer in ("", "nonsense", token(other)):
        answer = end(program, {"user_id": user.pk}, bearer=bearer)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")
        assert answer["WWW-Authenticate"] == ('Bearer error="invalid_token"' if bearer else "Bearer")
    answer = end(program, {"user_id": user.pk}, bearer=token(program, "account:read"))
    assert (answer.status_code, answer.json()["error"]) == (403, "insufficient_scope")
    assert answer["WWW-Authenticate"] == f'Bearer error="insufficient_scope", scope="{SCOPE}"'
    assert is_open(user)


def test_unknown_accounts_and_other_methods(program: Program, user: User) -> None:
    assert end(program, {"user_id": user.pk}, account="nobody-here").status_code == 404
    answer = Client().get(f"/{program.account.name}/oauth/end_user_session", {"user_id": user.pk})
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert is_open(user)


def test_a_program_that_asks_too_often_is_slowed_down(program: Program, user: User) -> None:
    with clock.freeze():
        bearer = token(program)
        answers = [end(program, {"user_id": "x"}, bearer=bearer) for _ in range(51)]
    assert [answer.status_code for answer in answers] == [400] * 50 + [429]
    assert answers[-1]["Retry-After"] == "1"
    assert is_open(user)


def test_the_address_in_both_styles(program: Program) -> None:
    assert reverse("idp:end_session", kwargs={"account": "acme"}) == "/acme/oauth/end_user_session"
    assert "oauth/end_user_session" in [str(each.pattern) for each in addresses("host")]
