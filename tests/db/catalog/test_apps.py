"""Registering apps and beginning versions."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from pytest_django import Settings
from tests.factories.accounts import actor_for
from tests.factories.catalog import make_app, make_published_version, make_version, picture
from tests.factories.partners import make_member

from fondaco.audit.models import Event
from fondaco.catalog import actions
from fondaco.catalog.categories import ensure_defaults
from fondaco.catalog.content import AppDetails
from fondaco.catalog.errors import BadImage, IconLocked, SlugLocked
from fondaco.catalog.models import App, Category
from fondaco.catalog.states import ListingStatus, TechnicalStatus
from fondaco.kit.errors import Forbidden, Invalid, NotFound
from fondaco.partners.models import Member, MemberRole

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _media(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def register(by: Member, name: str = "Ledgerline", **details: str) -> App:
    return actions.register_app(
        actor=actor_for(by.person), by=by, name=name, icon=picture(), details=AppDetails(name=name, **details)
    )


def kinds() -> list[str]:
    return list(Event.objects.order_by("id").filter(partner_id__isnull=False).values_list("kind", flat=True))


def test_register_app(mara: Member) -> None:
    details = {"website": "https://ledgerline.example", "support_email": "help@ledgerline.example"}
    app = register(mara, "Ledgerline Pay", **details)
    app.refresh_from_db()
    assert (app.partner_id, app.name, app.slug) == (mara.partner_id, "Ledgerline Pay", "ledgerline-pay")
    assert (app.website, app.support_email) == ("https://ledgerline.example", "help@ledgerline.example")
    assert default_storage.exists(app.icon)
    event = Event.objects.get(kind="app.registered")
    assert (event.subject_id, event.partner_id, event.actor_label) == (app.pk.hex, mara.partner_id, "Mara Lind")


def test_slug_gets_a_number_when_it_is_taken(mara: Member) -> None:
    assert register(mara, "Call Notes").slug == "call-notes"
    assert register(mara, "Call Notes!").slug == "call-notes-2"


def test_names_without_latin_letters_get_an_address_too(mara: Member) -> None:
    assert len(register(mara, "通話メモ").slug) >= 3


def test_registering_tells_every_wrong_field_and_saves_nothing(mara: Member) -> None:
    make_app(name="Whisper")
    with pytest.raises(Invalid) as refusal:
        register(mara, "whisper", website="http://whisper.example", technical_email="nobody", slug="A!")
    assert refusal.value.fields == {
        "name": ["Another app is already called “whisper”."],
        "slug": ["Use 3 to 50 lower-case letters, digits and hyphens."],
        "website": ["The address must begin with https://."],
        "technical_email": ["Write an e-mail address like support@company.example."],
    }
    assert App.objects.filter(partner=mara.partner).count() == 0
    assert kinds() == []


def test_a_refused_icon_leaves_nothing(mara: Member, tmp_path: Path) -> None:
    with pytest.raises(BadImage):
        actions.register_app(actor=actor_for(mara.person), by=mara, name="Ledgerline", icon=b"<svg/>")
    assert App.objects.count() == 0
    assert list(tmp_path.rglob("*.*")) == []


@pytest.mark.parametrize("role", [MemberRole.MARKETING, MemberRole.FINANCE])
def test_who_may_not_register(role: MemberRole, tmp_path: Path) -> None:
    with pytest.raises(Forbidden):
        register(make_member(role=role))
    assert App.objects.count() == 0
    assert list(tmp_path.rglob("*.*")) == []


def test_change_app(mara: Member) -> None:
    app = register(mara)
    before = app.icon
    changed = actions.change_app(
        actor=actor_for(mara.person),
        by=mara,
        app=app,
        details=AppDetails(name="Ledgerline", slug="ledgers", billing_email="money@ledgerline.example"),
        icon=picture(300, 300),
    )
    assert (changed.slug, changed.billing_email) == ("ledgers", "money@ledgerline.example")
    assert changed.icon != before
    assert Event.objects.get(kind="app.changed").data == {"fields": ["billing_email", "slug", "icon"]}


def test_strangers_find_no_app(mara: Member) -> None:
    app = make_app()
    with pytest.raises(NotFound):
        actions.change_app(actor=actor_for(mara.person), by=mara, app=app, details=AppDetails(name="Mine now"))
    with pytest.raises(NotFound):
        actions.create_version(actor=actor_for(mara.person), by=mara, app=app, name="1.0.0")
    app.refresh_from_db()
    assert app.name == "Ledgerline"
    assert kinds() == []


@pytest.mark.parametrize(
    "listing", [ListingStatus.IN_REVIEW, ListingStatus.APPROVED, ListingStatus.ADVERTISED, ListingStatus.DEPRECATED]
)
def test_icon_is_locked_with_the_listing(mara: Member, listing: ListingStatus) -> None:
    app = make_app(mara.partner)
    make_version(app, listing=listing)
    with pytest.raises(IconLocked):
        actions.change_app(
            actor=actor_for(mara.person), by=mara, app=app, details=AppDetails(name="Ledgerline"), icon=picture()
        )
    app.refresh_from_db()
    assert app.icon == "icons/test.png"


def test_slug_is_locked_once_available(mara: Member) -> None:
    app = make_app(mara.partner)
    make_version(app, technical=TechnicalStatus.AVAILABLE)
    with pytest.raises(SlugLocked):
        actions.change_app(
            actor=actor_for(mara.person), by=mara, app=app, details=AppDetails(name="Ledgerline", slug="other-name")
        )
    app.refresh_from_db()
    assert app.slug == "ledgerline"


def test_first_version_is_empty_with_a_trial(mara: Member) -> None:
    app = make_app(mara.partner)
    version = actions.create_version(actor=actor_for(mara.person), by=mara, app=app, name="1.0.0")
    assert (version.technical.status, version.listing.status) == ("draft", "draft")
    assert version.listing.display_name == "Ledgerline"
    assert version.technical.events_callback_url == ""
    (plan,) = version.plans.all()
    assert (plan.type, plan.price_minor, plan.summary) == ("trial", 0, "30 days, free of charge")
    assert kinds() == ["version.created"]


def test_the_next_version_begins_as_a_copy(mara: Member) -> None:
    app = make_app(mara.partner)
    first = make_published_version(app, backchannel_logout_url="https://app.ledgerline.example/logout")
    second = actions.create_version(actor=actor_for(mara.person), by=mara, app=app, name="1.1.0")
    assert (second.technical.status, second.listing.status) == ("draft", "draft")
    assert second.technical.events_callback_url == first.technical.events_callback_url
    assert second.technical.backchannel_logout_url == first.technical.backchannel_logout_url != ""
    assert second.technical.release_notes == ""
    assert second.listing.summary == first.listing.summary
    assert [category.slug for category in second.listing.categories.all()] == ["payments-security"]
    assert [picture.image for picture in second.listing.screenshots.all()] == ["screenshots/test.png"]
    assert [(plan.name, plan.price_minor) for plan in second.plans.all()] == [("Trial", 0), ("Team", 1800)]
    assert first.plans.count() == 2


@pytest.mark.parametrize("technical", TechnicalStatus)
@pytest.mark.parametrize("listing", ListingStatus)
def test_the_next_version_may_begin_at_any_time(
    mara: Member, technical: TechnicalStatus, listing: ListingStatus
) -> None:
    app = make_app(mara.partner)
    make_version(app, technical=technical, listing=listing)
    second = actions.create_version(actor=actor_for(mara.person), by=mara, app=app, name="2.0.0")
    assert (second.technical.status, second.listing.status) == ("draft", "draft")


def test_any_version_may_be_copied(mara: Member) -> None:
    app = make_app(mara.partner)
    first = make_version(app, release_notes="Not copied", standalone_url="https://app.ledgerline.example/first")
    make_version(app, name="2.0.0")
    third = actions.create_version(actor=actor_for(mara.person), by=mara, app=app, name="3.0.0", source=first)
    assert third.technical.standalone_url == "https://app.ledgerline.example/first"
    assert Event.objects.get(kind="version.created").data == {"name": "3.0.0", "copied_from": "1.0.0"}
    elsewhere = make_version()
    with pytest.raises(NotFound):
        actions.create_version(actor=actor_for(mara.person), by=mara, app=app, name="4.0.0", source=elsewhere)
    assert list(app.versions.order_by("pk").values_list("name", flat=True)) == ["1.0.0", "2.0.0", "3.0.0"]


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("", "This is required."),
        ("1.0.0", "This app already has a version 1.0.0."),
        ("<b>", "Use letters, digits, dots and hyphens, for example 2.4.0."),
        ("1" * 31, "Use at most 30 characters; these are 31."),
    ],
)
def test_version_names(mara: Member, name: str, error: str) -> None:
    app = make_app(mara.partner)
    make_published_version(app)
    with pytest.raises(Invalid) as refusal:
        actions.create_version(actor=actor_for(mara.person), by=mara, app=app, name=name)
    assert refusal.value.fields == {"name": [error]}
    assert app.versions.count() == 1


def test_default_categories_keep_what_operators_renamed() -> None:
    assert ensure_defaults() == 9
    Category.objects.filter(slug="other").update(name="Everything else")
    Category.objects.filter(slug="reporting").delete()
    assert ensure_defaults() == 1
    assert Category.objects.get(slug="other").name == "Everything else"
    assert Category.objects.count() == 9
