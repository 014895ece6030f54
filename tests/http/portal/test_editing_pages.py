"""Editing a version: nothing typed is lost, nobody is overwritten, and what is shown is what customers see."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings
from tests.factories.accounts import actor_for
from tests.factories.catalog import make_app, make_category, make_version, picture
from tests.factories.partners import make_member
from tests.signing_in import signed_in

from fondaco.catalog import actions
from fondaco.catalog.content import ListingFields
from fondaco.catalog.models import App, EditingDraft, ListingContent, Plan, Screenshot, TechnicalContent, Version
from fondaco.catalog.queries import get_version
from fondaco.kit import clock
from fondaco.partners.models import Member, MemberRole

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _media(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def version(mara: Member) -> Version:
    make_category("reporting", "Reporting")
    return make_version(make_app(mara.partner))


@pytest.fixture
def client(mara: Member) -> Client:
    return signed_in(mara)


@pytest.fixture
def devi(mara: Member) -> Member:
    return make_member(mara.partner, role=MemberRole.OWNER)


def at(version: Version, *parts: str) -> str:
    return "/".join([f"/portal/versions/{version.pk.hex}", *parts])


def draft_of(subject: Version | App | Plan, part: str = "listing") -> str:
    return f"/portal/drafts/{part}/{subject.pk.hex}"


def text_of(answer: HttpResponse) -> str:
    return html.unescape(answer.content.decode())


def form_on(page: str, **changes: Any) -> dict[str, Any]:
    """What a browser would send from the listing's form, with ``changes``."""
    found: dict[str, Any] = {"categories": re.findall(r'name="categories" value="([^"]+)"[^>]*checked', page)}
    for name in {"revision", "base", *ListingFields.__dataclass_fields__} - {"categories", "description"}:
        if match := re.search(rf'<input[^>]*name="{name}"[^>]*?value="([^"]*)"', page):
            found[name] = html.unescape(match.group(1))
    found["description"] = html.unescape(
        re.search(r'<textarea name="description"[^>]*>\r?\n?(.*?)</textarea>', page, re.S).group(1)
    )  # type: ignore[union-attr]
    return {**found, **changes}


def open_listing(client: Client, version: Version, **changes: Any) -> dict[str, Any]:
    return form_on(client.get(at(version, "listing")).content.decode(), **changes)


def save_as(by: Member, version: Version, **changes: str) -> None:
    """A colleague saves the listing."""
    version = get_version(by, version.pk.hex)
    listing = version.listing
    names = ("display_name", "summary", "description", "support_email", "privacy_url", "terms_url", "docs_url")
    fields = {name: getattr(listing, name) for name in names} | changes
    shelves = tuple(category.slug for category in listing.categories.all())
    actions.edit_listing(
        actor=actor_for(by.person),
        by=by,
        version=version,
        revision=listing.revision,
        fields=ListingFields(**fields, categories=shelves),
    )


def test_what_was_typed_is_there_again_after_leaving(client: Client, mara: Member, version: Version) -> None:
    sent = open_listing(client, version, summary="Half a sent", support_email="not yet")
    answer = client.post(draft_of(version), sent)
    assert answer.status_code == 200
    assert "Kept as a draft at" in text_of(answer)
    other_window = {**sent, "summary": "As saved", "untouched": "1"}
    assert "Kept as a draft at" in text_of(client.post(draft_of(version), other_window))
    assert ListingContent.objects.get().revision == 0
    assert "You typed something here that is not part of the version:" in text_of(client.get(at(version)))
    page = text_of(signed_in(mara).get(at(version, "listing")))  # another browser, or after signing in again
    assert "Restored." in page
    assert "This is what you typed and did not save, from" in page
    assert 'value="Half a sent"' in page
    assert 'value="not yet"' in page
    assert "need a change" not in page  # nothing is judged before it is sent
    assert client.post(f"{draft_of(version)}/discard")["Location"] == at(version, "listing")
    page = text_of(client.get(at(version, "listing")))
    assert "Restored." not in page
    assert "Half a sent" not in page
    assert not EditingDraft.objects.exists()


