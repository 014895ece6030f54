"""A real Chromium, and the house as real processes with its demo.

`house` and a browser live as long as the ring. Beside other rings in one process a browser only lives as long as a
module, because Playwright keeps an event loop in this thread.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from tests.browser.house import House, open_house
from tests.browser.looking import HEIGHT, Complaints

from fondaco.runtime.demo.people import PASSWORD
from fondaco.runtime.diagnosis import CHROMIUM

FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-gpu",  # there is none: what would be drawn by it is drawn by software that plays one
    "--disable-sync",
    "--no-first-run",
    "--renderer-process-limit=1",  # the windows of a test wait for each other anyway
]
PageAs = Callable[..., Page]
expect.set_options(timeout=30_000)  # as everything else in a browser waits; on a busy machine five seconds are few


def _how_long(fixture_name: str, config: pytest.Config) -> Literal["session", "module"]:
    """Starting a browser takes seconds of work."""
    return "session" if all("browser" in Path(argument).parts for argument in config.args) else "module"


@pytest.fixture(scope=_how_long)
def chromium() -> Iterator[Browser]:
    """The system's Chromium, else the one that Playwright brought.

    Playwright keeps an event loop in this thread, which Django takes for asynchronous code.
    """
    path = next((found for found in map(shutil.which, CHROMIUM) if found), None)
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def house() -> Iterator[House]:
    """Everything that `fondaco up` starts, on free ports, with the demo; nothing of it is left afterwards."""
    opened = open_house()
    yield opened
    opened.close()


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    """What browsers complained of during the test: nothing, or the test fails."""
    found = Complaints()
    yield found
    assert found.all() == []


@pytest.fixture(scope="session")
def _keepsakes() -> dict[str, Any]:
    """The cookies of those who signed in before, by address."""
    return {}


@pytest.fixture
def page_as(chromium: Browser, house: House, complaints: Complaints, _keepsakes: dict[str, Any]) -> Iterator[PageAs]:
    """``page_as(email=None, password=…, width=1440, theme="light", scripts=True)``: a page in a browser window of
    its own, after that person signed in through the form; without an address, a stranger's."""
    contexts: list[BrowserContext] = []

    def open_page(
        email: str | None = None,
        *,
        password: str = PASSWORD,
        width: int = 1440,
        theme: str = "light",
        scripts: bool = True,
    ) -> Page:
        context = chromium.new_context(
            base_url=house.site,
            viewport={"width": width, "height": HEIGHT},
            color_scheme="dark" if theme == "dark" else "light",
            java_script_enabled=scripts,
            reduced_motion="reduce",
            storage_state=_keepsakes.get(email) if email else None,
            locale="en-GB",
        )
        contexts.append(context)
        context.set_default_timeout(30_000)
        page = context.new_page()
        complaints.watch(page)
        if email and email not in _keepsakes:
            sign_in(page, email, password)
            _keepsakes[email] = context.storage_state()
        return page

    yield open_page
    for context in contexts:
        context.close()


def sign_in(page: Page, email: str, password: str) -> None:
    """Through the forms, as people do."""
    show_password(page, email, password)
    show_factor(page)


def show_password(page: Page, email: str, password: str) -> None:
    """Through the first form, to whatever comes behind it."""
    page.goto("/account/login/")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: "/account/login" not in url)


def show_factor(page: Page) -> None:
    """Past the second factor, as the demo's operators and owners: the page itself shows the code."""
    if "/account/2fa/code/" not in page.url:
        return
    page.get_by_label("Code").fill(page.locator("[data-code]").inner_text())
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url(lambda url: "/account/2fa/" not in url)


def set_up_factor(page: Page) -> None:
    """What whoever becomes an owner or an operator does before anything else."""
    page.get_by_role("link", name="Set up an authenticator app").click()
    page.get_by_label("Code").fill(page.locator("[data-code]").inner_text())
    page.get_by_role("button", name="Set it up").click()
    page.get_by_role("heading", name="Your recovery codes").wait_for()
    page.get_by_role("link", name="I have kept them").click()
