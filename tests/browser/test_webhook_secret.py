"""A partner looks at the secret that signs an app's events, replaces it, and ends the old one."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import PageAs
from tests.browser.looking import find_faults, find_overflow, keep_picture, resize

from fondaco.runtime.demo.people import PARTNER

pytestmark = pytest.mark.browser


def test_a_secret_is_shown_replaced_and_the_old_one_ended(page_as: PageAs) -> None:
    page = page_as(PARTNER)
    page.goto("/portal/apps")
    page.get_by_role("main").get_by_role("link", name="Ledgerline", exact=True).first.click()
    page.get_by_role("navigation", name="Breadcrumbs").get_by_role("link", name="Ledgerline").click()
    page.get_by_role("link", name="Signatures").click()
    expect(page.get_by_role("button", name="End it now")).to_have_count(0)
    page.get_by_role("button", name="Show it").click()
    old = shown(page)
    for theme, width in (("light", 1440), ("dark", 390)):
        resize(page, width, theme)
        assert find_faults(page) == []
        assert find_overflow(page) == []
        keep_picture(page, "partner-portal-webhook-secret", theme, width)
    page.get_by_role("button", name="Make a new secret").click()
    new = shown(page)
    assert new != old
    page.get_by_role("button", name="Show it").first.click()
    assert shown(page) == new
    page.get_by_role("button", name="End it now").click()
    expect(page.get_by_text("Nothing more is signed with this secret.")).to_be_visible()
    expect(page.get_by_role("button", name="Show it")).to_have_count(1)


def shown(page: Page) -> str:
    note = page.get_by_role("status").filter(has_text="Give it to your program alone.")
    return note.get_by_text(re.compile("^whsec_[A-Za-z0-9+/]{43}=$")).inner_text()
