"""A form sent after its session has ended is filled in again after the sign-in, and nothing is done by itself."""

from __future__ import annotations

import html
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from tests.factories.accounts import make_person
from tests.factories.catalog import make_app, make_category, make_version
from tests.factories.partners import make_member
from tests.searching import find_in_database

from fondaco.audit.models import Event
from fondaco.catalog.models import App, ListingContent, TechnicalContent, Version
from fondaco.identity.jobs import forget_expired
from fondaco.identity.models import KeptForm
from fondaco.kit import clock
from fondaco.partners.models import Member, MemberRole

pytestmark = pytest.mark.django_db
PASSWORD = "paper-boats-on-monday"
SAID = "Nothing has been saved yet."


@pytest.fixture
def devi() -> Member:
    return make_member(role=MemberRole.DEVELOPER, person=make_person("Devi Rao", password=PASSWORD))


@pytest.fixture
def version(devi: Member) -> Version:
    make_category("reporting", "Reporting")
    return make_version(make_app(devi.partner))


def sign_in(client: Client, member: Member, follow: str = "/portal/") -> Any:
    form = {"login": member.person.email, "password": PASSWORD, "next": follow}
    return client.post(f"/account/login/?next={follow}", form, follow=True)


def end_session(client: Client) -> None:
    """As by time, or from another device: the browser still has its other cookies."""
    del client.cookies[settings.SESSION_COOKIE_NAME]


def text_of(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def test_nothing_typed_is_lost_when_the_session_has_ended(devi: Member, version: Version) -> None:
    client, address = Client(), f"/portal/versions/{version.pk.hex}/listing"
    sign_in(client, devi)
    end_session(client)
    facts = Event.objects.count()
    sent = {"revision": "0", "display_name": "Ledgerline", "summary": "Typed <with> care", "categories": ["reporting"]}
    answer = client.post(
        address, {**sent, "csrfmiddlewaretoken": "x"}, headers={"Referer": f"http://testserver{address}"}
    )
    assert answer["Location"] == f"/account/login/?next={address}"
    assert "What you typed is kept for half an hour; nothing was saved yet." in text_of(client.get(answer["Location"]))
    assert Event.objects.count() == facts
    assert find_in_database("Typed <with> care") == []  # T22
    page = sign_in(client, devi, address)
    assert page.redirect_chain[-1] == (address, 302)
    said = text_of(page)
    assert SAID in said
    assert 'value="Typed <with> care"' in said
    assert ListingContent.objects.get().revision == 0
    assert SAID in text_of(client.get(address))  # a reload takes nothing away
    assert client.post(address, sent)["Location"] == f"/portal/versions/{version.pk.hex}"
    assert ListingContent.objects.get().summary == "Typed <with> care"
    assert not KeptForm.objects.exists()
    assert SAID not in text_of(client.get(address))


def test_a_form_of_another_page_comes_back_there(devi: Member, version: Version) -> None:
    """The form that begins a version stands on the app's page and is sent elsewhere."""
    client, page = Client(), f"/portal/apps/{version.app_id.hex}"
    sign_in(client, devi)
    end_session(client)
    answer = client.post(f"{page}/versions/new", {"name": "9.9.9"}, headers={"Referer": f"http://testserver{page}"})
    assert answer["Location"] == f"/account/login/?next={page}"
    said = text_of(sign_in(client, devi, page))
    assert SAID in said
    assert 'value="9.9.9"' in said
    assert not Version.objects.filter(name="9.9.9").exists()


def test_nobody_else_sees_it(devi: Member, version: Version) -> None:
    client, address = Client(), f"/portal/versions/{version.pk.hex}/listing"
    sign_in(client, devi)
    end_session(client)
    client.post(address, {"summary": "Typed by Devi"})
    person = make_person("Milo Brandt", password=PASSWORD)
    milo = make_member(devi.partner, role=MemberRole.MARKETING, person=person)
    said = text_of(sign_in(client, milo, address))
    assert "Typed by Devi" not in said
    assert "What they typed is not shown to you." in said
    sign_out = client.post("/account/logout/")
    assert sign_out.status_code == 302
    assert "Typed by Devi" in text_of(sign_in(client, devi, address))


def test_another_browser_and_later_have_nothing(devi: Member, version: Version) -> None:
    client, address = Client(), f"/portal/versions/{version.pk.hex}/listing"
    sign_in(client, devi)
    end_session(client)
    client.post(address, {"summary": "Typed by Devi"})
    other = Client()
    other.cookies["form-kept"] = "1"
    assert "Typed by Devi" not in text_of(sign_in(other, devi, address))
    with clock.travel(clock.now() + timedelta(minutes=31)):
        assert "Typed by Devi" not in text_of(sign_in(client, devi, address))
        forget_expired()
    assert not KeptForm.objects.exists()


def test_secrets_are_not_kept_and_what_has_no_form_now_is_shown_once(devi: Member, version: Version) -> None:
    client, address = Client(), f"/portal/versions/{version.pk.hex}/technical"
    sign_in(client, devi)
    end_session(client)
    typed = {
        "release_notes": "Faster than before",
        "test_credentials": "demo / hush",
        "password": "hush",
        "api_token": "hush",
    }
    client.post(address, typed)
    assert set(KeptForm.objects.get().entries) == {"release_notes"}
    closed = {"status": "in_review"}
    TechnicalContent._base_manager.update(**closed)
    said = text_of(sign_in(client, devi, address))
    assert "Faster than before" in said
    assert "Copy what you need: it is shown once." in said
    assert not KeptForm.objects.exists()


@pytest.mark.parametrize(
    "odd",
    [
        {"headers": {"Referer": "https://evil.example/portal/"}},
        {"headers": {"HX-Request": "true"}},
        {"headers": {"Sec-Fetch-Mode": "cors"}},
        {"content_type": "application/json"},
    ],
)
def test_what_is_no_form_of_ours_leads_nowhere_else(devi: Member, version: Version, odd: dict[str, Any]) -> None:
    client, address = Client(), f"/portal/versions/{version.pk.hex}/listing"
    sign_in(client, devi)
    end_session(client)
    data: Any = '{"summary": "x"}' if "content_type" in odd else {"summary": "x"}
    assert client.post(address, data, **odd)["Location"] == f"/account/login/?next={address}"
    assert KeptForm.objects.filter(page=address).count() == ("evil" in str(odd))


def test_too_much_and_strangers_are_told_the_truth(devi: Member, version: Version) -> None:
    client, address = Client(), f"/portal/versions/{version.pk.hex}/listing"
    assert client.post(address, {"summary": "x"})["Location"] == f"/account/login/?next={address}"
    sign_in(client, devi)
    end_session(client)
    answer = client.post(address, {"summary": "x" * 200_001})
    assert "what you typed could not be kept" in text_of(client.get(answer["Location"]))
    assert not KeptForm.objects.exists()
    assert App.objects.count() == 1
