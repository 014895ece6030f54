"""A form with an old token is never carried out. Its sender gets it back as they typed it; nobody else can do so."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.test import Client
from tests.factories.accounts import make_person
from tests.factories.catalog import make_app, make_category, make_version
from tests.factories.partners import make_member

from fondaco.audit.models import Event
from fondaco.catalog.models import ListingContent, TechnicalContent, Version
from fondaco.identity.models import KeptForm
from fondaco.partners.models import Member, MemberRole, PartnerApplication

pytestmark = pytest.mark.django_db
PASSWORD = "paper-boats-on-monday"
SAVED_NOTHING = "Nothing has been saved yet."
HAPPENED = "This form was from before your last sign-in, or was open for too long, so it was not accepted."
PLAIN = "This form was open for too long"
HERE = "http://testserver"


@pytest.fixture
def devi() -> Member:
    return make_member(role=MemberRole.DEVELOPER, person=make_person("Devi Rao", password=PASSWORD))


@pytest.fixture
def version(devi: Member) -> Version:
    make_category("reporting", "Reporting")
    return make_version(make_app(devi.partner))


@pytest.fixture
def client() -> Client:
    return Client(enforce_csrf_checks=True)


def token_in(answer: Any) -> str:
    match = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', answer.content.decode())
    assert match is not None
    return match.group(1)


def text_of(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def sign_in(client: Client, member: Member, follow: str) -> Any:
    """By the form; every sign-in makes the tokens of all open pages old."""
    token = token_in(client.get("/account/login/"))
    form = {"login": member.person.email, "password": PASSWORD, "next": follow, "csrfmiddlewaretoken": token}
    return client.post("/account/login/", form, follow=True)


def press(client: Client, address: str, sent: dict[str, Any], page: str = "", **headers: str) -> Any:
    """As a browser sends it from ``page`` of ours."""
    return client.post(address, sent, headers={"Origin": HERE, "Referer": f"{HERE}{page or address}", **headers})


def open_twice(client: Client, member: Member, page: str) -> str:
    """The token of ``page``, which was open when its reader signed in again in another window."""
    sign_in(client, member, page)
    token = token_in(client.get(page))
    client.post("/account/logout/", {"csrfmiddlewaretoken": token})
    sign_in(client, member, page)
    return token


def test_what_was_typed_before_signing_in_again_is_in_the_form_again(
    client: Client, devi: Member, version: Version
) -> None:
    address = f"/portal/versions/{version.pk.hex}/listing"
    old = open_twice(client, devi, address)
    sent = {"revision": "0", "display_name": "Ledgerline", "summary": "Typed <with> care", "categories": ["reporting"]}
    facts = Event.objects.count()
    answer = press(client, address, {**sent, "csrfmiddlewaretoken": old})
    page = text_of(answer)
    assert answer.status_code == 403
    assert SAVED_NOTHING in page
    assert HAPPENED in page
    assert 'value="Typed <with> care"' in page
    assert token_in(answer) != old
    assert (ListingContent.objects.get().revision, Event.objects.count()) == (0, facts)
    assert not KeptForm.objects.exists()  # it was handed back, not kept
    assert SAVED_NOTHING not in text_of(client.get(address))
    again = press(client, address, {**sent, "csrfmiddlewaretoken": token_in(answer)})
    assert again["Location"] == f"/portal/versions/{version.pk.hex}"
    assert ListingContent.objects.get().summary == "Typed <with> care"


def test_a_visitor_without_the_cookie_gets_the_form_back_too(client: Client) -> None:
    address = "/partners/apply"
    client.get(address)
    del client.cookies["csrftoken"]
    answer = press(client, address, {"company_name": "Ledgerline", "csrfmiddlewaretoken": "x"})
    page = text_of(answer)
    assert answer.status_code == 403
    assert SAVED_NOTHING in page
    assert 'value="Ledgerline"' in page
    assert answer.cookies["csrftoken"].value  # so that it is accepted the next time
    assert press(client, address, {"csrfmiddlewaretoken": token_in(answer)}).status_code == 422
    assert not PartnerApplication.objects.exists()


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example", "Referer": "https://evil.example/"},
        {"Origin": "https://evil.example", "Referer": f"{HERE}/account/login/"},
        {"Origin": "null", "Referer": f"{HERE}/account/login/"},
        {"Origin": f"{HERE}.evil.example"},
        {"Origin": "http://testserver:81"},
        {"Referer": f"{HERE}.evil.example/account/login/"},
        {"Referer": "/account/login/"},
        {},
        {"Origin": HERE, "HX-Request": "true"},
        {"Origin": HERE, "Sec-Fetch-Mode": "cors"},
    ],
)
def test_what_others_send_fills_nothing_in(client: Client, headers: dict[str, str]) -> None:
    """Not even the address of the one as whom somebody is to be signed in."""
    client.get("/account/login/")
    facts = Event.objects.count()
    sent = {"login": "mallory@evil.example", "password": PASSWORD, "csrfmiddlewaretoken": "x" * 32}
    answer = client.post("/account/login/", sent, headers=headers)
    page = text_of(answer)
    assert answer.status_code == 403
    assert PLAIN in page
    assert "mallory@evil.example" not in page
    assert Event.objects.count() == facts


def test_secrets_are_not_echoed_and_a_closed_form_comes_back_as_text(
    client: Client, devi: Member, version: Version
) -> None:
    answer = press(client, "/account/login/", {"login": "ada@calls.example", "password": "hush", "code": "123456"})
    page = text_of(answer)
    assert 'value="ada@calls.example"' in page
    assert "hush" not in page
    assert "123456" not in page
    address = f"/portal/versions/{version.pk.hex}/technical"
    old = open_twice(client, devi, address)
    closed = {"status": "in_review"}
    TechnicalContent._base_manager.update(**closed)
    typed = {"release_notes": "Faster than before", "test_credentials": "demo / hush", "csrfmiddlewaretoken": old}
    answer = press(client, address, typed)
    page = text_of(answer)
    assert answer.status_code == 403
    assert "Faster than before" in page
    assert "Copy what you need: it is shown once." in page
    assert "hush" not in page
    assert old not in page


def test_a_button_is_not_pressed_and_its_page_is_there_again(client: Client, devi: Member, version: Version) -> None:
    page = f"/portal/apps/{version.app_id.hex}"
    address = f"/portal/drafts/listing/{version.pk.hex}/discard"
    old = open_twice(client, devi, page)
    answer = press(client, address, {"csrfmiddlewaretoken": old}, page)
    assert answer.status_code == 403
    assert "Nothing has been done yet." in text_of(answer)
    assert version.app.name in text_of(answer)
    # Signed in in another window already: the sign-in page leads on, as it does for everybody who is signed in.
    answer = press(client, "/account/login/", {"login": devi.person.email, "csrfmiddlewaretoken": old})
    assert (answer.status_code, answer["Location"]) == (302, "/home")


def test_who_is_signed_out_and_has_an_old_form_gets_its_text(client: Client, devi: Member, version: Version) -> None:
    address = f"/portal/versions/{version.pk.hex}/listing"
    old = open_twice(client, devi, address)
    client.cookies.pop("sessionid")
    answer = press(client, address, {"summary": "Typed by somebody", "csrfmiddlewaretoken": old})
    page = text_of(answer)
    assert answer.status_code == 403
    assert "Typed by somebody" in page
    assert f'href="{address}"' in page
    assert not KeptForm.objects.exists()
