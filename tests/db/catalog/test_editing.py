"""Drafts of what is typed, two editors at once, events and their scopes, pictures and their order."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection
from pytest_django import Settings
from tests.factories.accounts import actor_for
from tests.factories.catalog import make_app, make_category, make_version, picture
from tests.factories.partners import make_member
from tests.racing import at_once
from tests.searching import find_in_database

from fondaco.audit.models import Event
from fondaco.catalog import actions
from fondaco.catalog.content import ListingFields, TechnicalFields
from fondaco.catalog.desks import Desk
from fondaco.catalog.errors import ContentLocked, DraftTooLarge, ScopeMissing, ScreenshotsChanged
from fondaco.catalog.images import Crop
from fondaco.catalog.models import EditingDraft, ListingContent, TechnicalContent, Version
from fondaco.catalog.queries import OtherEditor, find_draft, list_other_editors, missing_fields
from fondaco.catalog.states import ListingStatus, Track
from fondaco.catalog.subscriptions import EVENT_TYPES
from fondaco.kit import clock, deadlines
from fondaco.kit.errors import Forbidden, Invalid, NotFound
from fondaco.partners.models import Member, MemberRole

pytestmark = pytest.mark.django_db
TYPED = {"summary": ["Half a sent"], "test_credentials": ["demo / correct-horse-battery-9"]}


@pytest.fixture(autouse=True)
def _media(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def version(mara: Member) -> Version:
    make_category()
    return make_version(make_app(mara.partner))


def keep(by: Member, version: Version, entries: dict[str, list[str]] | None, track: Track = Track.LISTING) -> None:
    actions.keep_draft(by=by, desk=Desk.of_track(version, track), revision=0, base={}, entries=entries)


def test_a_draft_holds_what_was_typed_right_or_wrong(mara: Member, version: Version) -> None:
    keep(mara, version, TYPED)
    keep(mara, version, {**TYPED, "summary": ["x" * 5000]})
    draft = find_draft(mara, Desk.of_track(version, Track.LISTING))
    assert draft is not None
    assert draft.entries == {**TYPED, "summary": ["x" * 5000]}
    assert EditingDraft.objects.count() == 1
    assert find_in_database("correct-horse-battery-9") == []  # T22
    assert find_draft(mara, Desk.of_track(version, Track.TECHNICAL)) is None
    assert not Event.objects.filter(kind="version.edited").exists()
    version.listing.refresh_from_db()
    assert version.listing.revision == 0


def test_a_draft_is_its_owners_alone(mara: Member, version: Version) -> None:
    keep(mara, version, TYPED)
    colleague = make_member(mara.partner, role=MemberRole.MARKETING)
    assert find_draft(colleague, Desk.of_track(version, Track.LISTING)) is None
    assert not actions.discard_draft(by=colleague, desk=Desk.of_track(version, Track.LISTING))
    assert actions.discard_draft(by=mara, desk=Desk.of_track(version, Track.LISTING))
    assert not EditingDraft.objects.exists()


def test_strangers_and_readers_keep_no_drafts(mara: Member, version: Version) -> None:
    with pytest.raises(NotFound):
        keep(make_member(), version, TYPED)
    with pytest.raises(Forbidden):
        keep(make_member(mara.partner, role=MemberRole.FINANCE), version, TYPED)
    with pytest.raises(DraftTooLarge):
        keep(mara, version, {"summary": ["x" * 200_001]})
    assert not EditingDraft.objects.exists()


def test_what_is_typed_into_closed_content_is_kept_all_the_same(mara: Member) -> None:
    version = make_version(make_app(mara.partner), listing=ListingStatus.IN_REVIEW)
    keep(mara, version, TYPED)
    assert EditingDraft.objects.get().entries == TYPED


def test_others_at_the_same_form_are_told_of_each_other(mara: Member, version: Version) -> None:
    devi = make_member(mara.partner, role=MemberRole.DEVELOPER)
    keep(devi, version, None, Track.TECHNICAL)
    assert list_other_editors(mara, Desk.of_track(version, Track.LISTING)) == []
    assert list_other_editors(mara, Desk.of_track(version, Track.TECHNICAL)) == [
        OtherEditor(devi.person.name, has_typed=False)
    ]
    keep(devi, version, TYPED, Track.TECHNICAL)
    assert list_other_editors(mara, Desk.of_track(version, Track.TECHNICAL)) == [
        OtherEditor(devi.person.name, has_typed=True)
    ]
    assert list_other_editors(devi, Desk.of_track(version, Track.TECHNICAL)) == []
    with clock.travel(clock.now() + timedelta(seconds=61)):
        assert list_other_editors(mara, Desk.of_track(version, Track.TECHNICAL)) == []


def test_an_open_form_that_nobody_touched_takes_nothing_away(mara: Member, version: Version) -> None:
    keep(mara, version, TYPED)
    actions.note_presence(by=mara, desk=Desk.of_track(version, Track.LISTING))
    assert EditingDraft.objects.get().entries == TYPED
    keep(mara, version, None)
    assert EditingDraft.objects.get().entries is None


def test_old_drafts_are_forgotten(mara: Member, version: Version) -> None:
    keep(mara, version, TYPED)
    with clock.travel(clock.now() + timedelta(days=29)):
        deadlines.find_handler("drafts.prune")("house", clock.now())
        assert EditingDraft.objects.count() == 1
    with clock.travel(clock.now() + timedelta(days=31)):
        deadlines.find_handler("drafts.prune")("house", clock.now())
    assert not EditingDraft.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_at_once_one_is_told_and_nothing_is_overwritten(mara: Member, version: Version) -> None:
    devi = make_member(mara.partner, role=MemberRole.OWNER)

    def save(by: Member, summary: str) -> None:
        fields = ListingFields(display_name="Ledgerline", summary=summary)
        actions.edit_listing(actor=actor_for(by.person), by=by, version=version, revision=0, fields=fields)

    outcomes = at_once(lambda: save(mara, "by Mara"), lambda: save(devi, "by Devi"))
    assert sorted(outcomes) == ["done", "revision-conflict"]
    content = ListingContent.objects.get()
    assert (content.revision, content.summary) == (1, "by Mara" if outcomes[0] == "done" else "by Devi")
    assert Event.objects.filter(kind="version.edited").count() == 1
    connection.close()


@pytest.mark.django_db(transaction=True)
def test_two_windows_of_one_person_share_one_draft(mara: Member, version: Version) -> None:
    works = [lambda text=text: keep(mara, version, {"summary": [text]}) for text in ("one", "two")]
    assert at_once(*works) == ["done", "done"]
    assert EditingDraft.objects.get().entries in ({"summary": ["one"]}, {"summary": ["two"]})
    connection.close()


def test_T10_an_event_that_the_scopes_do_not_allow_is_refused_on_save(mara: Member, version: Version) -> None:
    fields = TechnicalFields(scopes=("account:read",), receives_user_logout=True)
    with pytest.raises(ScopeMissing) as refusal:
        actions.edit_technical(actor=actor_for(mara.person), by=mara, version=version, revision=0, fields=fields)
    assert refusal.value.code == "scope-missing"
    assert "users:read is missing" in str(refusal.value)
    (words,) = refusal.value.fields["receives_user_logout"]
    assert words.startswith("user.logout needs the scope users:read, because it says data.user_email")
    content = TechnicalContent.objects.get()
    assert (content.revision, content.receives_user_logout) == (0, False)
    assert not Event.objects.filter(kind="version.edited").exists()
    fields = replace(fields, scopes=("account:read", "users:read"))
    actions.edit_technical(actor=actor_for(mara.person), by=mara, version=version, revision=0, fields=fields)
    assert TechnicalContent.objects.get().receives_user_logout


def test_T10_a_data_field_that_the_scopes_do_not_allow_is_refused_on_save(mara: Member, version: Version) -> None:
    fields = TechnicalFields(scopes=("account:read",), data_fields=("account.timezone", "contact.phones", "user.email"))
    with pytest.raises(ScopeMissing) as refusal:
        actions.edit_technical(actor=actor_for(mara.person), by=mara, version=version, revision=0, fields=fields)
    assert "contacts:read, users:read is missing" in str(refusal.value)
    (words,) = refusal.value.fields["data_fields"]
    assert words.startswith("contact.phones: only the scope contacts:read lets you read this.")
    assert "user.email: only the scope users:read" in words
    content = TechnicalContent.objects.get()
    assert (content.revision, content.data_fields) == (0, [])
    assert not Event.objects.filter(kind="version.edited").exists()

    with pytest.raises(Invalid) as unknown:
        fields = replace(fields, scopes=("account:read",), data_fields=("account.shoe_size",))
        actions.edit_technical(actor=actor_for(mara.person), by=mara, version=version, revision=0, fields=fields)
    assert unknown.value.fields == {"data_fields": ["Unknown: account.shoe_size."]}

    fields = replace(fields, scopes=("account:read", "contacts:read"), data_fields=("contact.phones", "contact.phones"))
    actions.edit_technical(actor=actor_for(mara.person), by=mara, version=version, revision=0, fields=fields)
    assert TechnicalContent.objects.get().data_fields == ["contact.phones"]
    copy = actions.create_version(actor=actor_for(mara.person), by=mara, app=version.app, name="2.0.0")
    assert copy.technical.data_fields == ["contact.phones"]
    TechnicalContent.objects.filter(version=copy).update(scopes=["account:read"])
    assert "contacts:read" in missing_fields(Version.objects.get(pk=copy.pk), Track.TECHNICAL)["data_fields"]


def test_T10_a_version_from_before_the_rule_cannot_be_submitted(mara: Member, version: Version) -> None:
    TechnicalContent.objects.update(scopes=["account:read"], receives_user_logout=True)
    missing = missing_fields(Version.objects.get(), Track.TECHNICAL)
    assert list(missing) == ["receives_user_logout"]
    assert "users:read" in missing["receives_user_logout"]


def test_all_eight_events_are_in_the_table_and_seven_come_always() -> None:
    assert len(EVENT_TYPES) == 8
    assert [name for name, event in EVENT_TYPES.items() if event.field] == ["user.logout"]


def test_pictures_are_cropped_described_and_ordered(mara: Member, version: Version) -> None:
    actor = actor_for(mara.person)
    first = version.listing.screenshots.get()
    second = actions.add_screenshot(
        actor=actor,
        by=mara,
        version=version,
        image=picture(1600, 1600),
        alternative_text="A list",
        crop=Crop(100, 0, 1280, 800),
    )
    actions.describe_screenshot(actor=actor, by=mara, screenshot=second, alternative_text="A list of invoices")
    ordered = actions.order_screenshots(actor=actor, by=mara, version=version, screenshots=[second.pk, first.pk])
    assert [shot.alternative_text for shot in ordered] == ["A list of invoices", "An open invoice beside a call"]
    assert list(version.listing.screenshots.values_list("pk", flat=True)) == [second.pk, first.pk]
    changes = Event.objects.filter(kind="version.edited").order_by("id").values_list("data__change", flat=True)
    assert list(changes) == ["added", "edited", "ordered"]


def test_an_order_of_other_pictures_is_refused(mara: Member, version: Version) -> None:
    actor, shot = actor_for(mara.person), version.listing.screenshots.get()
    for wrong in ([], [shot.pk, shot.pk], [uuid4()], [shot.pk, uuid4()]):
        with pytest.raises(ScreenshotsChanged):
            actions.order_screenshots(actor=actor, by=mara, version=version, screenshots=wrong)
    with pytest.raises(Invalid) as refusal:
        actions.describe_screenshot(actor=actor, by=mara, screenshot=shot, alternative_text=" ")
    assert refusal.value.fields == {"alternative_text": ["This is required."]}
    closed = make_version(make_app(mara.partner), listing=ListingStatus.IN_REVIEW)
    with pytest.raises(ContentLocked):
        actions.order_screenshots(
            actor=actor, by=mara, version=closed, screenshots=[closed.listing.screenshots.get().pk]
        )
    with pytest.raises(NotFound):
        actions.describe_screenshot(actor=actor, by=make_member(), screenshot=shot, alternative_text="Mine")
    shot.refresh_from_db()
    assert (shot.position, shot.alternative_text) == (0, "An open invoice beside a call")
    assert not Event.objects.filter(kind="version.edited").exists()
