"""The house with a keyboard alone: what has the focus is visible, and every action can be reached."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import PageAs

from fondaco.runtime.demo.people import CUSTOMER, PARTNER

pytestmark = pytest.mark.browser
_MOST_STEPS = 120


def focus_by_tab(page: Page, name: str) -> None:
    """Presses Tab until the element with this accessible name or text has the focus."""
    for _ in range(_MOST_STEPS):
        page.keyboard.press("Tab")
        found = page.evaluate(
            """() => { const e = document.activeElement;
                 return (e.getAttribute('aria-label') || e.textContent || '').trim().replace(/\\s+/g, ' '); }"""
        )
        if found == name:
            return
    raise AssertionError(f"Tab never reaches {name!r}")


def test_the_first_stop_skips_to_the_content(page_as: PageAs) -> None:
    page = page_as(CUSTOMER)
    page.goto("/my-apps")
    page.keyboard.press("Tab")
    skip = page.locator(":focus")
    expect(skip).to_have_attribute("href", "#content")
    expect(skip).to_be_in_viewport(ratio=1)
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()


def test_the_gear_of_an_app_is_reached_and_seen(page_as: PageAs) -> None:
    page = page_as(CUSTOMER)
    page.goto("/my-apps")
    tile = page.get_by_role("listitem").filter(has=page.get_by_role("link", name="Northwind CRM", exact=True))
    gear = tile.get_by_role("link", name="Manage Northwind CRM")
    expect(gear).to_have_css("opacity", "0")
    tile.get_by_role("link", name="Northwind CRM", exact=True).focus()
    page.keyboard.press("Tab")
    expect(gear).to_be_focused()
    expect(gear).to_have_css("opacity", "1")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Northwind CRM")


def test_a_menu_opens_and_closes_in_place(page_as: PageAs) -> None:
    page = page_as(PARTNER)
    page.goto("/portal/")
    focus_by_tab(page, "You are in Ledgerline GmbH. Go to another place")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Developer account · sandbox")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Developer account · sandbox")).to_be_hidden()
    expect(page.locator("summary.place-now")).to_be_focused()


def test_a_dialog_holds_the_focus_and_gives_it_back(page_as: PageAs) -> None:
    page = page_as()
    page.goto("/design")
    opener = page.get_by_role("link", name="Submit technical")
    opener.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Submit the technical track?")
    expect(dialog).to_be_visible()
    for _ in range(8):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement === document.body || !!document.activeElement.closest('dialog')")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()


def test_every_stop_shows_that_it_has_the_focus(page_as: PageAs) -> None:
    page = page_as(CUSTOMER)
    page.goto("/my-apps")
    unseen: list[str] = []
    for _ in range(25):
        page.keyboard.press("Tab")
        unseen += page.evaluate(
            """() => {
              const e = document.activeElement;
              if (e === document.body) return [];
              const marked = [e, e.closest('.app, .row, .search, .listing-card')].filter(Boolean).some(x => {
                const own = getComputedStyle(x), after = getComputedStyle(x, '::after');
                return own.outlineStyle !== 'none' || own.boxShadow !== 'none' || after.outlineStyle !== 'none';
              });
              return marked ? [] : [e.outerHTML.slice(0, 120)];
            }"""
        )
    assert unseen == []
