"""My Apps in a real browser: the grid that follows, the gear by keyboard, the window of an app, consent, a ticket."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import transaction
from django.test import Client
from playwright.sync_api import Browser, Locator, Page, expect
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer
from tests.browser.looking import Complaints, find_faults, find_overflow, keep_picture, resize
from tests.factories.accounts import SYSTEM
from tests.factories.catalog import make_app, make_published_version, picture
from tests.factories.faults import break_on
from tests.factories.installs import PARTNER_PROGRAM, make_completed
from tests.factories.upgrades import agree, make_newer

from fondaco.accounts.models import Account
from fondaco.audit.status import transition
from fondaco.catalog.models import App
from fondaco.installs import events
from fondaco.installs.actions import answer_operation
from fondaco.installs.models import Installation
from fondaco.installs.states import InstallationStatus
from fondaco.support.models import Ticket

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AGREE = "I agree, and I may order this on behalf of the account."


@pytest.fixture
def installation(settings: Settings, tmp_path: Path) -> Installation:
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / "icons").mkdir()
    (tmp_path / "icons" / "test.png").write_bytes(picture())  # what the factory's apps name
    return make_completed(plan="Team")


@pytest.fixture
def page(
    chromium: Browser, live_server: LiveServer, complaints: Complaints, installation: Installation
) -> Iterator[Page]:
    """As Ada, who manages, at My Apps."""
    client = Client()
    client.force_login(installation.installed_by.person)
    name = django_settings.SESSION_COOKIE_NAME
    context = chromium.new_context(base_url=live_server.url, reduced_motion="reduce")
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
    page = context.new_page()
    complaints.watch(page)
    page.goto("/my-apps")
    yield page
    context.close()


def tile(page: Page) -> Locator:
    return page.get_by_role("listitem").filter(has=page.get_by_role("link", name="Ledgerline", exact=True))


def look(page: Page, name: str) -> None:
    """Wide in light, and on a phone in the dark."""
    for width, theme in ((390, "dark"), (1440, "light")):
        resize(page, width, theme)
        assert (name, theme, find_faults(page)) == (name, theme, [])
        assert (name, width, find_overflow(page)) == (name, width, [])
        keep_picture(page, f"apps-{name}", theme, width)


def test_the_gear_the_window_consent_and_a_grid_that_follows(page: Page, installation: Installation) -> None:
    look(page, "grid")
    gear = tile(page).get_by_role("link", name="Manage Ledgerline")
    expect(gear).to_have_css("opacity", "0")
    tile(page).get_by_role("link", name="Ledgerline", exact=True).focus()
    page.keyboard.press("Tab")
    expect(gear).to_be_focused()
    expect(gear).to_have_css("opacity", "1")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ledgerline")
    expect(page.get_by_role("list", name="Users").get_by_role("listitem")).to_have_count(2)
    expect(page.get_by_role("region", name="Plan")).to_contain_text("$36.00")
    expect(page.get_by_role("list", name="What happened").get_by_role("listitem").first).to_be_visible()
    look(page, "window")
    page.get_by_role("link", name="Uninstall the app").click()
    page.get_by_role("button", name="Remove Ledgerline").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose what comes closest.")
    look(page, "uninstall")

    make_newer(installation)
    page.goto("/my-apps")
    look(page, "grid-upgrade")
    tile(page).get_by_role("link", name="Ledgerline: Upgrade available").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Move Ledgerline to version 2.0.0?")
    look(page, "consent")
    page.get_by_label(AGREE).check()
    page.get_by_role("button", name="Agree and upgrade").click()
    page.goto("/my-apps")
    expect(tile(page)).to_contain_text("Updating · launch as usual")
    look(page, "grid-updating")
    answer_operation(actor=PARTNER_PROGRAM, installation=installation, decision="approve")
    expect(tile(page)).to_contain_text("Ledgerline GmbH")  # by itself: nobody loads the page again
    expect(page.get_by_role("img", name="Updating")).to_have_count(0)


def test_a_ticket_in_two_clicks_from_a_failed_update(
    page: Page, installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.goto(f"/my-apps/{installation.pk.hex}/settings")
    page.get_by_label("Licences to buy").fill("7")
    page.get_by_role("button", name="Next: what it comes to").click()
    look(page, "settings-review")
    page.get_by_role("button", name="Make this change").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Updating")
    look(page, "window-updating")
    with monkeypatch.context() as patch:
        break_on(patch, events.OPERATION_APPROVED)
        answer_operation(actor=PARTNER_PROGRAM, installation=installation, decision="approve")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Failed update")  # by itself
    look(page, "window-failed-update")
    page.goto("/my-apps")
    look(page, "grid-failed-update")
    badge = tile(page).get_by_role("link", name="Ledgerline: Failed update")
    tile(page).get_by_role("link", name="Ledgerline", exact=True).focus()
    page.keyboard.press("Shift+Tab")
    expect(badge).to_be_focused()  # not only with a mouse
    badge.click()  # the first
    look(page, "ask-support")
    page.get_by_role("button", name="Send").click()  # the second: all is filled in
    expect(page.get_by_text("This is ticket #")).to_be_visible()
    look(page, "ticket")
    ticket = Ticket.objects.get()
    assert (ticket.installation, ticket.operation) == (installation, installation.operations.get(kind="update"))


def meet(one: Locator, other: Locator) -> bool:
    """Whether they lie over each other."""
    a, b = one.bounding_box(), other.bounding_box()
    assert a
    assert b
    beside = a["x"] + a["width"] <= b["x"] or b["x"] + b["width"] <= a["x"]
    return not beside and a["y"] + a["height"] > b["y"] and b["y"] + b["height"] > a["y"]


def test_force_uninstall_sits_at_the_icon_and_covers_nothing_else(page: Page, installation: Installation) -> None:
    Account.objects.filter(pk=installation.account_id).update(features=["force_uninstall"])
    with transaction.atomic():
        transition(installation, InstallationStatus.SUSPENDED, actor=SYSTEM)
    page.goto("/my-apps")
    force, icon = page.get_by_role("link", name="Force uninstall of Ledgerline"), tile(page).locator(".app-icon")
    badge = tile(page).get_by_role("img", name="Trial expired")
    gear = tile(page).get_by_role("link", name="Manage Ledgerline")
    for width in (320, 390, 768, 1440):
        resize(page, width, "light")
        shown = (badge, gear, tile(page).locator(".app-name"), tile(page).locator(".app-state"))
        assert [meet(force, other) for other in shown] == [False] * 4, width
        box, picture = force.bounding_box(), icon.bounding_box()
        assert box
        assert picture
        middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        corner = (picture["x"] + picture["width"], picture["y"] + picture["height"])
        assert all(abs(have - want) < 10 for have, want in zip(middle, corner, strict=True)), width
    look(page, "grid-force-uninstall")
    force.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ledgerline")


def test_an_order_says_who_follows_and_what_that_costs(page: Page, installation: Installation) -> None:
    version = make_published_version(make_app(name="Deskbridge"))
    page.goto(f"/install/deskbridge?plan={version.plans.get(name='Team').pk.hex}")
    page.get_by_role("button", name="Next: users").click()
    page.get_by_role("button", name="Select all").click()
    page.get_by_role("button", name="Let others follow by themselves").click()
    page.get_by_label("Everybody who joins the account").check()
    page.get_by_label("Stop at").fill("10")
    page.get_by_role("button", name="See what it comes to").click()
    expect(page.get_by_text("at most $180.00 per month")).to_be_visible()
    look(page, "who-comes-later")
    page.get_by_role("button", name="Next: confirm").click()
    expect(page.get_by_text("Everybody who joins the account")).to_be_visible()
    look(page, "confirm-with-rules")


def test_a_grid_that_follows_asks_to_sign_in_when_its_session_has_ended(page: Page, installation: Installation) -> None:
    make_newer(installation)
    agree(installation)
    page.goto("/my-apps")
    expect(tile(page)).to_contain_text("Updating · launch as usual")
    page.context.clear_cookies(name=django_settings.SESSION_COOKIE_NAME)
    page.wait_for_url("**/account/login/?next=/my-apps")  # the page itself, not a part of it
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(page.get_by_role("navigation", name="Main")).to_have_count(0)


def test_a_name_without_a_space_fits_a_telephone(page: Page, installation: Installation) -> None:
    name = "Donaudampfschifffahrtselektrizitätenhauptbetriebs"
    App.objects.filter(pk=installation.app_id).update(name=name)
    resize(page, 390, "light")
    here = f"/my-apps/{installation.pk.hex}"
    parts = ("", "/settings", "/auto-install", "/timeline", "/uninstall")
    for address in ("/my-apps", *(f"{here}{part}" for part in parts)):
        page.goto(address)
        expect(page.get_by_text(name).first).to_be_visible()
        assert (address, find_overflow(page)) == (address, [])


def test_the_button_that_explains_stands_beside_who_is_chosen(page: Page, installation: Installation) -> None:
    resize(page, 1440, "light")
    page.goto(f"/why-not/{installation.app.slug}")
    chosen = page.get_by_label("Person").bounding_box()
    button = page.get_by_role("button", name="Explain").bounding_box()
    assert chosen is not None
    assert button is not None
    assert abs(chosen["y"] + chosen["height"] - button["y"] - button["height"]) <= 1


def test_on_a_narrow_screen_the_tab_of_the_page_is_in_view(page: Page) -> None:
    page.set_viewport_size({"width": 240, "height": 800})
    page.goto("/people/sign-in")
    box = page.locator(".tabs [aria-current]").bounding_box()
    assert box is not None
    assert (box["x"] >= 0, box["x"] + box["width"] <= 240) == (True, True)
