"""Leaving out what is made alike hides no fault."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page
from tests.browser import looking
from tests.browser.looking import find_faults

pytestmark = pytest.mark.browser

ROW = '<li><a href="/apps/1">Ledgerline</a> <b class="count">12</b></li>'


@pytest.fixture
def page(chromium: Browser, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    """An empty one, of which nothing is known."""
    monkeypatch.setattr(looking, "_known", {False: set(), True: set()})
    page = chromium.new_page(viewport={"width": 390, "height": 900})
    yield page
    page.close()


def show(page: Page, rows: str, theme: str = "light") -> None:
    dark = "@media (prefers-color-scheme: dark) { body { background: #111; color: #222 } }"
    style = f".pale, [data-step='2'] {{ color: #eee }} {dark}"
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    page.set_content(
        f"<!doctype html><html lang='en'><head><title>Apps</title><style>{style}</style></head>"
        f"<body><main><h1>Apps</h1><ul>{rows}</ul></main></body></html>"
    )


def kinds(faults: list[str]) -> set[str]:
    return {fault.partition(":")[0] for fault in faults}


def test_what_differs_in_a_class_is_looked_at(page: Page) -> None:
    show(page, ROW * 3)
    assert find_faults(page) == []
    show(page, ROW * 3 + ROW.replace("count", "pale"))
    assert kinds(find_faults(page)) == {"color-contrast"}


@pytest.mark.parametrize("look", ['style="color: #eeeeee"', 'data-step="2"'])
def test_what_differs_in_a_number_that_is_seen_is_looked_at(page: Page, look: str) -> None:
    usual = look.replace("#eeeeee", "#000000").replace("2", "1")
    show(page, ROW.replace("<b", f"<b {usual}"))
    assert find_faults(page) == []
    show(page, ROW.replace("<b", f"<b {look}"))
    assert kinds(find_faults(page)) == {"color-contrast"}


def test_what_has_no_words_is_looked_at(page: Page) -> None:
    show(page, ROW.replace("/apps/1", "/apps/2") + ROW.replace("Ledgerline", ""))
    assert kinds(find_faults(page)) == {"link-name"}


def test_what_was_in_order_in_one_theme_is_looked_at_in_the_other(page: Page) -> None:
    show(page, ROW)
    assert find_faults(page) == []
    show(page, ROW, "dark")
    assert kinds(find_faults(page)) == {"color-contrast"}


def test_a_fault_is_not_known_because_it_was_seen(page: Page) -> None:
    show(page, ROW.replace("count", "pale"))
    first = find_faults(page)
    assert kinds(first) == {"color-contrast"}
    assert find_faults(page) == first
