"""Programs that live in a browser, on a page of another origin: what they may call, and that no cookie goes along."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from tests.factories.accounts import make_user
from tests.factories.identity import CALLBACK, make_program, make_public_program
from tests.http.idp.browser import Browser
from tests.http.idp.machine import Machine, Request, ask_token
from tests.http.idp.pkce import VERIFIER, WITH_CHALLENGE

from fondaco.identity.models import TokenFamily

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"
ORIGIN = "https://app.ledgerline.example"


@pytest.fixture
def page(client: Client) -> Browser:
    """A person who is signed in, and a public client on a page of another origin."""
    program = make_public_program()
    page = Browser(program, make_user(program.account, role="agent"), client)
    page.sign_in()
    return page


def fetch(path: str, form: dict[str, str] | None = None, **headers: str) -> Any:
    """As ``fetch`` of a page of another origin: no cookie."""
    client = Client(enforce_csrf_checks=True)
    headers = {"Origin": ORIGIN, **headers}
    return client.get(path, headers=headers) if form is None else client.post(path, form, headers=headers)


def post(path: str, form: str, **headers: str) -> Any:
    client = Client(enforce_csrf_checks=True)
    return client.post(path, form, content_type=FORM, headers={"Origin": ORIGIN, **headers})


def preflight(path: str, method: str, headers: str) -> Any:
    asked = {"Access-Control-Request-Method": method, "Access-Control-Request-Headers": headers}
    return Client(enforce_csrf_checks=True).options(path, headers={"Origin": ORIGIN, **asked})


def check_open(answer: Any) -> None:
    """Whoever asks may read it, and the browser sends nobody's cookie along for it."""
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer
    assert "Set-Cookie" not in answer


@pytest.mark.parametrize(
    ("endpoint", "methods"), [("oauth/token", "POST"), ("oauth/revoke", "POST"), ("users/me", "GET, POST")]
)
def test_the_browser_is_told_what_a_page_may_send(endpoint: str, methods: str) -> None:
    path = "/users/me" if endpoint == "users/me" else f"/{make_program().account.name}/{endpoint}"
    answer = preflight(path, "POST", "authorization,content-type")
    assert (answer.status_code, answer.content, answer["Allow"]) == (204, b"", f"{methods}, OPTIONS")
    assert {name: answer[f"Access-Control-{name}"] for name in ("Allow-Methods", "Allow-Headers", "Max-Age")} == {
        "Allow-Methods": methods,
        "Allow-Headers": "Authorization, Content-Type",
        "Max-Age": "7200",
    }
    check_open(answer)


def test_a_page_signs_a_person_in_asks_who_it_is_and_gives_the_token_back(page: Browser) -> None:
    client_id = page.program.issued.client_id
    code = page.code(scope="openid", **WITH_CHALLENGE)
    form = f"grant_type=authorization_code&client_id={client_id}&code={code}&code_verifier={VERIFIER}"
    answer = post(f"{page.base}/token", f"{form}&redirect_uri={CALLBACK}")
    assert answer.status_code == 200
    check_open(answer)
    bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    for who in (fetch("/users/me", **bearer), post("/users/me", "", **bearer)):
        assert (who.status_code, who.json()["sub"]) == (200, page.user.pk)
        check_open(who)
    given_back = post(f"{page.base}/revoke", f"client_id={client_id}&token={answer.json()['access_token']}")
    assert (given_back.status_code, given_back.json()) == (200, {})
    check_open(given_back)
    dead = fetch("/users/me", **bearer)
    assert (dead.status_code, dead["WWW-Authenticate"]) == (401, 'Bearer error="invalid_token"')
    check_open(dead)


def test_refusals_can_be_read_as_well(page: Browser) -> None:
    refusals = [
        (post(f"{page.base}/token", "grant_type=authorization_code"), 401),
        (post(f"{page.base}/token", "&".join(f"a{number}=1" for number in range(1500))), 400),
        (fetch(f"{page.base}/token"), 405),
        (post(f"{page.base}/revoke", "token=x"), 401),
        (post("/nobody-here/oauth/token", "grant_type=authorization_code"), 404),
        (fetch("/users/me"), 401),
        (Client().put("/users/me", headers={"Origin": ORIGIN}), 405),
    ]
    for answer, status in refusals:
        assert answer.status_code == status
        assert answer["Access-Control-Expose-Headers"] == "Retry-After, WWW-Authenticate"
        check_open(answer)
    assert not TokenFamily.objects.exists()


def test_a_session_of_the_house_opens_nothing_to_a_page_of_another_origin(page: Browser) -> None:
    """Were the cookie sent nevertheless, it would count for nothing."""
    assert page.client.cookies
    answer = page.client.get("/users/me", headers={"Origin": ORIGIN})
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
    answer = page.client.post(f"{page.base}/token", "grant_type=client_credentials", content_type=FORM)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize(
    "path",
    [
        "{base}/introspect", "{base}/end_user_session", "{base}/authorize", "/api/v1/device/code",
        "/api/v1/device/token", "/api/v1/me", "/users", "/users/ada", "/account", "/apps",
    ],
)  # fmt: skip
def test_nothing_else_is_open(page: Browser, path: str) -> None:
    for answer in (
        preflight(path.format(base=page.base), "POST", "authorization"),
        fetch(path.format(base=page.base)),
        post(path.format(base=page.base), "token=x"),
    ):
        assert [name for name in answer.headers if name.startswith("Access-Control-")] == []


@pytest.mark.django_db(transaction=True)
def test_a_page_is_answered_by_django_and_a_program_the_same_by_the_shim() -> None:
    program, machine = make_program(), Machine()
    plain = ask_token(program)
    machine.warm(plain)
    assert machine.compare(plain).by_django is False
    from_a_page = Request(plain.path, body=plain.body, headers={**plain.headers, "Origin": ORIGIN})
    answer = machine.compare(from_a_page)
    assert (answer.status, answer.by_django) == ("200 OK", True)
    assert dict(answer.headers)["Access-Control-Allow-Origin"] == "*"
    assert machine.compare(Request(plain.path, "OPTIONS", headers={"Origin": ORIGIN})).status == "204 No Content"
