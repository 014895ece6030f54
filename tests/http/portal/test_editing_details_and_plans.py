"""The forms of an app's details and of its plans keep what is typed and settle conflicts as those of a version do."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings
from tests.factories.accounts import actor_for
from tests.factories.catalog import make_app, make_plan, make_version, picture
from tests.factories.partners import make_member

from fondaco.audit.models import Event
from fondaco.catalog import actions
from fondaco.catalog.content import AppDetails, PlanFields
from fondaco.catalog.errors import RevisionConflict
from fondaco.catalog.models import App, EditingDraft, Plan, Version
from fondaco.kit.money import Money
from fondaco.partners.models import Member, MemberRole

pytestmark = pytest.mark.django_db
_INPUT = re.compile(r'<input[^>]*name="(\w+)"[^>]*>')


@pytest.fixture(autouse=True)
def _media(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def devi(mara: Member) -> Member:
    return make_member(mara.partner, role=MemberRole.OWNER)


@pytest.fixture
def version(mara: Member) -> Version:
    return make_version(make_app(mara.partner))


@pytest.fixture
def client(mara: Member) -> Client:
    client = Client()
    client.force_login(mara.person)
    return client


def open_form(client: Client, address: str, **changes: Any) -> dict[str, Any]:
    """What a browser would send from the form at ``address``, with ``changes``."""
    page = client.get(address).content.decode()
    form = page[page.index("data-draft=") :]
    form = form[: form.index("</form>")]
    found: dict[str, Any] = {}
    for match in _INPUT.finditer(form):
        tag, name = match.group(), match.group(1)
        if "disabled" in tag or 'type="file"' in tag or ('type="radio"' in tag and "checked" not in tag):
            continue
        value = re.search(r'value="([^"]*)"', tag)
        found[name] = html.unescape(value.group(1)) if value else ""
    return {**found, "description": "", **changes} if "description" in form else {**found, **changes}


def text_of(client: Client, address: str) -> str:
    return html.unescape(client.get(address).content.decode())


@pytest.mark.parametrize("part", ["details", "plan", "new-plan"])
def test_what_was_typed_is_there_again_and_saving_ends_it(client: Client, version: Version, part: str) -> None:
    plan = make_plan(version, name="Extra")
    subject, address = {
        "details": (version.app, f"/portal/apps/{version.app_id.hex}/edit"),
        "plan": (plan, f"/portal/plans/{plan.pk.hex}"),
        "new-plan": (version, f"/portal/versions/{version.pk.hex}/plans"),
    }[part]
    drafts = f"/portal/drafts/{part}/{subject.pk.hex}"
    untouched = open_form(client, address)
    assert "Kept" not in client.post(drafts, untouched).content.decode()
    assert EditingDraft.objects.get().sealed is None
    sent = {**untouched, "name": "Half a name "}
    assert "Kept as a draft at" in client.post(drafts, sent).content.decode()
    page = text_of(client, address)
    assert "Restored." in page
    assert 'value="Half a name "' in page
    bad = {**sent, **({"website": "nowhere"} if part == "details" else {"price": "a lot"})}
    answer = client.post(address, bad)
    assert answer.status_code == 422
    page = text_of(client, address)  # the refused form was kept without scripts as well
    assert "nowhere" in page if part == "details" else "a lot" in page
    assert client.post(f"{drafts}/discard")["Location"] == address
    assert "Restored." not in text_of(client, address)
    client.post(drafts, sent)
    good = sent if part == "details" else {**sent, "price": "12.50"}
    assert client.post(address, good).status_code == 302
    saved = App.objects.get(pk=version.app_id) if part == "details" else Plan.objects.get(name="Half a name")
    assert (saved.name, saved.revision) == ("Half a name", 0 if part == "new-plan" else 1)
    assert not EditingDraft.objects.exists()


def test_two_people_at_the_details_choose_field_by_field(client: Client, devi: Member, version: Version) -> None:
    app, address = version.app, f"/portal/apps/{version.app_id.hex}/edit"
    mine = open_form(client, address, name="Mine", website="https://mine.example/")
    kept = {"slug": app.slug, "technical_email": app.technical_email}
    theirs = AppDetails(name="Theirs", support_email="help@theirs.example", **kept)
    actions.change_app(actor=actor_for(devi.person), by=devi, app=app, details=theirs, revision=0)
    answer = client.post(address, mine)
    page = html.unescape(answer.content.decode())
    assert answer.status_code == 409
    assert f"{devi.person.name} saved this page while you were editing it." in page
    choices = dict(re.findall(r'name="choose (\w+)" value="(\w+)" checked', page))
    assert choices == {"website": "mine", "support_email": "theirs"}
    sent = {**mine, "revision": "1", "choosing": "1", **{f"choose {name}": side for name, side in choices.items()}}
    assert client.post(address, sent).status_code == 422
    assert App.objects.get(pk=app.pk).name == "Theirs"
    assert client.post(address, {**sent, "choose name": "mine"}).status_code == 302
    app.refresh_from_db()
    assert (app.revision, app.name, app.website) == (2, "Mine", "https://mine.example/")
    assert app.support_email == "help@theirs.example"
    assert not EditingDraft.objects.exists()


def test_two_people_at_a_plan_are_told_in_its_own_words(client: Client, devi: Member, version: Version) -> None:
    plan = make_plan(version, name="Extra")
    address = f"/portal/plans/{plan.pk.hex}"
    mine = open_form(client, address, summary="Mine")
    fields = PlanFields(name="Extra", price=Money(9900), summary="Theirs")
    actions.edit_plan(actor=actor_for(devi.person), by=devi, plan=plan, fields=fields, revision=0)
    events = Event.objects.count()
    with pytest.raises(RevisionConflict):
        actions.edit_plan(actor=actor_for(devi.person), by=devi, plan=plan, fields=fields, revision=0)
    answer = client.post(address, mine)
    assert answer.status_code == 409
    suggested = dict(re.findall(r'name="(choose \w+)" value="(\w+)" checked', html.unescape(answer.content.decode())))
    assert set(suggested.values()) == {"theirs"}  # but the summary, which both changed
    assert Event.objects.count() == events
    plan.refresh_from_db()
    assert (plan.summary, plan.revision) == ("Theirs", 1)
    sent = {**mine, "revision": "1", "choosing": "1", "choose summary": "mine", **suggested}
    assert client.post(address, sent)["Location"] == f"/portal/versions/{version.pk.hex}/plans"
    plan.refresh_from_db()
    assert (plan.summary, plan.price_minor, plan.revision) == ("Mine", 9900, 2)


def test_drafts_of_others_and_of_nothing_are_not_found(client: Client, version: Version) -> None:
    stranger = make_version(make_app(make_member().partner, name="Other"))
    plan = make_plan(stranger, name="Extra")
    for part, subject in (("details", stranger.app), ("plan", plan), ("new-plan", stranger), ("plan", version)):
        assert client.post(f"/portal/drafts/{part}/{subject.pk.hex}", {"name": "x"}).status_code == 404
    marketing = Client()
    marketing.force_login(make_member(version.app.partner, role=MemberRole.MARKETING).person)
    assert marketing.post(f"/portal/drafts/details/{version.app_id.hex}", {"name": "x"}).status_code == 403
    assert not EditingDraft.objects.exists()


def test_a_removed_plan_takes_its_drafts_along(client: Client, version: Version) -> None:
    plan = make_plan(version, name="Extra")
    client.post(f"/portal/drafts/plan/{plan.pk.hex}", {"name": "Typed", "revision": "0"})
    assert EditingDraft.objects.count() == 1
    client.post(f"/portal/plans/{plan.pk.hex}/remove")
    assert not EditingDraft.objects.exists()


def test_what_is_typed_to_register_an_app_is_kept_until_it_is_registered(client: Client, mara: Member) -> None:
    drafts, address = f"/portal/drafts/new-app/{mara.partner_id.hex}", "/portal/apps/new"
    typed = open_form(client, address, name="Ledger", website="half an addr")
    facts = Event.objects.count()
    assert "Kept as a draft at" in client.post(drafts, typed).content.decode()
    page = text_of(client, address)
    assert "Restored." in page
    assert 'value="half an addr"' in page
    bad = {**typed, "name": "Ledgerline", "choosing": "1"}
    assert client.post(address, bad).status_code == 422  # no picture, and no address
    assert 'value="Ledgerline"' in text_of(client, address)  # kept without scripts as well
    assert (App.objects.count(), Event.objects.count()) == (0, facts)

    colleague, marketing, stranger = (Client() for _ in range(3))
    colleague.force_login(make_member(mara.partner).person)
    marketing.force_login(make_member(mara.partner, role=MemberRole.MARKETING).person)
    stranger.force_login(make_member().person)
    assert "half an addr" not in text_of(colleague, address)
    assert "is editing this too and has typed something." in text_of(colleague, address)
    assert (marketing.post(drafts, typed).status_code, stranger.post(drafts, typed).status_code) == (403, 404)

    sent = {
        **typed,
        "name": "Ledgerline",
        "website": "https://ledger.example/",
        "icon": SimpleUploadedFile("icon.png", picture(300, 300), "image/png"),
    }
    answer = client.post(address, sent)
    assert answer["Location"] == f"/portal/apps/{App.objects.get(name='Ledgerline').pk.hex}"
    assert not EditingDraft.objects.exists()
    assert "Restored." not in text_of(client, address)
