"""The living page of components in a real browser: no fault for axe, nothing wider than the screen, no blocked file."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PATHS = [
    "/design",
    "/design/data",
    "/design/form",
    "/design/apps",
    "/design/notices",
    "/design/look",
    "/account/login/",
]


def open_page(chromium: Browser, *, width: int = 1440, theme: str = "light", scripts: bool = True) -> Page:
    context = chromium.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if theme == "dark" else "light",
        java_script_enabled=scripts,
        reduced_motion="reduce",
    )
    return context.new_page()


@pytest.mark.parametrize(("width", "theme"), [(390, "light"), (1440, "dark")])
def test_every_component_is_accessible_and_fits(
    chromium: Browser, live_server: LiveServer, width: int, theme: str
) -> None:
    page = open_page(chromium, width=width, theme=theme)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    for path in PATHS:
        page.goto(live_server.url + path)
        faults = [fault["id"] for fault in Axe().run(page).response["violations"]]
        assert (path, faults) == (path, [])
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
    assert said == []


def test_nothing_is_wider_than_a_tablet(chromium: Browser, live_server: LiveServer) -> None:
    page = open_page(chromium, width=768)
    for path in PATHS:
        page.goto(live_server.url + path)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path


@pytest.mark.parametrize("width", [390, 1440])
def test_no_line_of_code_runs_beneath_the_button_that_copies_it(
    chromium: Browser, live_server: LiveServer, width: int
) -> None:
    page = open_page(chromium, width=width)
    page.goto(f"{live_server.url}/design")
    block = page.locator(".code-block")
    code, button = block.locator("pre").bounding_box(), block.get_by_role("button").bounding_box()
    assert code is not None
    assert button is not None
    assert code["x"] + code["width"] <= button["x"]
    assert button["x"] + button["width"] <= width


def test_a_dialog_opens_in_place_and_gives_the_focus_back(chromium: Browser, live_server: LiveServer) -> None:
    page = open_page(chromium)
    page.goto(f"{live_server.url}/design")
    page.get_by_role("link", name="Submit technical").click()
    dialog = page.get_by_role("dialog", name="Submit the technical track?")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("link", name="Submit technical")).to_be_focused()


def test_without_scripts_the_same_button_leads_to_a_page(chromium: Browser, live_server: LiveServer) -> None:
    page = open_page(chromium, scripts=False)
    page.goto(f"{live_server.url}/design")
    page.get_by_role("link", name="Submit technical").click()
    page.wait_for_url("**/design/form")
    expect(page.get_by_role("button", name="Copy")).to_have_count(0)


@pytest.mark.parametrize("scripts", [True, False])
def test_the_theme_is_chosen_and_kept(chromium: Browser, live_server: LiveServer, scripts: bool) -> None:
    page = open_page(chromium, scripts=scripts)
    page.goto(f"{live_server.url}/design")
    page.get_by_text("Ana Prado").first.click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_an_error_summary_takes_the_focus(chromium: Browser, live_server: LiveServer) -> None:
    page = open_page(chromium)
    page.goto(f"{live_server.url}/design/form")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".form-errors")).to_be_focused()
    page.locator(".form-errors a").first.click()
    expect(page.get_by_label("Name of the app").first).to_be_focused()