def test_saving_ends_the_draft(client: Client, version: Version) -> None:
    sent = open_listing(client, version, summary="All of it")
    client.post(draft_of(version), sent)
    assert client.post(at(version, "listing"), sent)["Location"] == at(version)
    assert ListingContent.objects.get().summary == "All of it"
    assert not EditingDraft.objects.exists()


def test_an_untouched_form_is_presence_and_no_draft(client: Client, devi: Member, version: Version) -> None:
    sent = open_listing(client, version)
    answer = client.post(draft_of(version), sent)
    assert "Kept" not in text_of(answer)
    assert EditingDraft.objects.get().sealed is None
    assert "Restored." not in text_of(client.get(at(version, "listing")))
    other = signed_in(devi)
    assert "Mara Lind has this page open too." in text_of(other.get(at(version, "listing")))
    client.post(draft_of(version), {**sent, "summary": "New"})
    answer = other.post(draft_of(version), open_listing(other, version))
    assert "Mara Lind is editing this too and has typed something." in text_of(answer)
    with clock.travel(clock.now() + timedelta(minutes=2)):
        assert "Mara Lind" not in text_of(other.get(draft_of(version)))


def test_without_scripts_a_refused_form_is_kept_as_well(client: Client, version: Version) -> None:
    sent = open_listing(client, version, privacy_url="http://insecure.example", summary="Typed with care")
    answer = client.post(at(version, "listing"), sent)
    assert answer.status_code == 422
    page = text_of(client.get(at(version, "listing")))
    assert 'value="Typed with care"' in page
    assert 'value="http://insecure.example"' in page


def test_an_open_form_hears_that_somebody_saved(client: Client, devi: Member, version: Version) -> None:
    sent = open_listing(client, version, summary="Mine")
    save_as(devi, version, summary="Theirs")
    said = text_of(client.post(draft_of(version), sent))
    assert f"{devi.person.name} saved another state of this page at" in said
    page = text_of(client.get(at(version, "listing")))
    assert "Saved meanwhile." in page
    assert 'name="revision" value="0"' in page  # so that saving asks


def test_a_conflict_is_settled_field_by_field(client: Client, devi: Member, version: Version) -> None:
    mine = open_listing(client, version, summary="Mine", video_url="https://youtu.be/mine")
    save_as(devi, version, summary="Theirs", docs_url="https://ledgerline.example/theirs")
    answer = client.post(at(version, "listing"), mine)
    page = text_of(answer)
    assert answer.status_code == 409
    assert f"{devi.person.name} saved this page while you were editing it." in page
    choices = dict(re.findall(r'name="choose (\w+)" value="(\w+)" checked', page))
    assert choices == {"video_url": "mine", "docs_url": "theirs"}
    assert "both changed it" in page
    sent = {**mine, "revision": "1", "choosing": "1", **{f"choose {name}": side for name, side in choices.items()}}
    answer = client.post(at(version, "listing"), sent)
    assert answer.status_code == 422
    assert "Choose a side for each field. Nothing was saved yet." in text_of(answer)
    assert ListingContent.objects.get().summary == "Theirs"
    assert client.post(at(version, "listing"), {**sent, "choose summary": "mine"})["Location"] == at(version)
    content = ListingContent.objects.get()
    assert (content.revision, content.summary) == (2, "Mine")
    assert (content.video_url, content.docs_url) == ("https://youtu.be/mine", "https://ledgerline.example/theirs")
    assert not EditingDraft.objects.exists()


def test_a_third_save_while_choosing_asks_again(client: Client, devi: Member, version: Version) -> None:
    mine = open_listing(client, version, summary="Mine")
    save_as(devi, version, summary="Theirs")
    client.post(at(version, "listing"), mine)
    save_as(devi, version, summary="Theirs again")
    sent = {**mine, "revision": "1", "choosing": "1", "choose summary": "mine"}
    answer = client.post(at(version, "listing"), sent)
    assert answer.status_code == 409
    assert "Theirs again" in text_of(answer)
    assert ListingContent.objects.get().summary == "Theirs again"
    assert EditingDraft.objects.get().entries["summary"] == ["Mine"]  # type: ignore[index]


