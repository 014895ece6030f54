"""Editing contents, plans and screenshots."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from pytest_django import Settings
from tests.factories.accounts import actor_for
from tests.factories.catalog import make_app, make_category, make_plan, make_version, picture
from tests.factories.partners import make_member

from fondaco.audit.models import Event
from fondaco.catalog import actions
from fondaco.catalog.content import ListingFields, PlanFields, TechnicalFields
from fondaco.catalog.errors import ContentLocked, PriceLocked, RevisionConflict, TrialPlanLocked
from fondaco.catalog.models import LicenceModel, Version
from fondaco.catalog.queries import missing_fields
from fondaco.catalog.states import ListingStatus, TechnicalStatus, Track
from fondaco.kit.errors import Forbidden, Invalid, NotFound
from fondaco.kit.money import Money
from fondaco.partners.models import Member, MemberRole

pytestmark = pytest.mark.django_db

TECHNICAL = TechnicalFields(
    events_callback_url="https://new.ledgerline.example/events",
    standalone_url="https://new.ledgerline.example/start",
    redirect_urls=("https://new.ledgerline.example/cb",),
    scopes=("users:read", "contacts:write"),
    scope_reasons={"contacts:write": "to note payments", "queues:write": "not asked for"},
    receives_user_logout=True,
    backchannel_logout_url="https://new.ledgerline.example/logout",
    are_credentials_claimed=True,
    release_notes="First\r\nrelease",
)
LISTING = ListingFields(
    display_name="Ledgerline",
    summary="Invoices in the call",
    description="# What it does",
    categories=("payments-security",),
    support_email="help@ledgerline.example",
    privacy_url="https://ledgerline.example/privacy",
    terms_url="https://ledgerline.example/terms",
)
TEAM = PlanFields(name="Pro", price=Money(2500), min_licences=1, max_licences=10)


@pytest.fixture(autouse=True)
def _media(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def draft(by: Member, **states: Any) -> Version:
    make_category()
    return make_version(make_app(by.partner), **states)


def edit_technical(by: Member, version: Version, fields: TechnicalFields = TECHNICAL, revision: int = 0) -> None:
    actions.edit_technical(actor=actor_for(by.person), by=by, version=version, revision=revision, fields=fields)


def edit_listing(by: Member, version: Version, fields: ListingFields = LISTING, revision: int = 0) -> None:
    actions.edit_listing(actor=actor_for(by.person), by=by, version=version, revision=revision, fields=fields)


def nothing_was_recorded() -> bool:
    return not Event.objects.filter(kind="version.edited").exists()


def test_edit_technical(mara: Member) -> None:
    version = draft(mara)
    edit_technical(mara, version, replace(TECHNICAL, version_name="1.0.1", test_credentials="demo / pass-1"))
    version = Version.objects.get(pk=version.pk)
    content = version.technical
    assert version.name == "1.0.1"
    assert content.events_callback_url == "https://new.ledgerline.example/events"
    assert content.redirect_urls == ["https://new.ledgerline.example/cb"]
    assert content.scopes == ["users:read", "contacts:write"]
    assert content.receives_user_logout
    assert content.backchannel_logout_url == "https://new.ledgerline.example/logout"
    assert content.scope_reasons == {"contacts:write": "to note payments"}
    assert content.release_notes == "First\nrelease"
    assert content.test_credentials == b"demo / pass-1"
    assert (content.revision, content.updated_by) == (1, "Mara Lind")
    event = Event.objects.get(kind="version.edited")
    assert event.subject_id == version.pk.hex
    assert event.data["revision"] == 1
    assert "test_credentials" in event.data["fields"]
    assert "pass-1" not in str(event.data)  # T22


@pytest.mark.parametrize(
    "url", ["http://ledgerline.example/logout", "https://10.0.0.7/logout", "https://a.example/x#y", "not an address"]
)
def test_logout_tokens_go_to_no_address_that_we_may_not_call(mara: Member, url: str) -> None:
    version = draft(mara)
    with pytest.raises(Invalid) as refusal:
        edit_technical(mara, version, replace(TECHNICAL, backchannel_logout_url=url))
    assert list(refusal.value.fields) == ["backchannel_logout_url"]
    version.technical.refresh_from_db()
    assert version.technical.backchannel_logout_url == ""
    assert nothing_was_recorded()


def test_how_id_tokens_are_signed_stays_unless_given(mara: Member) -> None:
    version = draft(mara)
    assert version.technical.id_token_signed_response_alg == "ES256"
    edit_technical(mara, version, replace(TECHNICAL, id_token_signed_response_alg="RS256"))
    assert "id_token_signed_response_alg" in Event.objects.get(kind="version.edited").data["fields"]
    edit_technical(mara, version, replace(TECHNICAL, release_notes="Second"), revision=1)
    version.technical.refresh_from_db()
    assert (version.technical.id_token_signed_response_alg, version.technical.revision) == ("RS256", 2)
    copy = actions.create_version(actor=actor_for(mara.person), by=mara, app=version.app, name="2.0.0")
    assert copy.technical.id_token_signed_response_alg == "RS256"


@pytest.mark.parametrize("wrong", ["HS256", "none", "", "PS256", "es256"])
def test_id_tokens_are_signed_by_nothing_else(mara: Member, wrong: str) -> None:
    version = draft(mara)
    with pytest.raises(Invalid) as refusal:
        edit_technical(mara, version, replace(TECHNICAL, id_token_signed_response_alg=wrong))
    assert list(refusal.value.fields) == ["id_token_signed_response_alg"]
    version.technical.refresh_from_db()
    assert (version.technical.id_token_signed_response_alg, version.technical.revision) == ("ES256", 0)
    assert nothing_was_recorded()


def test_test_credentials_stay_unless_given(mara: Member) -> None:
    version = draft(mara, test_credentials=b"demo / pass-1")
    edit_technical(mara, version)
    version.technical.refresh_from_db()
    assert version.technical.test_credentials == b"demo / pass-1"
    edit_technical(mara, version, replace(TECHNICAL, test_credentials=""), revision=1)
    version.technical.refresh_from_db()
    assert version.technical.test_credentials is None


def test_edit_listing(mara: Member) -> None:
    version = draft(mara)
    make_category("reporting", "Reporting")
    edit_listing(mara, version, replace(LISTING, categories=("reporting", "payments-security")))
    listing = Version.objects.get(pk=version.pk).listing
    assert listing.summary == "Invoices in the call"
    assert {category.slug for category in listing.categories.all()} == {"reporting", "payments-security"}
    assert listing.revision == 1
    assert "categories" in Event.objects.get(kind="version.edited").data["fields"]


def test_an_incomplete_draft_may_be_saved(mara: Member) -> None:
    version = draft(mara)
    edit_technical(mara, version, TechnicalFields())
    edit_listing(mara, version, ListingFields())
    assert set(missing_fields(version, Track.TECHNICAL)) == {"events_callback_url", "standalone_url", "redirect_urls"}
    assert set(missing_fields(version, Track.LISTING)) == {
        "display_name",
        "summary",
        "description",
        "categories",
        "privacy_url",
        "terms_url",
        "support_email",
    }


def test_write_scopes_need_a_reason_before_submission(mara: Member) -> None:
    version = draft(mara)
    edit_technical(mara, version, replace(TECHNICAL, scope_reasons={}))
    assert missing_fields(version, Track.TECHNICAL) == {"scopes": "Say in one sentence why you need contacts:write."}


def test_a_second_editor_is_told_and_overwrites_nothing(mara: Member) -> None:
    version = draft(mara)
    devi = make_member(mara.partner, role=MemberRole.DEVELOPER)
    edit_technical(devi, version)
    with pytest.raises(RevisionConflict, match="Devi Rao saved this page while you were editing it"):
        edit_technical(mara, version, TechnicalFields())
    version.technical.refresh_from_db()
    assert version.technical.events_callback_url == "https://new.ledgerline.example/events"
    assert version.technical.revision == 1
    assert Event.objects.filter(kind="version.edited").count() == 1


def test_every_wrong_field_is_told_and_nothing_is_saved(mara: Member) -> None:
    version = draft(mara)
    with pytest.raises(Invalid) as refusal:
        edit_technical(
            mara,
            version,
            TechnicalFields(
                events_callback_url="http://ledgerline.example",
                redirect_urls=("https://a.example/#x",),
                scopes=("users:read", "everything"),
                test_instructions="a\x00b",
                version_name="1.0.1",
            ),
        )
    assert set(refusal.value.fields) == {"events_callback_url", "redirect_urls", "scopes", "test_instructions"}
    assert {len(errors) for errors in refusal.value.fields.values()} == {1}
    version = Version.objects.get(pk=version.pk)
    assert (version.name, version.technical.revision) == ("1.0.0", 0)
    assert version.technical.events_callback_url == "https://app.ledgerline.example/events"
    assert nothing_was_recorded()


def test_listing_limits(mara: Member) -> None:
    version = draft(mara)
    slugs = ("one", "two", "three", "payments-security")
    for slug in slugs:
        make_category(slug, slug)
    with pytest.raises(Invalid) as refusal:
        edit_listing(
            mara,
            version,
            replace(
                LISTING, summary="x" * 141, description="x" * 5001, categories=slugs, video_url="https://a.example/film"
            ),
        )
    assert refusal.value.fields == {
        "summary": ["Use at most 140 characters; these are 141."],
        "description": ["Use at most 5000 characters; these are 5001."],
        "categories": ["Choose at most three."],
        "video_url": ["Use a video on YouTube, Vimeo or Loom."],
    }
    assert [category.slug for category in version.listing.categories.all()] == ["payments-security"]
    assert nothing_was_recorded()


@pytest.mark.parametrize("status", [status for status in TechnicalStatus if status not in {"draft", "rejected"}])
def test_technical_content_is_locked(mara: Member, status: TechnicalStatus) -> None:
    version = draft(mara, technical=status)
    with pytest.raises(ContentLocked):
        edit_technical(mara, version)
    assert nothing_was_recorded()


@pytest.mark.parametrize("status", [status for status in ListingStatus if status not in {"draft", "rejected"}])
def test_listing_plans_and_screenshots_are_locked(mara: Member, status: ListingStatus) -> None:
    version = draft(mara, listing=status)
    actor = actor_for(mara.person)
    plan, screenshot = version.plans.get(type="paid"), version.listing.screenshots.get()
    with pytest.raises(ContentLocked):
        edit_listing(mara, version)
    with pytest.raises(ContentLocked):
        actions.add_plan(actor=actor, by=mara, version=version, fields=TEAM)
    with pytest.raises(ContentLocked):
        actions.edit_plan(actor=actor, by=mara, plan=plan, fields=TEAM)
    with pytest.raises(ContentLocked):
        actions.remove_plan(actor=actor, by=mara, plan=plan)
    with pytest.raises(ContentLocked):
        actions.add_screenshot(
            actor=actor, by=mara, version=version, image=picture(1280, 800), alternative_text="An invoice"
        )
    with pytest.raises(ContentLocked):
        actions.remove_screenshot(actor=actor, by=mara, screenshot=screenshot)
    assert [plan.name for plan in version.plans.all()] == ["Trial", "Team"]
    assert version.listing.screenshots.count() == 1
    assert nothing_was_recorded()


@pytest.mark.parametrize(
    ("role", "may_technical", "may_listing"),
    [
        (MemberRole.OWNER, True, True),
        (MemberRole.DEVELOPER, True, True),
        (MemberRole.MARKETING, False, True),
        (MemberRole.FINANCE, False, False),
    ],
)
def test_who_may_edit_what(mara: Member, role: MemberRole, may_technical: bool, may_listing: bool) -> None:
    version = draft(mara)
    colleague = make_member(mara.partner, role=role)
    for edit, allowed in ((edit_technical, may_technical), (edit_listing, may_listing)):
        if allowed:
            edit(colleague, version)
        else:
            with pytest.raises(Forbidden):
                edit(colleague, version)
    assert Event.objects.filter(kind="version.edited").count() == may_technical + may_listing


def test_strangers_and_former_colleagues_find_nothing(mara: Member) -> None:
    version = draft(mara)
    former = make_member(mara.partner, role=MemberRole.DEVELOPER)
    former.is_active = False
    former.save()
    for by in (make_member(), former):
        with pytest.raises(NotFound):
            edit_technical(by, version)
        with pytest.raises(NotFound):
            actions.add_plan(actor=actor_for(by.person), by=by, version=version, fields=TEAM)
    assert nothing_was_recorded()


def test_plans(mara: Member) -> None:
    version = draft(mara)
    actor = actor_for(mara.person)
    plan = actions.add_plan(actor=actor, by=mara, version=version, fields=TEAM)
    assert (plan.type, plan.price, plan.min_licences, plan.max_licences) == ("paid", Money(2500), 1, 10)
    assert plan.position == 2
    fields = replace(TEAM, name="Pro+", model=LicenceModel.PER_ACCOUNT, max_licences=None)
    plan = actions.edit_plan(actor=actor, by=mara, plan=plan, fields=fields)
    plan.refresh_from_db()
    assert (plan.name, plan.model, plan.max_licences) == ("Pro+", "per_account", None)
    actions.remove_plan(actor=actor, by=mara, plan=plan)
    assert [plan.name for plan in version.plans.all()] == ["Trial", "Team"]
    changes = [event.data["change"] for event in Event.objects.filter(kind="version.edited").order_by("id")]
    assert changes == ["added", "edited", "removed"]


def test_wrong_plans(mara: Member) -> None:
    version = draft(mara)
    fields = PlanFields(name="team", price=Money(-1), min_licences=0, max_licences=100_001)
    with pytest.raises(Invalid) as refusal:
        actions.add_plan(actor=actor_for(mara.person), by=mara, version=version, fields=fields)
    assert set(refusal.value.fields) == {"name", "price", "min_licences", "max_licences"}
    with pytest.raises(Invalid) as refusal:
        fields = PlanFields(name="Pro", price=Money(1), min_licences=5, max_licences=4)
        actions.add_plan(actor=actor_for(mara.person), by=mara, version=version, fields=fields)
    assert refusal.value.fields == {"max_licences": ["This is less than the smallest number."]}
    assert version.plans.count() == 2
    assert nothing_was_recorded()


def test_ten_plans_are_enough(mara: Member) -> None:
    version = draft(mara)
    for number in range(8):
        make_plan(version, name=f"Plan {number}")
    with pytest.raises(Invalid):
        actions.add_plan(actor=actor_for(mara.person), by=mara, version=version, fields=TEAM)
    assert version.plans.count() == 10


def test_the_trial_cannot_be_touched(mara: Member) -> None:
    version = draft(mara)
    trial = version.plans.get(type="trial")
    with pytest.raises(TrialPlanLocked):
        actions.edit_plan(actor=actor_for(mara.person), by=mara, plan=trial, fields=TEAM)
    with pytest.raises(TrialPlanLocked):
        actions.remove_plan(actor=actor_for(mara.person), by=mara, plan=trial)
    assert version.plans.filter(type="trial", price_minor=0).count() == 1
    assert nothing_was_recorded()


def test_prices_are_fixed_once_available(mara: Member) -> None:
    version = draft(mara, technical=TechnicalStatus.AVAILABLE)
    actor = actor_for(mara.person)
    plan = version.plans.get(type="paid")
    same = PlanFields(name="Team", price=Money(1800), min_licences=2, max_licences=50)
    with pytest.raises(PriceLocked):
        actions.edit_plan(actor=actor, by=mara, plan=plan, fields=replace(same, price=Money(1900)))
    with pytest.raises(PriceLocked):
        actions.remove_plan(actor=actor, by=mara, plan=plan)
    assert nothing_was_recorded()
    actions.edit_plan(actor=actor, by=mara, plan=plan, fields=replace(same, summary="For teams"))
    plan.refresh_from_db()
    assert (plan.price_minor, plan.summary) == (1800, "For teams")


def test_screenshots(mara: Member) -> None:
    version = draft(mara)
    actor = actor_for(mara.person)
    added = actions.add_screenshot(
        actor=actor, by=mara, version=version, image=picture(1280, 800), alternative_text="The list of invoices"
    )
    assert default_storage.exists(added.image)
    assert [shot.alternative_text for shot in version.listing.screenshots.all()] == [
        "An open invoice beside a call",
        "The list of invoices",
    ]
    actions.remove_screenshot(actor=actor, by=mara, screenshot=added)
    assert version.listing.screenshots.count() == 1


def test_a_screenshot_without_words_is_not_stored(mara: Member, tmp_path: Path) -> None:
    version = draft(mara)
    with pytest.raises(Invalid) as refusal:
        actions.add_screenshot(
            actor=actor_for(mara.person), by=mara, version=version, image=picture(1280, 800), alternative_text=" "
        )
    assert refusal.value.fields == {"alternative_text": ["This is required."]}
    assert list(tmp_path.rglob("*.*")) == []
