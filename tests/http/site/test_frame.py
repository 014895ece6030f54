"""The frame's own addresses: home, places, theme, health, pictures, errors."""

from __future__ import annotations

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import OperationalError, connection
from django.test import Client
from pytest_django.fixtures import Settings
from tests.factories.accounts import make_account, make_operator, make_person, make_user

pytestmark = pytest.mark.django_db(transaction=True)

PIXEL = b"\x89PNG\r\n\x1a\n"


def test_home_leads_everyone_to_their_own_place(client: Client) -> None:
    client.force_login(make_user().person)
    assert client.get("/home").headers["Location"] == "/my-apps"
    client.force_login(make_operator().person)
    assert client.get("/home").headers["Location"] == "/backoffice/"


def test_home_asks_strangers_to_sign_in_and_comes_back(client: Client) -> None:
    assert client.get("/home").headers["Location"] == "/account/login/?next=/home"


def test_who_belongs_nowhere_is_told_so(client: Client) -> None:
    client.force_login(make_person())
    page = client.get("/home")
    assert page.status_code == 200
    assert "You belong to no organisation at the moment" in page.content.decode()


def test_places_are_switched_by_post(client: Client) -> None:
    person = make_person("Ana Prado")
    first = make_user(make_account(company_name="Starship Support"), person=person)
    second = make_user(make_account(company_name="Whisper lab", is_sandbox=True), person=person)
    client.force_login(person)
    answer = client.post("/place", {"place": f"account:{second.account_id}"})
    assert answer.headers["Location"] == "/my-apps"
    assert client.session["place"] == f"account:{second.account_id}"
    assert client.get("/place").status_code == 405
    assert first.account_id != second.account_id


def test_the_place_of_somebody_else_is_not_found(client: Client) -> None:
    stranger = make_user(make_account())
    client.force_login(make_user().person)
    before = dict(client.session)
    assert client.post("/place", {"place": f"account:{stranger.account_id}"}).status_code == 404
    assert client.post("/place", {}).status_code == 404
    assert dict(client.session) == before


@pytest.mark.parametrize(
    ("sent", "kept"), [("dark", "dark"), ("light", "light"), ("auto", "auto"), ("pink", "auto"), ("", "auto")]
)
def test_the_theme_is_kept_in_a_cookie(client: Client, sent: str, kept: str) -> None:
    answer = client.post("/theme", {"theme": sent, "next": "/design"})
    assert answer.headers["Location"] == "/design"
    assert answer.cookies["theme"].value == kept


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_the_way_back_stays_here(client: Client, target: str) -> None:
    assert client.post("/theme", {"theme": "dark", "next": target}).headers["Location"] == "/"


@pytest.mark.parametrize(
    ("cookie", "mark"), [("dark", ' data-theme="dark"'), ("light", ' data-theme="light"'), ("auto", ""), ('"><b>', "")]
)
def test_the_server_writes_the_theme_into_the_page(client: Client, cookie: str, mark: str) -> None:
    client.cookies["theme"] = cookie
    head = client.get("/account/login/").content.decode().split("data-failed")[0]
    assert f'<html lang="en"{mark} ' in head


def test_health(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert client.get("/healthz").content == b"ok\n"
    assert client.get("/readyz").content == b"ready\n"

    def refuse() -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(connection, "cursor", refuse)
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 503


def test_pictures_are_kept_by_browsers_and_do_nothing(client: Client) -> None:
    name = default_storage.save("icons/a.png", ContentFile(PIXEL))
    answer = client.get(f"/media/{name}")
    assert b"".join(answer.streaming_content) == PIXEL  # type: ignore[attr-defined]
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


@pytest.mark.parametrize(
    "path",
    ["../master.keys", "..%2f..%2fsecret.key", "icons/none.png", "icons/a%00.png", "notes.txt", "x.svg", "icons"],
)
def test_nothing_but_pictures_is_served(client: Client, path: str) -> None:
    default_storage.save("notes.txt", ContentFile(b"private"))
    assert client.get(f"/media/{path}").status_code == 404


def test_errors_have_the_look_of_the_house(client: Client) -> None:
    page = client.get("/no-such-page-here/at-all")
    assert page.status_code == 404
    assert "There is nothing here" in page.content.decode()
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/theme", {"theme": "dark"})
    assert answer.status_code == 403
    assert "This form was open for too long" in answer.content.decode()
    assert "theme" not in answer.cookies


@pytest.mark.parametrize("headers", [{"authorization": "Bearer x"}, {"accept": "application/json"}])
def test_a_program_reads_no_page_where_there_is_nothing(client: Client, headers: dict[str, str]) -> None:
    answer = client.get("/no-such-page-here/at-all", headers=headers)
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json() == {
        "type": "urn:fondaco:error:no-such-address",
        "title": "Not found",
        "status": 404,
        "detail": "There is nothing at this address. Compare it with the reference; every path counts, also its end.",
        "code": "no-such-address",
        "instance": "/no-such-page-here/at-all",
    }


def test_a_wrong_host_is_refused_without_a_viewer(client: Client) -> None:
    answer = client.get("/account/login/", headers={"host": "evil.example"})
    assert answer.status_code == 400
    assert "We could not read this request" in answer.content.decode()


def test_a_bug_shows_a_calm_page(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    client.raise_request_exception = False
    monkeypatch.setattr("fondaco.surfaces.site.views.inbox.find_mails", lambda folder: 1 / 0)
    answer = client.get("/inbox")
    assert answer.status_code == 500
    assert "Something broke on our side" in answer.content.decode()
    assert "ZeroDivisionError" not in answer.content.decode()


def test_every_page_has_the_strict_policy(client: Client, settings: Settings) -> None:
    policy = client.get("/account/login/").headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "style-src 'self'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize(
    ("address", "page_above"),
    [
        ("/my-apps/0123456789abcdef0123456789abcdef/retry", "/my-apps/0123456789abcdef0123456789abcdef"),
        ("/people/invitations/0123456789abcdef0123456789abcdef/resend", "/people/invitations"),
        ("/my-apps/tests/0123456789abcdef0123456789abcdef/accept", "/my-apps/tests"),
        ("/place", "/"),
    ],
)
def test_the_address_of_a_form_opened_like_a_page_leads_to_the_page(
    client: Client, address: str, page_above: str
) -> None:
    client.force_login(make_user().person)
    answer = client.get(address, headers={"Accept": "text/html"})
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    page = answer.content.decode()
    assert "Nothing was sent" in page
    assert f'href="{page_above}"' in page
    program = client.get(address, headers={"Accept": "application/json"})
    assert (program.status_code, program.content) == (405, b"")
