"""The old address of an app that is not offered any more: said to those who know it, never of what was never public."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client
from pytest_django.fixtures import DjangoAssertNumQueries
from tests.factories.accounts import SYSTEM, make_account, make_person, make_user
from tests.factories.catalog import make_app, make_category, make_published_version, make_version
from tests.factories.installs import make_completed
from tests.factories.partners import make_member

from fondaco.audit.models import Event
from fondaco.catalog.actions import deprecate_version
from fondaco.catalog.models import Version
from fondaco.catalog.states import ListingStatus, TechnicalStatus
from fondaco.installs.models import Installation
from fondaco.kit import clock

pytestmark = pytest.mark.django_db
HERE = "/marketplace/ledgerline"


def publish(name: str = "Ledgerline", shelf: str = "reporting") -> Version:
    version = make_published_version(make_app(name=name))
    version.listing.categories.set([make_category(shelf, shelf.title())])
    return version


def deprecate(version: Version) -> None:
    by = make_member(version.app.partner)
    deprecate_version(actor=SYSTEM, by=by, version=version, reason="Replaced by another.")


def keep_out(version: Version, *, how: str) -> None:
    Version.objects.filter(pk=version.pk).update(**{f"{how}_at": clock.now(), f"{how}_reason": "Back on Monday."})


def look(client: Client, path: str = HERE) -> tuple[int, str]:
    answer = client.get(path)
    return answer.status_code, re.sub(r'(?s)<footer.*|Token": "\w+', "", unescape(answer.content.decode()))


def cards(page: str) -> list[str]:
    return re.findall(r'<h3><a href="/marketplace/[^"]*">([^<]*)</a>', page)


def test_what_ended_for_good_is_gone_and_leads_to_apps_for_the_same_work(client: Client) -> None:
    deprecate(publish())
    deprecate(publish("Old Ledger"))
    for name in ("Deskbridge", "Abacus", "Counter", "Zedger"):
        publish(name)
    publish("Cadence", "gamification")
    status, page = look(client)
    assert status == 410
    assert "<h1>Ledgerline is no longer offered</h1>" in page
    assert cards(page) == ["Abacus", "Counter", "Deskbridge"]
    assert 'href="/?category=reporting"' in page
    assert "This version was withdrawn by its partner and can no longer be installed." in page
    assert "/my-apps" not in page


@pytest.mark.parametrize(("how", "who"), [("unlisted", "Its partner"), ("withheld", "The platform")])
def test_what_may_come_back_is_not_found_now_with_the_reason(client: Client, how: str, who: str) -> None:
    first = publish()
    deprecate(make_published_version(first.app, name="0.9"))
    keep_out(first, how=how)
    client.force_login(make_user().person)
    status, page = look(client)
    assert status == 404
    assert "<h1>Ledgerline is not offered at the moment</h1>" in page
    assert f"{who} has taken this version out of the marketplace for now: “Back on Monday.”" in page
    assert cards(page) == []


def test_what_the_platform_found_is_told_to_customers_and_not_to_the_whole_world(client: Client) -> None:
    keep_out(publish(), how="withheld")
    status, page = look(client)
    assert status == 404
    assert "<h1>Ledgerline is not offered at the moment</h1>" in page
    assert "The platform has taken this version out of the marketplace for now." in page
    assert "Back on Monday" not in page
    client.force_login(make_person())
    assert "Back on Monday" not in look(client)[1], "somebody without a place is no customer"


def test_who_has_it_is_led_to_my_apps(client: Client, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    installation = make_completed(make_account("harbour"))
    installation.version.listing.categories.set([make_category("reporting", "Reporting")])
    for number in range(5):
        publish(f"App {number}")
    deprecate(installation.version)
    path = f"/marketplace/{installation.app.slug}"
    client.force_login(installation.installed_by.person)
    with django_assert_max_num_queries(12):
        status, page = look(client, path)
    assert status == 410
    assert "This app is in My Apps of your account." in page
    assert len(cards(page)) == 3
    other = Client()
    other.force_login(make_user(make_account("elsewhere")).person)
    assert "is in My Apps of your account" not in look(other, path)[1]


@pytest.mark.parametrize("state", sorted(set(ListingStatus) - {ListingStatus.ADVERTISED, ListingStatus.DEPRECATED}))
@pytest.mark.parametrize("technical", [TechnicalStatus.AVAILABLE, TechnicalStatus.DEPRECATED])
def test_what_was_never_public_does_not_exist(client: Client, state: ListingStatus, technical: TechnicalStatus) -> None:
    keep_out(make_version(make_app(), technical=technical, listing=state), how="withheld")
    events = Event.objects.count()
    unknown = look(client, "/marketplace/nothing-like-it")
    status, page = look(client)
    assert (status, unknown[0]) == (404, 404)
    assert page.replace("ledgerline", "") == unknown[1].replace("nothing-like-it", "")
    assert Event.objects.count() == events


@pytest.mark.parametrize("how", ["withheld", "unlisted", "deprecated"])
@pytest.mark.parametrize("step", ["", "/plan", "/users", "/later", "/confirm"])
def test_an_order_under_way_leads_to_the_page_that_says_that_the_app_left(client: Client, step: str, how: str) -> None:
    version = publish()
    client.force_login(make_user().person)
    client.get("/install/ledgerline")
    client.post("/install/ledgerline/plan", {"plan": version.plans.get(name="Team").pk.hex})
    if how == "deprecated":
        deprecate(version)
    else:
        keep_out(version, how=how)
    for ask in (client.get, client.post):
        answer = client.get(ask(f"/install/ledgerline{step}").headers["Location"], follow=True)
        assert answer.request["PATH_INFO"] == HERE
        assert answer.status_code in {404, 410}
    assert not Installation.objects.exists()


def test_no_order_of_what_was_never_public_leads_anywhere(client: Client) -> None:
    client.force_login(make_user().person)
    hidden = make_version(make_app(), technical=TechnicalStatus.AVAILABLE, listing=ListingStatus.APPROVED)
    keep_out(hidden, how="withheld")
    publish("Deskbridge")
    for path in ("/install/ledgerline", "/install/ledgerline/confirm", "/install/nothing-like-it/plan"):
        answer = client.get(path, follow=True)
        assert answer.status_code == 404
        assert answer.request["PATH_INFO"].startswith("/install/"), "the page that nothing is at"
    assert client.get(f"/install/deskbridge?version={'0' * 32}", follow=True).status_code == 404
