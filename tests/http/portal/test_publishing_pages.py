"""Going live and out of the marketplace by hand: each page says what is true afterwards (T8)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from tests.factories.accounts import actor_for, make_operator
from tests.factories.catalog import make_app, make_published_version, make_version
from tests.factories.partners import make_member
from tests.factories.reviews import finish_checks
from tests.signing_in import signed_in

from fondaco.catalog import actions
from fondaco.catalog.models import App, ListingContent, PlannedPublication, TechnicalContent, Version
from fondaco.catalog.states import ListingStatus, TechnicalStatus, Track
from fondaco.kit import clock, deadlines
from fondaco.partners.models import Member, MemberRole
from fondaco.review import actions as review

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(mara: Member) -> Client:
    return signed_in(mara)


def approved(mara: Member) -> Version:
    return make_version(make_app(mara.partner), technical=TechnicalStatus.APPROVED, listing=ListingStatus.APPROVED)


def state_of(client: Client, version: Version) -> str:
    return client.get(f"/portal/versions/{version.pk.hex}").content.decode()


def test_T08_the_page_says_the_truth_after_each_step(client: Client, mara: Member) -> None:
    version = approved(mara)
    address = f"/portal/versions/{version.pk.hex}"
    assert "can be made available." in state_of(client, version)

    due = (clock.now() + timedelta(days=3)).replace(second=0, microsecond=0)
    entries = {"when": "later", "due_at": due.strftime("%Y-%m-%dT%H:%M")}
    page = client.post(f"{address}/publish", entries, follow=True).content.decode()
    assert "Until then nothing changes for customers." in page
    assert "Approved: it goes live on" in page
    assert "It goes live by itself." in page
    assert PlannedPublication.objects.get().due_at == due
    assert 'value="later" ' in client.get(f"{address}/publish").content.decode()

    page = client.post(f"{address}/publish/cancel", follow=True).content.decode()
    assert "No time is set any more." in page
    assert "It goes live by itself." not in page

    client.post(f"{address}/publish", entries)
    TechnicalContent.objects.update(redirect_urls=[])
    with clock.travel(timedelta(days=3, minutes=1)):
        deadlines.sweep_once()
        page = state_of(client, version)
    assert "It did not go live." in page
    assert "Give at least one address to which single sign-on may return." in page
    assert "Published" not in page

    TechnicalContent.objects.update(redirect_urls=["https://app.ledgerline.example/sso/cb"])
    page = client.post(f"{address}/publish", {"when": "now"}, follow=True).content.decode()
    assert "is in the marketplace." in page
    assert "Published: customers can find and install it." in page
    assert "It did not go live." not in page

    assert "Say why; who would have installed it reads this." in client.post(f"{address}/unlist", {}).content.decode()
    page = client.post(f"{address}/unlist", {"reason": "A bug"}, follow=True).content.decode()
    assert "Nobody can newly install it." in page
    assert "Out of the marketplace for now: nobody can newly install it until you bring it back." in page
    assert "Its listing is hidden while the version is out of the marketplace." in page
    assert "Published" not in page

    page = client.post(f"{address}/relist", follow=True).content.decode()
    assert "Published: customers can find and install it." in page


def test_what_waits_for_its_listing_is_not_called_published(client: Client, mara: Member) -> None:
    version = make_version(make_app(mara.partner), technical=TechnicalStatus.APPROVED)
    page = client.post(f"/portal/versions/{version.pk.hex}/publish", {"when": "now"}, follow=True).content.decode()
    assert "is available. Its listing appears in the marketplace once it is approved." in page
    assert "Published" not in page


def test_an_older_version_says_what_customers_find(client: Client, mara: Member) -> None:
    version = approved(mara)
    newer = make_published_version(version.app, name="2.0.0")
    address = f"/portal/versions/{version.pk.hex}/publish"
    assert "Customers go on finding 2.0.0, which is newer." in client.get(address).content.decode()
    page = client.post(address, {"when": "now"}, follow=True).content.decode()
    assert f"but customers find {newer}, which is newer." in page


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ({"when": "later", "due_at": ""}, "Choose the time."),
        ({"when": "later", "due_at": "soon"}, "Enter a valid date/time."),
        ({"when": "later", "due_at": "2020-01-01T09:00"}, "Choose a time at least a minute"),
        ({"when": "later", "due_at": "9999-12-31T23:59"}, "Choose a time at least a minute"),
        ({"when": "never"}, "Select a valid choice."),
        ({}, "This field is required."),
    ],
)
def test_bad_input_keeps_everything(client: Client, mara: Member, entries: dict[str, str], words: str) -> None:
    version = approved(mara)
    answer = client.post(f"/portal/versions/{version.pk.hex}/publish", entries)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not PlannedPublication.objects.exists()
    assert TechnicalContent.objects.get(pk=version.pk).status == "approved"


def test_pages_of_what_cannot_be_done_say_how_it_stands(client: Client, mara: Member) -> None:
    draft = make_version(make_app(mara.partner))
    for page, words in (
        ("publish/cancel", "No time is set"),
        ("unlist", "This version is not in the marketplace"),
        ("relist", "This version was not taken out"),
    ):
        address = f"/portal/versions/{draft.pk.hex}/{page}"
        assert words in client.get(address).content.decode()
        assert client.post(address, {"reason": "x"}).status_code == 409


def test_the_machines_are_drawn_with_the_place_marked(client: Client, mara: Member) -> None:
    page = state_of(client, approved(mara))
    assert page.count('<svg class="lying"') == page.count('<svg class="standing"') == 2
    assert page.count('class="machine-box now"') == 4
    assert 'aria-label="Way of the technical content: Approved now"' in page
    assert "you make it available, at once or at a set time" in page


def test_who_waits_for_a_reviewer_reads_since_when_the_place_and_what_usually_happens(
    client: Client, mara: Member
) -> None:
    jon = make_operator()
    for number in range(5):
        other = make_version(make_app(mara.partner), name=f"1.{number}.0")
        with clock.travel(-timedelta(days=2)):
            submission = review.submit(actor=actor_for(mara.person), by=mara, version=other, track=Track.TECHNICAL)
            finish_checks(submission)
        with clock.travel(-timedelta(days=2) + timedelta(hours=2)):
            review.approve(actor=actor_for(jon.person), by=jon, submission=submission)
    version = make_version(make_app(mara.partner))
    review.submit(actor=actor_for(mara.person), by=mara, version=version, track=Track.TECHNICAL)
    page = state_of(client, version)
    for words in (
        "In review · 1st in the queue",
        "next: a reviewer",
        "half of similar ones were answered within 2 hours, nine in ten within 2 hours",
        "Most likely answered by",
        'href="/reviews/statistics"',
    ):
        assert words in page, words


def lines(page: str) -> list[str]:
    """The names of the apps in the order of the list."""
    return [part.split("</a>")[0].split(">")[-1] for part in page.split('class="row-title"')[1:]]


def test_apps_are_listed_by_what_the_partner_is_to_do(client: Client, mara: Member) -> None:
    def app(name: str, **states: object) -> Version:
        return make_version(make_app(mara.partner, name=name), **states)  # type: ignore[arg-type]

    app("Published", technical=TechnicalStatus.AVAILABLE, listing=ListingStatus.ADVERTISED)
    app("In review", technical=TechnicalStatus.IN_REVIEW, listing=ListingStatus.IN_REVIEW)
    app("Draft")
    make_app(mara.partner, name="Begun")
    ready = app("Ready", technical=TechnicalStatus.APPROVED, listing=ListingStatus.APPROVED)
    timed = app("Timed", technical=TechnicalStatus.APPROVED, listing=ListingStatus.APPROVED)
    actions.schedule_publication(
        actor=actor_for(mara.person), by=mara, version=timed, due_at=clock.now() + timedelta(days=1)
    )
    out = app("Out", technical=TechnicalStatus.AVAILABLE, listing=ListingStatus.ADVERTISED)
    actions.unlist_version(actor=actor_for(mara.person), by=mara, version=out, reason="A bug")
    asked = app("Asked", listing=ListingStatus.REJECTED)
    make_version(make_app(make_member().partner, name="Not ours"))
    page = client.get("/portal/apps").content.decode()
    assert lines(page) == ["Asked", "Ready", "Begun", "Draft", "Out", "In review", "Timed", "Published"]
    for link in (
        f'href="/portal/versions/{asked.pk.hex}/listing" aria-label="Change what was asked for: Asked"',
        f'href="/portal/versions/{ready.pk.hex}/publish" aria-label="Make available: Ready"',
        f'href="/portal/versions/{out.pk.hex}/relist" aria-label="Bring it back: Out"',
        '#new-version" aria-label="Begin its first version: Begun"',
    ):
        assert link in page, link
    overview = client.get("/portal/").content.decode()
    assert "5 apps wait for you." in overview
    finance = signed_in(make_member(mara.partner, role=MemberRole.FINANCE)).get("/portal/apps").content.decode()
    assert "Make available: Ready" not in finance
    assert lines(client.get("/portal/apps?q=rea").content.decode()) == ["Ready"]
    assert "No app of this name" in client.get("/portal/apps?q=nothing").content.decode()


def test_two_hundred_apps_come_in_pages_and_few_queries(
    client: Client, mara: Member, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    partner = mara.partner
    apps = App.objects.bulk_create(
        App(partner=partner, name=f"App {number:03}", slug=f"app-{number:03}", icon="icons/test.png")
        for number in range(200)
    )
    versions = Version.objects.bulk_create(Version(app=app, name="1.0.0", created_by="Mara Lind") for app in apps)
    TechnicalContent.objects.bulk_create(TechnicalContent(version=version) for version in versions)
    ListingContent.objects.bulk_create(ListingContent(version=version) for version in versions)
    for address in ("/portal/apps", "/portal/apps?page=4", "/portal/"):
        client.get(address)
        with django_assert_max_num_queries(12):
            page = client.get(address).content.decode()
        assert len(lines(page)) == (10 if address == "/portal/" else 50)
    assert "Page 4 of 4" in client.get("/portal/apps?page=4").content.decode()
