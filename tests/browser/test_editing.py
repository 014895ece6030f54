"""Editing a version: typing survives a reload, two people are told of each other, the preview is the real page."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from tests.browser.conftest import PageAs
from tests.browser.looking import find_faults, find_overflow, keep_picture, resize

from fondaco.runtime.demo.people import PARTNER

pytestmark = pytest.mark.browser
COLLEAGUE = "yuki@ledgerline.example"  # of marketing
_KEPT = re.compile(r"Kept as a draft at \d")


def begin_version(page: Page, name: str) -> str:
    """A new version of Ledgerline's own app; where it is."""
    page.goto("/portal/apps")
    page.get_by_role("link", name="Ledgerline", exact=True).first.click()
    page.get_by_role("navigation", name="Breadcrumbs").get_by_role("link", name="Ledgerline", exact=True).click()
    page.get_by_label("Name of the version").fill(name)
    page.get_by_role("button", name="Create version").click()
    page.wait_for_url(re.compile(r"/portal/versions/[0-9a-f]{32}$"))
    return page.url


def look(page: Page, name: str) -> list[str]:
    """What is wrong with the page, wide and light, narrow and dark."""
    faults = find_faults(page) + find_overflow(page)
    keep_picture(page, name)
    resize(page, 390, "dark")
    faults += find_faults(page) + find_overflow(page)
    keep_picture(page, name, "dark", 390)
    resize(page, 1440, "light")
    return faults


def test_typing_survives_and_is_shown_before_it_is_saved(page_as: PageAs) -> None:
    page = page_as(PARTNER)
    version = begin_version(page, "7.1.0")
    page.goto(f"{version}/listing")
    page.get_by_label("Summary").fill("Half a sent")
    page.get_by_role("textbox", name="Description").fill("It **really** works")
    expect(page.locator("#description-shown strong")).to_have_text("really")
    expect(page.locator("#id_summary + .counter")).to_have_text("11 of 140 characters")
    expect(page.locator("#draft-saved")).to_have_text(_KEPT)
    page.reload()
    expect(page.get_by_label("Summary")).to_have_value("Half a sent")
    expect(page.get_by_text("Restored.")).to_be_visible()
    assert look(page, "editing-listing") == []

    page.get_by_role("button", name="Preview").click()
    page.get_by_role("navigation", name="Theme").get_by_role("link", name="Dark").click()
    page.get_by_role("navigation", name="Width").get_by_role("link", name="Phone").click()
    frame = page.frame_locator("iframe")
    expect(frame.get_by_text("Half a sent")).to_be_visible()
    expect(frame.locator("strong", has_text="really")).to_be_visible()
    expect(frame.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.locator("iframe").bounding_box()["width"] <= 392  # type: ignore[index]
    assert look(page, "editing-preview") == []

    page.goto(f"{version}/technical")
    page.get_by_label("Listens to call recordings").check()
    expect(page.locator("#consent")).to_contain_text("Listens to call recordings")
    page.get_by_label("Reads the people in your account").uncheck()
    expect(page.locator("#consent")).to_contain_text("needs users:read")
    expect(page.locator("#draft-saved")).to_have_text(_KEPT)
    assert look(page, "editing-technical") == []


def test_two_people_are_told_and_choose(page_as: PageAs) -> None:
    mara, yuki = page_as(PARTNER), page_as(COLLEAGUE)
    version = begin_version(mara, "7.2.0")
    mara.goto(f"{version}/listing")
    yuki.goto(f"{version}/listing")
    expect(yuki.locator("#draft-others")).to_contain_text("Mara Lind has this page open too.")
    yuki.get_by_label("Summary").fill("By Yuki")
    yuki.get_by_label("Documentation").fill("https://ledgerline.example/new-docs")
    yuki.get_by_role("button", name="Save", exact=True).click()
    yuki.wait_for_url(version)
    mara.get_by_label("Summary").fill("By Mara")
    expect(mara.locator("#draft-others")).to_contain_text("Yuki Tanaka saved another state of this page")
    mara.get_by_role("button", name="Save", exact=True).click()
    expect(mara.get_by_role("heading", level=1)).to_have_text("Two of you changed this")
    documentation = mara.get_by_role("group", name="Documentation")
    expect(documentation.get_by_label("Saved by Yuki Tanaka")).to_be_checked()
    assert look(mara, "editing-conflict") == []
    mara.get_by_role("group", name="Summary").get_by_label("Typed by you").check()
    mara.get_by_role("button", name="Save this choice").click()
    mara.wait_for_url(version)
    mara.goto(f"{version}/listing")
    expect(mara.get_by_label("Summary")).to_have_value("By Mara")
    expect(mara.get_by_label("Documentation")).to_have_value("https://ledgerline.example/new-docs")


def test_a_picture_is_cropped_by_keys(page_as: PageAs) -> None:
    page = page_as(PARTNER)
    version = begin_version(page, "7.3.0")
    page.goto(f"{version}/screenshots")
    buffer = BytesIO()
    Image.new("RGB", (1000, 1000), "teal").save(buffer, "PNG")
    page.get_by_label("Picture", exact=True).set_input_files(
        {"name": "shot.png", "mimeType": "image/png", "buffer": buffer.getvalue()}
    )
    expect(page.get_by_label("From the top")).to_have_value("187")
    page.get_by_label("From the top").focus()
    page.keyboard.press("Home")
    expect(page.locator("[name=crop_top]")).to_have_value("0")
    expect(page.locator("[name=crop_height]")).to_have_value("625")
    page.get_by_label("What it shows").fill("A calm colour")
    assert look(page, "editing-screenshots") == []
    page.get_by_role("button", name="Add picture").click()
    shot = page.get_by_role("img", name="A calm colour", exact=True)
    expect(shot).to_be_visible()
    assert shot.evaluate("picture => [picture.naturalWidth, picture.naturalHeight]") == [1000, 625]
    page.get_by_role("button", name="Move forward: A calm colour").click()
    expect(page.get_by_text("The picture is number")).to_be_visible()


def test_the_menu_of_a_version_works_by_keys(page_as: PageAs) -> None:
    page = page_as(PARTNER)
    begin_version(page, "7.4.0")
    page.get_by_role("navigation", name="Breadcrumbs").get_by_role("link", name="Ledgerline", exact=True).click()
    opener = page.get_by_label("More for 7.4.0")
    opener.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Install version").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Duplicate").locator("visible=true").press("Enter")
    expect(page.get_by_label("Begins as a copy of")).to_contain_text("7.4.0")
