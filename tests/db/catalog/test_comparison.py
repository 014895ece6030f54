"""What differs between two versions."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries
from tests.factories.catalog import make_app, make_category, make_plan, make_version

from fondaco.catalog.comparison import Difference, Part, compare_versions
from fondaco.catalog.models import ListingContent, Screenshot, Version

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair() -> tuple[Version, Version]:
    app = make_app()
    return make_version(app), make_version(app, name="2.0.0")


def change_listing(version: Version, **values: object) -> None:
    for name, value in values.items():
        setattr(version.listing, name, value)
    version.listing.save()


def test_the_same_content_has_no_difference(pair: tuple[Version, Version]) -> None:
    assert compare_versions(*pair) == []


def test_every_part_is_compared(pair: tuple[Version, Version]) -> None:
    before, after = pair
    after.technical.scopes = ["account:read", "contacts:write", "recordings:read"]
    after.technical.scope_reasons = {"contacts:write": "to add a payment"}
    after.technical.data_fields = ["recording.media"]
    after.technical.redirect_urls = [*after.technical.redirect_urls, "https://app.ledgerline.example/sso/two"]
    after.technical.is_manually_provisioned = True
    change_listing(after, summary="Payments inside the call.")
    after.listing.categories.add(make_category("reporting", "Reporting"))
    after.plans.filter(name="Team").update(price_minor=2100)
    make_plan(after, name="House", model="per_account", price_minor=90000, min_licences=1, max_licences=None)
    after.listing.screenshots.all().delete()
    Screenshot.objects.create(listing=after.listing, image="screenshots/new.png", alternative_text="A paid invoice")

    assert compare_versions(before, after) == [
        Difference(Part.SCOPES, "users:read", "Reads the people in your account", ""),
        Difference(
            Part.SCOPES,
            "contacts:write",
            "Adds and changes your contacts — to add the customer number after a payment",
            "Adds and changes your contacts — to add a payment",
        ),
        Difference(Part.SCOPES, "recordings:read", "", "Listens to call recordings: the sound itself"),
        Difference(
            Part.PLANS,
            "Team",
            "$18 per seat and month · 2 to 50 licences · Everything, for every agent",
            "$21 per seat and month · 2 to 50 licences · Everything, for every agent",
        ),
        Difference(
            Part.PLANS, "House", "", "$900 per account and month · from 1 licences · Everything, for every agent"
        ),
        Difference(
            Part.TECHNICAL,
            "Redirect URLs",
            "https://app.ledgerline.example/sso/cb",
            "https://app.ledgerline.example/sso/cb\nhttps://app.ledgerline.example/sso/two",
        ),
        Difference(Part.TECHNICAL, "Manually provisioned", "no", "yes"),
        Difference(
            Part.LISTING,
            "Summary",
            "Invoices and payments inside the call, without leaving the conversation.",
            "Payments inside the call.",
        ),
        Difference(Part.LISTING, "Categories", "Payments & Security", "Payments & Security, Reporting"),
        Difference(Part.SCREENSHOTS, "An open invoice beside a call", "/media/screenshots/test.png", ""),
        Difference(Part.SCREENSHOTS, "A paid invoice", "", "/media/screenshots/new.png"),
    ]


def test_test_credentials_are_never_shown(pair: tuple[Version, Version]) -> None:
    before, after = pair
    after.technical.test_credentials = b"user and secret"
    after.technical.save()
    assert compare_versions(before, after) == []


def test_two_pictures_with_the_same_words_are_two(pair: tuple[Version, Version]) -> None:
    before, after = pair
    for image in ("one", "two"):
        Screenshot.objects.create(listing=after.listing, image=f"screenshots/{image}.png", alternative_text="A call")
    assert [found.after for found in compare_versions(before, after)] == [
        "/media/screenshots/one.png",
        "/media/screenshots/two.png",
    ]


def test_it_takes_six_queries(pair: tuple[Version, Version], django_assert_num_queries: DjangoAssertNumQueries) -> None:
    ids = [version.pk for version in pair]
    before, after = (Version.objects.select_related("technical", "listing").get(pk=key) for key in ids)
    with django_assert_num_queries(6):
        compare_versions(before, after)
    assert ListingContent.objects.count() == 2


def test_another_image_under_the_same_words_stands_beside_the_old_one(pair: tuple[Version, Version]) -> None:
    before, after = pair
    after.listing.screenshots.update(image="screenshots/new.png")
    assert compare_versions(before, after) == [
        Difference(
            Part.SCREENSHOTS,
            "An open invoice beside a call",
            "/media/screenshots/test.png",
            "/media/screenshots/new.png",
        )
    ]


def test_pictures_in_another_order_are_a_difference(pair: tuple[Version, Version]) -> None:
    before, after = pair
    for version, position in ((before, 1), (after, 0)):
        Screenshot.objects.create(
            listing=version.listing, image="screenshots/two.png", alternative_text="A list", position=position
        )
    after.listing.screenshots.filter(alternative_text__startswith="An open").update(position=5)
    assert compare_versions(before, after) == [
        Difference(
            Part.LISTING,
            "Order of the pictures",
            "An open invoice beside a call\nA list",
            "A list\nAn open invoice beside a call",
        )
    ]
