"""The main way through the house with scripts switched off: links and forms alone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import PageAs
from tests.browser.looking import keep_picture

from fondaco.runtime.demo.people import PARTNER

pytestmark = pytest.mark.browser

FEMKE = "femke@harbour.example"


def press(page: Page, name: str) -> None:
    page.get_by_role("main").get_by_role("button", name=name, exact=True).click()


def test_an_app_is_installed_and_removed(page_as: PageAs) -> None:
    page = page_as(FEMKE, scripts=False)
    page.goto("/")
    page.get_by_role("searchbox").first.fill("shifts")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Tempo WFM").first.click()
    page.get_by_role("main").get_by_role("link", name="Start the 30-day trial").first.click()
    press(page, "Next: users")
    page.get_by_label(re.compile("rui@harbour.example")).check()
    press(page, "Next: confirm")
    page.get_by_label("I agree, and I may order this on behalf of the account.").check()
    press(page, "Install Tempo WFM")
    expect(page.get_by_text("Tempo WFM").first).to_be_visible()

    page.goto("/my-apps")
    keep_picture(page, "without-javascript-my-apps")
    page.get_by_role("link", name="Manage Tempo WFM").click()
    page.get_by_role("link", name=re.compile("^(Uninstall|Remove) the app$")).click()
    if page.get_by_label("We only wanted to try it").count():  # it worked already, so its maker would like to know why
        press(page, "Remove Tempo WFM")
        expect(page.get_by_role("alert")).to_contain_text("One field needs a change.")
        page.get_by_label("We only wanted to try it").check()
    press(page, "Remove Tempo WFM")
    if page.url.endswith("/uninstall"):  # it began to work while the page was open
        page.goto(page.url)
        page.get_by_label("We only wanted to try it").check()
        press(page, "Remove Tempo WFM")
    page.goto("/my-apps")
    apps = page.get_by_role("list", name="Installed apps")
    tile = apps.get_by_role("listitem").filter(has_text="Tempo WFM")
    expect(tile.filter(has_not_text="Being removed")).to_have_count(0)


def test_an_app_that_could_not_be_reached_is_tried_at_the_press_of_a_button(page_as: PageAs) -> None:
    page = page_as("ana@starship.example", scripts=False)
    page.goto("/my-apps")
    page.get_by_role("link", name="Paywave Secure", exact=True).click()
    press(page, "Try it now")
    expect(page.get_by_text("Paywave Secure was asked again.").first).to_be_visible()
    quick = page_as("ana@starship.example")
    quick.goto(page.url)
    expect(quick.get_by_role("button", name="Try it now")).to_have_count(0)  # the page does it by itself


def test_a_partner_saves_and_is_told_what_is_wrong(page_as: PageAs) -> None:
    page = page_as(PARTNER, scripts=False)
    page.goto("/portal/")
    page.get_by_role("link", name="Ledgerline", exact=True).first.click()
    page.get_by_role("navigation", name="Breadcrumbs").get_by_role("link", name="Ledgerline", exact=True).click()
    page.get_by_role("link", name="Edit 2.4.0").click()  # others begin versions of this app, too
    address = page.get_by_label("Standalone URL")
    kept = address.input_value()
    address.fill("not an address")
    press(page, "Save")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("What you typed is kept.")
    expect(address).to_have_value("not an address")
    address.fill(kept)
    press(page, "Save")
    expect(page.get_by_role("alert")).to_have_count(0)


def test_the_theme_is_chosen(page_as: PageAs) -> None:
    page = page_as(FEMKE, scripts=False)
    page.goto("/my-apps")
    page.get_by_text("Femke de Vries").first.click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.get_by_role("heading", level=1)).to_have_text("My Apps")
