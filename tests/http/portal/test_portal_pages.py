"""The portal, as its people and as strangers."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings
from tests.factories.catalog import make_app, make_category, make_version, picture
from tests.factories.partners import make_member, make_partner

from fondaco.catalog.models import App, TechnicalContent, Version
from fondaco.catalog.states import ListingStatus, TechnicalStatus
from fondaco.partners.models import Member, MemberRole
from fondaco.review.models import Submission

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _media(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def mara() -> Member:
    return make_member()


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member.person)
    return client


@pytest.fixture
def client(mara: Member) -> Client:
    return signed_in(mara)


def technical_entries(**changes: object) -> dict[str, object]:
    return {
        "revision": "0",
        "version_name": "1.0.0",
        "events_callback_url": "https://app.ledgerline.example/in",
        "standalone_url": "https://app.ledgerline.example/start",
        "redirect_urls": "https://app.ledgerline.example/cb\r\nhttps://app.ledgerline.example/cb2",
        "scopes": ["users:read", "contacts:write"],
        "reason-contacts:write": "to note payments",
        **changes,
    }


def listing_entries(**changes: object) -> dict[str, object]:
    return {
        "revision": "0",
        "display_name": "Ledgerline",
        "summary": "Invoices in the call",
        "description": "What it does",
        "categories": ["payments-security"],
        "support_email": "help@ledgerline.example",
        "privacy_url": "https://ledgerline.example/privacy",
        "terms_url": "https://ledgerline.example/terms",
        **changes,
    }


def icon(data: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile("icon.png", data if data is not None else picture(), "image/png")


def test_an_empty_overview_teaches(client: Client) -> None:
    page = client.get("/portal/").content.decode()
    assert "Bring your first app" in page
    assert 'href="/portal/apps/new"' in page
    assert "Ledgerline GmbH (developer)" in page


def test_overview_says_what_waits_for_whom(client: Client, mara: Member) -> None:
    make_version(make_app(mara.partner), technical=TechnicalStatus.REJECTED)
    make_version(
        make_app(mara.partner, name="Whisper"),
        technical=TechnicalStatus.IN_REVIEW,
        listing=ListingStatus.IN_REVIEW,
    )
    page = client.get("/portal/").content.decode()
    assert "1 app waits for you." in page
    assert "Waiting for you: a reviewer asks for changes." in page
    assert "Waiting for a reviewer." in page


def test_register_an_app(client: Client, mara: Member) -> None:
    answer = client.post("/portal/apps/new", {"name": "Ledgerline", "icon": icon(), "website": ""})
    app = App.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/portal/apps/{app.pk.hex}")
    assert app.partner == mara.partner
    page = client.get(answer["Location"]).content.decode()
    assert "Ledgerline is registered. Begin its first version." in page
    assert "First version" in page


@pytest.mark.parametrize(
    ("entries", "errors"),
    [
        ({}, ["This field is required.", "Choose a picture."]),
        ({"name": "ab", "icon": icon()}, ["Use at least 3 characters."]),
        ({"name": "x" * 51, "icon": icon()}, ["at most 50 characters"]),
        ({"name": "Ledgerline", "icon": icon(b"<svg/>")}, ["This is not an SVG drawing."]),
        ({"name": "Ledger\x00line", "icon": icon()}, ["Null characters are not allowed."]),
        ({"name": "Ledgerline", "icon": icon(), "website": "javascript:alert(1)"}, ["must begin with https://"]),
    ],
    ids=["nothing", "short", "long", "no-picture", "null", "script"],
)
def test_registering_keeps_what_was_typed(client: Client, entries: dict[str, object], errors: list[str]) -> None:
    answer = client.post("/portal/apps/new", {**entries, "support_email": "typed@ledgerline.example"})
    page = answer.content.decode()
    assert answer.status_code == 422
    for error in errors:
        assert error in page
    assert 'value="typed@ledgerline.example"' in page
    assert App.objects.count() == 0


def test_a_version_from_nothing_to_submission(client: Client, mara: Member) -> None:
    app = make_app(mara.partner)
    make_category()
    answer = client.post(f"/portal/apps/{app.pk.hex}/versions/new", {"name": "1.0.0"})
    version = Version.objects.get()
    address = f"/portal/versions/{version.pk.hex}"
    assert answer["Location"] == address
    page = client.get(address).content.decode()
    assert "Draft · 3 things missing" in page
    assert f'{address}/technical#id_events_callback_url"' in page
    assert "Complete technical" in page

    assert client.post(f"{address}/technical", technical_entries())["Location"] == address
    page = client.get(address).content.decode()
    assert "Saved. Nothing is missing; you can submit it." in page
    assert f'href="{address}/install"' in page
    assert f'class="button primary" href="{address}/submit/technical"' in page

    assert client.post(f"{address}/submit/technical", {"note": "Hello"})["Location"] == address
    submission = Submission.objects.get()
    assert (submission.note, submission.submitted_by) == ("Hello", mara.person)
    page = client.get(address).content.decode()
    assert "In review · 1st in the queue" in page
    assert "Waiting for a reviewer" in page
    assert "Complete listing" in page

    assert client.post(f"{address}/listing", listing_entries())["Location"] == address
    page = client.get(address).content.decode()
    assert "Draft · 2 things missing" in page
    assert f'href="{address}/plans"' in page
    plan = {"name": "Team", "model": "per_seat", "price": "18.50", "min_licences": "2", "max_licences": ""}
    assert client.post(f"{address}/plans", plan)["Location"] == f"{address}/plans"
    assert "$18.50" in client.get(f"{address}/plans").content.decode()
    shot = {"image": icon(picture(1280, 800)), "alternative_text": "An invoice"}
    assert client.post(f"{address}/screenshots", shot)["Location"] == f"{address}/screenshots"
    assert (
        "What it may see and do" in client.get(f"/marketplace/preview/{Version.objects.get().pk.hex}").content.decode()
    )
    assert client.post(f"{address}/submit/listing", {})["Location"] == address

    assert client.get(f"{address}/withdraw/listing").status_code == 200
    assert client.post(f"{address}/withdraw/listing")["Location"] == address
    version = Version.objects.get()
    assert (version.technical.status, version.listing.status) == ("in_review", "draft")


def test_feedback_stands_on_the_version(client: Client, mara: Member) -> None:
    version = make_version(make_app(mara.partner), technical=TechnicalStatus.REJECTED)
    Submission.objects.create(
        version=version,
        track="technical",
        status="rejected",
        submitted_by=mara.person,
        decided_by=make_member(make_partner("Jon's")).person,
        feedback="The redirect URL answers 404.",
    )
    page = client.get(f"/portal/versions/{version.pk.hex}").content.decode()
    assert "The redirect URL answers 404." in page
    assert "Change what was asked for" in page


def test_the_address_for_logout_tokens_is_saved_and_judged(client: Client, mara: Member) -> None:
    version = make_version(make_app(mara.partner))
    address = f"/portal/versions/{version.pk.hex}/technical"
    answer = client.post(address, technical_entries(backchannel_logout_url="https://192.168.0.1/out"))
    assert answer.status_code == 422
    assert 'value="https://192.168.0.1/out"' in answer.content.decode()
    assert TechnicalContent.objects.get().revision == 0
    url = "https://app.ledgerline.example/out"
    assert client.post(address, technical_entries(backchannel_logout_url=url)).status_code == 302
    assert TechnicalContent.objects.get().backchannel_logout_url == url
    assert f'value="{url}"' in client.get(address).content.decode()


def test_a_wrong_form_keeps_everything_and_saves_nothing(client: Client, mara: Member) -> None:
    version = make_version(make_app(mara.partner))
    entries = technical_entries(events_callback_url="http://ledgerline.example", release_notes="Typed with care")
    answer = client.post(f"/portal/versions/{version.pk.hex}/technical", entries)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert page.count("The address must begin with https://.") == 2  # in the summary, and at the field
    assert "Typed with care" in page
    assert 'value="to note payments"' in page
    assert TechnicalContent.objects.get().revision == 0


def test_publish(client: Client, mara: Member) -> None:
    version = make_version(make_app(mara.partner), technical=TechnicalStatus.APPROVED, listing=ListingStatus.APPROVED)
    address = f"/portal/versions/{version.pk.hex}"
    assert "Make available" in client.get(address).content.decode()
    assert "Its listing appears in the marketplace at once." in client.get(f"{address}/publish").content.decode()
    assert client.post(f"{address}/publish", {"when": "now"})["Location"] == address
    assert Version.objects.get().is_published
    assert "Published: Ledgerline 1.0.0 is in the marketplace." in client.get(address).content.decode()


def test_what_cannot_be_published_says_why(client: Client, mara: Member) -> None:
    version = make_version(make_app(mara.partner))
    address = f"/portal/versions/{version.pk.hex}/publish"
    assert "This version cannot be made available now" in client.get(address).content.decode()
    answer = client.post(address, {"when": "now"})
    assert answer.status_code == 409
    assert "its technical content is Draft" in answer.content.decode()
    assert Version.objects.get().technical.status == "draft"


def test_plans_and_pictures_can_go(client: Client, mara: Member) -> None:
    version = make_version(make_app(mara.partner))
    plan, shot = version.plans.get(type="paid"), version.listing.screenshots.get()
    assert client.get(f"/portal/plans/{plan.pk.hex}").status_code == 200
    bad = {"name": "Team", "model": "per_seat", "price": "18,505", "min_licences": "x"}
    answer = client.post(f"/portal/plans/{plan.pk.hex}", bad)
    assert answer.status_code == 422
    assert "Write it like 18 or 18.50" in answer.content.decode()
    for address in (f"/portal/plans/{plan.pk.hex}/remove", f"/portal/screenshots/{shot.pk.hex}/remove"):
        assert client.get(address).status_code == 200
        assert client.post(address).status_code == 302
    assert version.plans.filter(type="paid").count() == 0
    assert version.listing.screenshots.count() == 0


def test_edit_an_app(client: Client, mara: Member) -> None:
    app = make_app(mara.partner)
    make_version(app, listing=ListingStatus.ADVERTISED)
    address = f"/portal/apps/{app.pk.hex}/edit"
    assert "The icon is part of a listing" in client.get(address).content.decode()
    answer = client.post(address, {"name": "Ledgerline", "slug": "ledgers", "icon": icon()})
    assert answer.status_code == 409
    assert client.post(address, {"name": "Ledgerline Two", "slug": "ledgers"}).status_code == 302
    app.refresh_from_db()
    assert (app.name, app.slug, app.icon) == ("Ledgerline Two", "ledgers", "icons/test.png")


def test_every_page_is_there_for_its_own_and_404_for_strangers(client: Client, mara: Member) -> None:
    version = make_version(make_app(mara.partner))
    plan, shot = version.plans.get(type="paid"), version.listing.screenshots.get()
    addresses = [
        f"/portal/apps/{version.app.pk.hex}",
        f"/portal/apps/{version.app.pk.hex}/edit",
        f"/portal/apps/{version.app.pk.hex}/versions/new",
        f"/portal/apps/{version.app.pk.hex}/compare",
        f"/portal/versions/{version.pk.hex}",
        *(
            f"/portal/versions/{version.pk.hex}/{page}"
            for page in (
                "preview",
                "technical",
                "listing",
                "plans",
                "screenshots",
                "submit/technical",
                "submit/listing",
                "publish",
                "deprecate",
            )
        ),
        f"/portal/plans/{plan.pk.hex}",
        f"/portal/plans/{plan.pk.hex}/remove",
        f"/portal/screenshots/{shot.pk.hex}/remove",
    ]
    stranger, visitor = signed_in(make_member(make_partner("Whisper Inc"))), Client()
    for address in addresses:
        assert (address, client.get(address).status_code) == (address, 200)
        assert (address, stranger.get(address).status_code) == (address, 404)
        assert (address, visitor.get(address).status_code) == (address, 302)
        if not address.endswith(("preview", "compare", version.pk.hex, version.app.pk.hex)):
            assert (address, stranger.post(address, {"name": "Mine"}).status_code) in {(address, 404), (address, 422)}
    assert client.get(f"/portal/versions/{version.pk.hex}/submit/everything").status_code == 404
    assert client.get("/portal/apps/nonsense").status_code == 404
    version.refresh_from_db()
    assert Version.objects.count() == 1
    assert version.plans.count() == 2


@pytest.mark.parametrize(
    ("role", "page", "status"),
    [
        (MemberRole.MARKETING, "technical", 403),
        (MemberRole.MARKETING, "listing", 200),
        (MemberRole.MARKETING, "submit/technical", 403),
        (MemberRole.FINANCE, "", 200),
        (MemberRole.FINANCE, "listing", 403),
        (MemberRole.FINANCE, "publish", 403),
    ],
)
def test_roles(mara: Member, role: MemberRole, page: str, status: int) -> None:
    version = make_version(make_app(mara.partner))
    client = signed_in(make_member(mara.partner, role=role))
    address = f"/portal/versions/{version.pk.hex}" + (f"/{page}" if page else "")
    assert client.get(address).status_code == status


@pytest.mark.parametrize("address", ["/portal/", "/portal/apps"])
def test_lists_take_few_queries(
    client: Client, mara: Member, address: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(5):
        make_version(make_app(mara.partner, name=f"App {number}"))
    client.get(address)
    with django_assert_max_num_queries(12):
        client.get(address)


def test_the_version_page_takes_few_queries(
    client: Client, mara: Member, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    version = make_version(make_app(mara.partner))
    client.post(f"/portal/versions/{version.pk.hex}/submit/technical", {})
    with django_assert_max_num_queries(12):
        client.get(f"/portal/versions/{version.pk.hex}")


def test_locked_content_leads_back(client: Client, mara: Member) -> None:
    version = make_version(make_app(mara.partner), technical=TechnicalStatus.IN_REVIEW)
    address = f"/portal/versions/{version.pk.hex}"
    assert client.get(f"{address}/technical")["Location"] == address
    assert "so it cannot be changed now" in client.get(address).content.decode()
    answer = client.post(f"{address}/technical", technical_entries())
    assert answer.status_code == 409
    assert "This content is In review and cannot be changed." in answer.content.decode()
    assert TechnicalContent.objects.get().revision == 0