def test_conflicts_never_show_test_credentials(client: Client, devi: Member, version: Version) -> None:
    TechnicalContent.objects.update(revision=1, updated_by=devi.person.name, test_credentials=b"theirs / secret")
    sent = {"revision": "0", "version_name": "1.0.1", "test_credentials": "mine / hidden", "standalone_url": ""}
    page = text_of(client.post(at(version, "technical"), sent))
    assert "theirs / secret" not in page
    assert 'name="choose test_credentials"' not in page
    assert '<input type="hidden" name="test_credentials" value="mine / hidden">' in page


def test_markdown_is_shown_as_the_marketplace_shows_it(client: Client, version: Version) -> None:
    text = "It **works** <script>alert(1)</script> [link](javascript:alert(1))"
    shown = client.post(at(version, "panels", "listing"), {"description": text}).content.decode()
    assert "<strong>works</strong>" in shown
    assert "<script>" not in shown
    assert 'href="javascript' not in shown
    save_as(make_member(version.app.partner, role=MemberRole.OWNER), version, description=text)
    frame = client.get(f"/marketplace/preview/{version.pk.hex}").content.decode()
    assert re.search(r"<p>It <strong>works</strong>.*?</p>", shown).group() in frame  # type: ignore[union-attr]


def test_the_consent_follows_the_scopes(client: Client, version: Version) -> None:
    sent: dict[str, object] = {
        "scopes": ["contacts:read"],
        "reason-contacts:read": "to greet by name",
        "data_fields": ["contact.phones", "recording.media"],
        "receives_user_logout": "on",
    }
    shown = text_of(client.post(at(version, "panels", "technical"), sent))
    assert "to greet by name" in shown
    assert "What Ledgerline may do:\n• Reads your contacts: their phone numbers" in shown
    assert "What you ask for below needs recordings:read" in shown
    assert "What you ask for below needs users:read" in shown
    assert "asks for no access" in text_of(client.post(at(version, "panels", "technical"), {}))
    assert not EditingDraft.objects.exists()


def test_T10_the_form_names_the_scope_that_is_missing(client: Client, version: Version) -> None:
    sent = {"revision": "0", "version_name": "1.0.0", "scopes": ["account:read"], "receives_user_logout": "on"}
    answer = client.post(at(version, "technical"), sent | {"data_fields": ["account.timezone", "contact.phones"]})
    assert answer.status_code == 422
    assert text_of(answer).count("contact.phones: only the scope contacts:read lets you read this") == 2
    assert 'value="contact.phones" id="id_data_fields_11" aria-invalid="true"' in answer.content.decode()
    assert text_of(answer).count("user.logout needs the scope users:read") == 2  # above the form and at the field
    assert TechnicalContent.objects.get().revision == 0


