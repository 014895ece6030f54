"""Browsing and the listing: for anyone, with every filter in the address."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from pytest_django.fixtures import DjangoAssertNumQueries
from tests.factories.accounts import actor_for, make_account, make_operator, make_user
from tests.factories.catalog import make_app, make_category, make_plan, make_published_version, make_version
from tests.factories.installs import PARTNER_PROGRAM, make_completed, make_installing

from fondaco.accounts.permissions import OperatorRole
from fondaco.audit.models import Event
from fondaco.catalog.models import LicenceModel, Version
from fondaco.catalog.search import index_listing
from fondaco.installs.actions import answer_operation, cut_off
from fondaco.installs.measures import measure_app
from fondaco.installs.reach import Target, TargetKind
from fondaco.kit import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    return Client()


def publish(name: str, *, category: str = "reporting", **plan: object) -> Version:
    version = make_published_version(make_app(name=name))
    version.listing.categories.set([make_category(category, category.title())])
    if plan:
        version.plans.filter(type="paid").update(**plan)
    index_listing(version)
    return version


def names(html: str) -> list[str]:
    return re.findall(r'<h3><a href="/marketplace/[^"]*">([^<]*)</a>', html)


def test_visitors_see_every_published_app_with_its_price(client: Client) -> None:
    publish("Ledgerline")
    publish("Deskbridge", model=LicenceModel.PER_ACCOUNT.value, price_minor=35000, min_licences=1, max_licences=None)
    make_version(make_app(name="Not There Yet"))
    html = client.get("/").content.decode()
    assert names(html) == ["Deskbridge", "Ledgerline"]
    assert "from $18 per seat and month" in html
    assert "from $350 per account and month" in html
    assert "2 apps" in html


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=deskb", ["Deskbridge"]),
        ("category=gamification", ["Cadence Coach"]),
        ("model=per_account", ["Deskbridge"]),
        ("trial=on&sort=name", ["Cadence Coach", "Deskbridge", "Ledgerline"]),
        ("sort=newest", ["Cadence Coach", "Deskbridge", "Ledgerline"]),
        ("sort=nonsense&model=9&page=x", ["Cadence Coach", "Deskbridge", "Ledgerline"]),
        ("page=999", []),
    ],
)
def test_filters_stand_in_the_address(client: Client, query: str, found: list[str]) -> None:
    publish("Ledgerline")
    publish("Deskbridge", model=LicenceModel.PER_ACCOUNT.value)
    publish("Cadence Coach", category="gamification")
    response = client.get(f"/?{query}")
    assert response.status_code == 200
    assert sorted(names(response.content.decode())) == found


def test_nothing_found_says_what_to_try(client: Client) -> None:
    publish("Ledgerline")
    html = client.get("/", {"q": "zeppelin"}).content.decode()
    assert "No app fits all of that" in html
    assert "Show all apps" in html


def test_empty_marketplace_teaches(client: Client) -> None:
    assert "The shelves are still empty" in client.get("/").content.decode()


def test_many_apps_come_in_pages(client: Client) -> None:
    for number in range(25):
        publish(f"App {number:02}")
    first, second = client.get("/").content.decode(), client.get("/?page=2").content.decode()
    assert len(names(first)) == 24
    assert names(second) == ["App 24"]
    assert "?page=2" in first


def test_listing_shows_what_a_customer_wants_to_know(client: Client) -> None:
    version = publish("Ledgerline")
    html = client.get("/marketplace/ledgerline").content.decode()
    for words in (
        "Invoices and payments inside the call",
        "<strong>open invoices</strong>",
        "Adds and changes your contacts",
        "to add the customer number after a payment",
        "An open invoice beside a call",
        "https://ledgerline.example/privacy",
        "who answers for it and for what it does with your data",
        f"/install/ledgerline?plan={version.plans.get(name='Trial').pk.hex}",
    ):
        assert words in html
    assert "Measured here" not in html
    assert "Set up by hand" not in html


def test_listing_says_that_people_set_it_up(client: Client) -> None:
    make_published_version(make_app(name="Deskbridge"), is_manually_provisioned=True)
    assert "Set up by hand" in client.get("/marketplace/deskbridge").content.decode()


def test_markdown_of_a_partner_cannot_bring_scripts(client: Client) -> None:
    version = publish("Ledgerline")
    version.listing.description = "Hello <script>alert(1)</script> [x](javascript:alert(1))"
    version.listing.save()
    html = client.get("/marketplace/ledgerline").content.decode()
    assert "<script>alert" not in html
    assert 'href="javascript' not in html


@pytest.mark.parametrize(
    ("query", "line", "total"),
    [
        ("seats=24", "24 seats × $18", "$432.00"),
        ("seats=1", "2 seats × $18", "$36.00"),
        ("seats=9999", "50 seats × $18", "$900.00"),
        ("seats=many", "10 seats × $18", "$180.00"),
        ("seats=", "10 seats × $18", "$180.00"),
    ],
)
def test_calculator_works_without_scripts(client: Client, query: str, line: str, total: str) -> None:
    publish("Ledgerline")
    html = client.get(f"/marketplace/ledgerline?{query}").content.decode()
    assert line in html
    assert f"<dd>{total}</dd>" in html
    assert "<dt>You pay today</dt><dd>$0.00</dd>" in html


def test_calculator_takes_another_plan(client: Client) -> None:
    version = publish("Ledgerline")
    plan = make_plan(version, name="Site", model="per_account", price_minor=24000, min_licences=1, max_licences=None)
    html = client.get(f"/marketplace/ledgerline?plan={plan.pk.hex}&seats=24").content.decode()
    assert "For everyone in the account" in html
    assert "<dd>$240.00</dd>" in html


@pytest.mark.parametrize("slug", ["nope", "not-there-yet"])
def test_unknown_and_unpublished_listings_do_not_exist(client: Client, slug: str) -> None:
    make_version(make_app(name="Not There Yet"))
    assert client.get(f"/marketplace/{slug}").status_code == 404


def test_customers_see_where_their_account_stands(client: Client) -> None:
    account = make_account()
    completed = make_completed(account)
    client.force_login(completed.installed_by.person)
    assert (
        "This app is in My Apps of your account." in client.get(f"/marketplace/{completed.app.slug}").content.decode()
    )
    supervisor = Client()
    supervisor.force_login(make_user(make_account(), role="supervisor").person)
    html = supervisor.get(f"/marketplace/{completed.app.slug}").content.decode()
    assert "Your role may not install apps" in html
    assert "Start the 30-day trial" not in html


def test_measures_are_real_or_absent(client: Client) -> None:
    app = make_app()
    version = make_published_version(app)
    for decision in ("approve", "approve", "reject"):
        assert measure_app(app.pk) is None
        with clock.travel(-timedelta(hours=1)):
            installation = make_installing(make_account(), version=version)
        with clock.travel(-timedelta(minutes=50)):
            answer_operation(actor=PARTNER_PROGRAM, installation=installation, decision=decision)
    measures = measure_app(app.pk)
    assert measures is not None
    assert (measures.ended, measures.worked) == (3, 2)
    assert measures.median_wait is not None
    assert round(measures.median_wait.total_seconds()) == 600
    html = client.get(f"/marketplace/{app.slug}").content.decode()
    assert "Measured here, not claimed" in html
    assert "66.7\N{NO-BREAK SPACE}%" in html
    assert "10 minutes" in html


def test_sandboxes_are_not_measured() -> None:
    app = make_app()
    version = make_published_version(app)
    for _number in range(3):
        make_completed(make_account(is_sandbox=True), version=version)
    assert measure_app(app.pk) is None


def test_pages_stay_within_their_queries(client: Client, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    for number in range(30):
        publish(f"App {number:02}")
    client.force_login(make_user(make_account()).person)
    with django_assert_max_num_queries(12):
        client.get("/")
    with django_assert_max_num_queries(12):
        client.get("/marketplace/app-01")


def test_looking_writes_nothing(client: Client) -> None:
    publish("Ledgerline")
    before = Event.objects.count()
    client.get("/")
    client.get("/marketplace/ledgerline?seats=3")
    assert Event.objects.count() == before


def test_an_app_that_is_cut_off_is_not_offered_and_why_is_not_told_to_everyone(client: Client) -> None:
    version = publish("Ledgerline")
    here = f"/marketplace/{version.app.slug}"
    assert f"/install/{version.app.slug}?plan=" in client.get(here).content.decode()
    jon = make_operator(OperatorRole.SUPPORT)
    cut_off(
        actor=actor_for(jon.person),
        by=jon,
        target=Target(TargetKind.APP, version.app),
        reason="Its key leaked.",
        confirmation=version.app.name,
    )
    html = client.get(here).content.decode()
    assert "It cannot be installed now." in html
    assert "/install/" not in html
    assert "Its key leaked." not in html
