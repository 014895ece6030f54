"""What customers find, and which version an account may install."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries
from tests.factories.accounts import make_account
from tests.factories.catalog import make_app, make_category, make_plan, make_published_version, make_version
from tests.factories.partners import make_member, make_partner

from fondaco.catalog.models import LicenceModel, Version
from fondaco.catalog.policies import can_be_installed_by, explain_installable
from fondaco.catalog.queries import (
    Sort,
    get_app,
    get_listing,
    get_version,
    latest_published,
    list_apps,
    listing_view,
    search_listings,
)
from fondaco.catalog.search import index_listing
from fondaco.catalog.states import ListingStatus, TechnicalStatus
from fondaco.kit.errors import Forbidden, NotFound

pytestmark = pytest.mark.django_db


def published(name: str, **listing: str) -> Version:
    version = make_published_version(make_app(make_partner(f"{name} GmbH"), name=name))
    for field, value in listing.items():
        setattr(version.listing, field, value)
    version.listing.save()
    index_listing(version)
    return version


def names(**criteria: Any) -> list[str]:
    return [version.listing.display_name for version in search_listings(**criteria)]


def test_search_by_name_summary_description_and_company() -> None:
    published("Ledgerline", summary="Invoices in the call", description="Sends payment links")
    published("Whisper", summary="Coaching for agents", description="Listens along")
    assert names(text="ledg") == ["Ledgerline"]
    assert names(text="invoice") == ["Ledgerline"]  # stem of a word in the summary
    assert names(text="COACH agents") == ["Whisper"]
    assert names(text="payments") == ["Ledgerline"]
    assert names(text="gmbh") == ["Ledgerline", "Whisper"]  # the company
    assert names(text="invoices coaching") == []
    assert names(text="') & drop:*") == []
    assert names(text="!!") == names() == ["Ledgerline", "Whisper"]


def test_a_name_counts_more_than_a_description() -> None:
    published("Apex", description="Works with Whisper")
    published("Whisper")
    assert names(text="whisper") == ["Whisper", "Apex"]


def test_filters_and_order() -> None:
    first, second = published("Zebra"), published("Ant")
    second.listing.categories.set([make_category("reporting", "Reporting")])
    make_plan(second, name="All", model=LicenceModel.PER_ACCOUNT.value)
    first.plans.filter(type="trial").delete()
    assert names(category="reporting") == ["Ant"]
    assert names(category="unknown") == []
    assert names(has_trial=True) == ["Ant"]
    assert names(model=LicenceModel.PER_ACCOUNT) == ["Ant"]
    assert names(sort=Sort.NAME) == ["Ant", "Zebra"]
    assert names(sort=Sort.NEWEST) == ["Ant", "Zebra"]


def test_only_the_latest_published_version_is_found() -> None:
    version = published("Ledgerline")
    make_version(version.app, name="2.0.0", technical=TechnicalStatus.APPROVED)
    assert latest_published(version.app) == version
    newest = make_published_version(version.app, name="3.0.0")
    assert list(search_listings()) == [newest]
    assert get_listing("ledgerline") == newest


@pytest.mark.parametrize("technical", TechnicalStatus)
@pytest.mark.parametrize("listing", ListingStatus)
def test_what_is_not_published_is_not_found(technical: TechnicalStatus, listing: ListingStatus) -> None:
    version = make_version(technical=technical, listing=listing)
    if (technical, listing) == ("available", "advertised"):
        assert get_listing("ledgerline") == version
    else:
        with pytest.raises(NotFound):
            get_listing("ledgerline")
        assert names() == []
        assert latest_published(version.app) is None


def test_a_page_of_listings_takes_three_queries(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for name in ("Ant", "Bee", "Cat"):
        published(name)
    with django_assert_num_queries(3):
        for version in search_listings():
            assert [*version.listing.categories.all(), *version.plans.all(), version.app.partner.name]


def test_listing_view() -> None:
    version = published("Ledgerline", docs_url="https://ledgerline.example/docs")
    view = listing_view(version)
    assert (view.name, view.company, view.slug, view.trial_days) == ("Ledgerline", "Ledgerline GmbH", "ledgerline", 30)
    assert [(line.scope, line.reason) for line in view.permissions] == [
        ("account:read", ""),
        ("users:read", ""),
        ("contacts:write", "to add the customer number after a payment"),
    ]
    assert view.trial is not None
    assert [(line.plan.name, line.price, str(line.unit)) for line in view.paid_plans] == [
        ("Team", "$18", "per seat and month")
    ]
    assert view.published_at == version.listing.status_changed_at


@pytest.mark.parametrize("status", TechnicalStatus)
def test_who_may_install_what(status: TechnicalStatus) -> None:
    version = make_version(technical=status)
    own, other = version.app.partner.developer_account, make_account()
    assert can_be_installed_by(version, own) is (status != "deprecated")
    assert can_be_installed_by(version, other) is (status == "available")
    assert can_be_installed_by(version, other, by_link=True) is (status in {"approved", "available"})


def test_why_not_is_said_in_words() -> None:  # T17
    version = make_version(is_complete=False)
    own, other = version.app.partner.developer_account, make_account()
    assert explain_installable(version, own) == (
        "The technical content is not complete yet: Say where events are to be sent."
    )
    assert explain_installable(version, other) == "The partner has not made this version available yet."
    assert "only its partner can install it" in str(explain_installable(version, other, by_link=True))


def test_partners_see_their_own_apps_only(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    mara = make_member()
    mine = make_version(make_app(mara.partner))
    other = make_version(make_app(make_partner("Whisper Inc"), name="Whisper"))
    with django_assert_num_queries(2):
        apps = list(list_apps(mara))
        assert [(app.name, [version.technical.status for version in app.versions.all()]) for app in apps] == [
            ("Ledgerline", ["draft"])
        ]
    assert get_app(mara, mine.app.pk.hex) == mine.app
    assert get_version(mara, mine.pk.hex) == mine
    for wrong in (other.app.pk.hex, other.pk.hex, "x", "", "0" * 32):
        with pytest.raises(NotFound):
            get_app(mara, wrong)
        with pytest.raises(NotFound):
            get_version(mara, wrong)
    mara.is_active = False
    with pytest.raises(Forbidden):
        list_apps(mara)