def test_the_preview_is_the_page_of_the_marketplace_in_a_frame(client: Client, version: Version) -> None:
    page = client.get(at(version, "preview"), {"theme": "dark", "width": "phone"})
    text = text_of(page)
    assert "frame-src 'self'" in page["Content-Security-Policy"]
    assert 'class="preview-frame is-phone"' in text
    address = re.search(r'<iframe[^>]*src="([^"]+)"', text).group(1)  # type: ignore[union-attr]
    frame = client.get(address)
    assert frame["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in frame["Content-Security-Policy"]
    assert 'data-theme="dark"' in frame.content.decode()
    assert "<script" not in frame.content.decode()
    assert "As typed" not in text
    stranger = signed_in(make_member())
    assert stranger.get(address).status_code == stranger.get(at(version, "preview")).status_code == 404
    assert client.get("/")["X-Frame-Options"] == "DENY"


def test_the_preview_shows_what_is_typed_and_not_saved(client: Client, mara: Member, version: Version) -> None:
    sent = open_listing(
        client, version, summary="Not saved", categories=["reporting"], terms_url="javascript:alert(1)", look="1"
    )
    answer = client.post(at(version, "listing"), sent)  # the button “Preview”, also without scripts
    assert answer["Location"] == f"{at(version, 'preview')}?text=typed"
    assert "As typed" in text_of(client.get(answer["Location"]))
    frame = f"/marketplace/preview/{version.pk.hex}"
    typed = text_of(client.get(frame, {"text": "typed"}))
    assert "Not saved" in typed
    assert "Reporting" in typed
    assert "javascript:" not in typed
    assert "Not saved" not in text_of(client.get(frame))
    colleague = signed_in(make_member(mara.partner, role=MemberRole.DEVELOPER))
    assert "Not saved" not in text_of(colleague.get(frame, {"text": "typed"}))
    assert ListingContent.objects.get().revision == 0


def test_pictures_move_by_buttons_and_get_other_words(client: Client, version: Version) -> None:
    sent = {"image": upload(1280, 800), "alternative_text": "Second", "crop_left": "0", "crop_top": "0"}
    answer = client.post(at(version, "screenshots"), sent)
    assert answer.status_code == 422
    assert "Give all four numbers, or none." in text_of(answer)
    sent |= {"image": upload(1280, 800), "crop_width": "800", "crop_height": "500"}
    assert client.post(at(version, "screenshots"), sent)["Location"] == at(version, "screenshots")
    second = Screenshot.objects.get(alternative_text="Second")
    where = f"/portal/screenshots/{second.pk.hex}"
    assert client.post(f"{where}/move", {"to": "front"})["Location"] == at(version, "screenshots")
    assert client.post(f"{where}/move", {"to": "front"})["Location"] == at(version, "screenshots")  # it is the first
    assert Screenshot.objects.all()[0].alternative_text == "Second"
    assert client.post(where, {"alternative_text": ""}).status_code == 422
    assert client.post(where, {"alternative_text": "The list of invoices"})["Location"] == at(version, "screenshots")
    page = text_of(client.get(at(version, "screenshots")))
    assert 'alt="The list of invoices"' in page
    assert page.index("1. The list of invoices") < page.index("2. An open invoice")
    stranger = signed_in(make_member())
    assert stranger.post(f"{where}/move", {"to": "back"}).status_code == 404


def test_an_oblong_icon_is_cut_in_the_middle(client: Client) -> None:
    sent = {"name": "Zebra", "icon": upload(900, 600)}
    assert client.post("/portal/apps/new", sent)["Location"].startswith("/portal/apps/")
    assert App.objects.get(name="Zebra").icon.startswith("icons/")
    bad = {
        "name": "Yak",
        "icon": upload(900, 600),
        "crop_left": "x",
        "crop_top": "-1",
        "crop_width": "9",
        "crop_height": "9",
    }
    assert client.post("/portal/apps/new", bad).status_code == 422
    assert not App.objects.filter(name="Yak").exists()


_NONSENSE: list[tuple[str, dict[str, Any]]] = [
    ("listing", {"revision": "", "base": "{", "summary": "\x00"}),
    ("listing", {"revision": "9" * 400, "base": "[1]", "description": "x" * 300_000}),
    ("listing", {"revision": "-1", "base": '{"summary": 3}', "categories": ["nope", "\u202e"]}),
    ("listing", {"revision": "0", "choosing": "1", "choose nope": "mine", "choose summary": "both"}),
    ("listing", {"revision": "0", "look": "1", "description": "x" * 300_000}),
    ("listing", {"revision": "0", "privacy_url": "javascript:alert(1)", "support_email": "a@b@c"}),
    ("technical", {"revision": "0", "scopes": ["openid", "no:such"], "reason-\x00": "x"}),
    ("technical", {"revision": "0", "redirect_urls": "ftp://x\n" * 30, "release_notes": "x" * 300_000}),
    ("technical", {"revision": "0", "backchannel_logout_url": "https://10.0.0.1/x", "standalone_url": "//u:p@x"}),
]


@pytest.mark.parametrize(("track", "sent"), _NONSENSE)
def test_nonsense_saves_nothing_and_breaks_nothing(
    client: Client, version: Version, track: str, sent: dict[str, Any]
) -> None:
    assert client.post(at(version, track), sent).status_code == 422
    assert client.post(draft_of(version, track), sent).status_code in {200, 422}
    assert client.post(at(version, "panels", track), sent).status_code == 200
    assert client.get(at(version, track)).status_code == 200
    assert client.get(f"/marketplace/preview/{version.pk.hex}", {"text": "typed"}).status_code == 200
    assert client.post(draft_of(version, "nope"), sent).status_code == 404
    assert (ListingContent.objects.get().revision, TechnicalContent.objects.get().revision) == (0, 0)


def upload(width: int, height: int) -> SimpleUploadedFile:
    return SimpleUploadedFile("picture.png", picture(width, height), "image/png")
