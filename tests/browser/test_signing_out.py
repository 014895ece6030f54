"""Signing out of the platform, in a real browser, with every real process behind it: the app's session ends, too."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import sign_in
from tests.browser.house import House

from fondaco.runtime.demo.people import PASSWORD

pytestmark = pytest.mark.browser
ANA = "ana@starship.example"
LOOKS = 120  # a quarter of a second each


def test_the_app_is_left_with_the_platform(page_as: Callable[..., Page], house: House) -> None:
    page = page_as()  # a session of its own: the one that others keep stays open
    sign_in(page, ANA, PASSWORD)
    page.goto("/my-apps")
    address = page.locator('a[href^="/launch/"]', has_text="Ledgerline").first.get_attribute("href")
    app = page.context.new_page()
    app.goto(f"{house.site}{address}")
    expect(app.get_by_role("heading", name=re.compile("^Hello, Ana"))).to_be_visible()

    page.goto("/account/logout/")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    page.wait_for_url(lambda url: "/account/logout" not in url)

    gone = app.get_by_role("heading", name="You are signed out")
    for _look in range(LOOKS):
        app.reload()
        if gone.is_visible():
            break
        app.wait_for_timeout(250)
    expect(gone).to_be_visible()
