"""Who is let in: tokens, scopes, foreign ids, methods, rates; and what a request costs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.factories.accounts import SYSTEM, make_user
from tests.factories.installs import PARTNER_PROGRAM, make_completed, make_installing, make_pending
from tests.http.wire.conftest import Program

from fondaco.identity.actions import suspend_client
from fondaco.installs.actions import answer_operation
from fondaco.installs.models import Installation
from fondaco.kit import clock
from fondaco.messaging.models import Message

pytestmark = pytest.mark.django_db

# Each address of the wire that needs a token: method, path, scope.
DOORS = [
    ("GET", "/apps", "apps:read"),
    ("GET", "/apps/{app}", "apps:read"),
    ("GET", "/apps/{app}/installations", "apps:read"),
    ("GET", "/apps/{app}/installations/{installation}", "apps:read"),
    ("GET", "/apps/{app}/installations/{installation}/state", "apps:read"),
    ("GET", "/apps/{app}/installations/{installation}/full-state", "apps:read"),
    ("POST", "/apps/{app}/installations/{installation}/state", "apps:write"),
    ("GET", "/apps/{app}/messages", "events:read"),
    ("GET", "/apps/{app}/installations/{installation}/users", "apps:read"),
    ("GET", "/apps/{app}/installations/{installation}/subscription", "apps:read"),
    ("GET", "/apps/{app}/installations/{installation}/trial", "apps:read"),
    ("GET", "/apps/{app}/events/{event}", "events:read"),
    ("GET", "/account", "account:read"),
    ("GET", "/users", "users:read"),
    ("GET", "/users/me", "openid"),
    ("POST", "/users/me", "openid"),
    ("GET", "/users/{user}", "users:read"),
]


def path_of(template: str, installation: Installation) -> str:
    return template.format(
        app=installation.app_id.hex,
        installation=installation.pk.hex,
        event=Message.objects.filter(installation=installation).latest("sequence").pk.hex,
        user=installation.installed_by_id,
    )


def call(program: Program, method: str, path: str, authorization: str | None) -> Any:
    headers = {} if authorization is None else {"Authorization": authorization}
    body = {"data": {"state": "approve"}, "content_type": "application/json"} if method == "POST" else {}
    return program.http.generic(method, path, **_encoded(body), headers=headers)


def _encoded(body: dict[str, Any]) -> dict[str, Any]:
    return {"data": b'{"state": "approve"}', "content_type": "application/json"} if body else {}


@pytest.mark.parametrize(("method", "template", "scope"), DOORS)
def test_without_a_good_token_nobody_gets_in(program: Program, method: str, template: str, scope: str) -> None:
    path = path_of(template, program.installation)
    good = program.token()
    tries = [(0, None), (0, ""), (0, "Bearer"), (0, f"Basic {good}"), (0, f"Bearer {good}x"), (0, "Bearer ü")]
    for minutes, authorization in (*tries, (11, f"Bearer {good}")):
        with clock.travel(timedelta(minutes=minutes)):
            answer = call(program, method, path, authorization)
        assert answer.status_code == 401
        is_shown = (authorization or "").startswith("Bearer ")
        assert answer["WWW-Authenticate"] == ('Bearer error="invalid_token"' if is_shown else "Bearer")
        assert answer.json()["code"] == "401-token-refused"
        assert ("needs an access token" in answer.json()["message"]) is not is_shown
    assert Installation.objects.get().status == "installing"


@pytest.mark.parametrize(("method", "template", "scope"), DOORS)
def test_each_door_asks_for_its_scope_and_no_more(program: Program, method: str, template: str, scope: str) -> None:
    path = path_of(template, program.installation)
    others = " ".join(each for each in program.installation.client.scopes if each != scope)
    refusal = call(program, method, path, f"Bearer {program.token(scope=others)}")
    assert refusal.status_code == 403
    assert refusal["WWW-Authenticate"] == f'Bearer error="insufficient_scope", scope="{scope}"'
    assert refusal.json()["code"] == "403-insufficient-scope"
    assert ("error" in refusal.json()) == template.endswith(("/state", "/subscription"))
    assert Installation.objects.get().status == "installing"
    accepted = call(program, method, path, f"Bearer {program.token(scope=scope)}")
    assert accepted.status_code == (400 if template == "/users/me" else 200)


@pytest.mark.parametrize(("method", "template", "scope"), [door for door in DOORS if "{" in door[1]])
def test_what_is_somebody_elses_does_not_exist(program: Program, method: str, template: str, scope: str) -> None:
    other = make_installing()
    answer = call(program, method, path_of(template, other), f"Bearer {program.token()}")
    assert answer.status_code == 404
    assert answer.json()["code"] == "404-not-found"
    assert ("error" in answer.json()) == template.endswith(("/state", "/subscription"))
    assert set(Installation.objects.values_list("status", flat=True)) == {"installing"}


def test_own_app_with_a_foreign_part_does_not_exist_either(program: Program) -> None:
    other = make_installing(version=program.installation.version)
    event = Message.objects.get(installation=other).pk.hex
    assert program.get(f"{program.base}/installations/{other.pk.hex}").status_code == 404
    assert program.get(f"{program.base}/events/{event}").status_code == 404
    assert program.get(f"/users/{make_user().pk}").status_code == 404


@pytest.mark.parametrize(
    "path",
    ["/apps/", "/apps/x/y", "/apps/x/installations/y/credentials/z", "/users/a/b", "/events/else", "/apps/x/../..%2f"],
)
def test_unknown_addresses_answer_in_the_same_shape(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/json"
    assert answer.json()["code"] == "404-not-found"


_BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.mark.parametrize("path", ["/account/", "/account/email/", "/account/2fa/authenticate", "/apps/", "/users/a/b"])
def test_a_browser_at_an_unknown_address_gets_a_page(client: Client, path: str) -> None:
    answer = client.get(path, headers=_BROWSER)
    assert answer.status_code == 404
    assert "There is nothing here" in answer.content.decode()
    program = client.get(path, headers={**_BROWSER, "Authorization": "Bearer x"})
    assert program.json()["code"] == "404-not-found"


@pytest.mark.parametrize(
    "path",
    ["/account/login", "/account/password/reset", "/account/password/reset/key/1-a-b", "/account/confirm-email/x"],
)
def test_the_pages_of_signing_in_are_found_without_their_last_slash(client: Client, path: str) -> None:
    answer = client.get(f"{path}?next=/my-apps", headers=_BROWSER)
    assert (answer.status_code, answer["Location"]) == (302, f"{path}/?next=/my-apps")
    assert client.get(path).json()["code"] == "404-not-found"
    assert client.post(path, headers=_BROWSER).status_code == 404


@pytest.mark.parametrize(
    ("method", "template", "allowed"),
    [
        ("POST", "/apps", "GET"),
        ("DELETE", "/account", "GET"),
        ("PUT", "/apps/{app}/installations/{installation}/state", "GET, POST"),
    ],
)
def test_other_methods_are_refused(program: Program, method: str, template: str, allowed: str) -> None:
    answer = call(program, method, path_of(template, program.installation), f"Bearer {program.token()}")
    assert (answer.status_code, answer["Allow"]) == (405, allowed)
    assert answer.json()["code"] == "405-method-not-allowed"


def test_the_rate_is_fifty_at_once_and_then_ten_a_second(program: Program) -> None:
    token = program.token()
    with clock.freeze() as now:
        answers = [program.get("/account", token=token) for _ in range(50)]
        assert {answer.status_code for answer in answers} == {200}
        assert [rate_of(answers[place]) for place in (0, 9, 49)] == [
            ("50", "49", "1"),
            ("50", "40", "1"),
            ("50", "0", "5"),
        ]
        refusal = program.get("/account", token=token)
        assert (refusal.status_code, refusal["Retry-After"]) == (429, "1")
        assert rate_of(refusal) == ("50", "0", "5")
        assert refusal.json()["code"] == "429-too-many-requests"
        with clock.freeze(now + timedelta(seconds=1)):
            later = [program.get("/account", token=token).status_code for _ in range(11)]
    assert later == [200] * 10 + [429]


def rate_of(answer: Any) -> tuple[str, ...]:
    return tuple(answer[f"X-RateLimit-{name}"] for name in ("Limit", "Remaining", "Reset"))


def test_refusals_say_what_is_left_as_well(program: Program) -> None:
    with clock.freeze():
        token = program.token(scope="account:read")
        found = program.get("/apps", token=token), program.post("/account", {}, token=token)
        assert [(answer.status_code, *rate_of(answer)) for answer in found] == [
            (403, "50", "49", "1"),
            (405, "50", "48", "1"),
        ]
    assert "X-RateLimit-Limit" not in program.http.get("/apps")


def test_while_suspended_the_program_reads_and_users_are_locked_out(client: Client) -> None:
    program = Program(make_completed(), client)
    user_token = program.token(user=program.installation.installed_by)
    assert program.get("/users/me", token=user_token).status_code == 200
    suspend_client(actor=SYSTEM, client=program.installation.client)
    assert program.get(program.place).status_code == 200
    assert program.get("/users/me", token=user_token).status_code == 401


def test_once_uninstalled_the_token_is_dead_at_once(client: Client) -> None:
    program = Program(make_pending(), client)
    token = program.token()
    answer = program.post(f"{program.place}/state", {"state": "approve"}, token=token)
    assert (answer.status_code, answer.json()["state"]) == (200, "revoked")
    assert program.get(program.place, token=token).status_code == 401


def test_a_rejected_uninstall_stays_pending(client: Client) -> None:
    program = Program(make_pending(), client)
    answer = program.post(f"{program.place}/state", {"state": "reject", "reason": "no"})
    assert (answer.status_code, answer.json()["state"]) == (200, "pending")


@pytest.mark.parametrize(
    ("template", "most"),
    [
        ("/apps", 7),
        ("/apps/{app}/installations/{installation}", 5),
        ("/apps/{app}/installations", 7),
        ("/apps/{app}/installations/{installation}/full-state", 16),
        ("/apps/{app}/installations/{installation}/state", 4),
        ("/apps/{app}/messages", 5),
        ("/apps/{app}/installations/{installation}/users", 6),
        ("/apps/{app}/installations/{installation}/subscription", 4),
        ("/apps/{app}/installations/{installation}/trial", 5),
        ("/apps/{app}/events/{event}", 5),
        ("/account", 3),
        ("/users", 5),
    ],
)
def test_a_request_costs_few_queries(client: Client, template: str, most: int) -> None:
    program = Program(make_completed(), client)
    token, path = program.token(), path_of(template, program.installation)
    program.get(path, token=token)
    with CaptureQueriesContext(connection) as queries:
        assert program.get(path, token=token).status_code == 200
    assert len(queries) <= most, [query["sql"] for query in queries]


def test_an_approval_costs_a_bounded_number_of_queries(program: Program) -> None:
    token = program.token()
    with CaptureQueriesContext(connection) as queries:
        program.post(f"{program.place}/state", {"state": "approve"}, token=token)
    assert len(queries) <= 45
    answer_operation(actor=PARTNER_PROGRAM, installation=program.installation, decision="approve")
