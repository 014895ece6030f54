"""A partner makes an OAuth client, copies its secret, and a reload makes no second one."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import PageAs
from tests.browser.looking import find_faults, find_overflow, keep_picture, resize

from fondaco.runtime.demo.people import PARTNER

pytestmark = pytest.mark.browser


def test_a_client_is_made_and_its_secret_copied(page_as: PageAs) -> None:
    page = page_as(PARTNER)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    create(page, "Report fetcher")
    secret = page.locator("dd", has_text="fdc_").locator("code").inner_text()
    page.get_by_role("button", name="Copy client secret").click()
    expect(page.get_by_text("Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == secret
    page.get_by_role("button", name="Copy token", exact=True).click()
    assert f":{secret} \\\n" in page.evaluate("navigator.clipboard.readText()")
    assert find_faults(page) == []
    for theme, width in (("light", 1440), ("dark", 390)):
        resize(page, width, theme)
        assert find_overflow(page) == []
        keep_picture(page, "partner-portal-client-created", theme, width)
    assert page.evaluate("JSON.stringify([localStorage, sessionStorage, document.cookie])").count(secret) == 0

    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no')) }")
    for refused in (True, False):  # and on plain http there is no clipboard
        page.get_by_role("button", name="Copy client secret").click()
        expect(page.get_by_text("Not copied").last).to_be_visible()
        assert page.evaluate("getSelection().toString()") == secret
        if refused:
            page.evaluate("getSelection().empty(); Object.defineProperty(navigator, 'clipboard', {value: undefined})")

    page.reload()  # the browser sends the form again
    expect(page.get_by_text(secret, exact=True)).to_be_visible()
    page.get_by_role("link", name="I kept it: to the client").click()
    assert secret not in page.content()
    page.get_by_role("link", name="OAuth clients").first.click()
    expect(page.get_by_role("link", name="Report fetcher")).to_have_count(1)


def test_it_works_without_scripts(page_as: PageAs) -> None:
    page = page_as(PARTNER, scripts=False)
    create(page, "Quiet fetcher")
    expect(page.get_by_text(re.compile("^fdc_"))).to_be_visible()
    page.get_by_role("link", name="I kept it: to the client").click()
    page.get_by_role("link", name="Delete this client").click()
    page.get_by_role("button", name="Delete Quiet fetcher").click()
    expect(page.get_by_text("Quiet fetcher is deleted. Its tokens are dead.")).to_be_visible()


def create(page: Page, name: str) -> None:
    page.goto("/portal/clients")
    page.get_by_role("link", name="New OAuth client").click()
    page.get_by_role("textbox", name="Name").fill(name)
    page.get_by_label("Client credentials:").check()
    page.get_by_role("checkbox", name="Read the account").check()
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", name=f"{name} is created")).to_be_visible()
