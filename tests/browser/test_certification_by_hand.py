"""The life of a version as its two sides live it, by mouse in two browsers on the real processes: register → check →
submit → question → answer → reject → mend → approve → schedule → available → next version → compare → deprecate."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import PageAs
from tests.browser.house import House
from tests.browser.looking import find_faults, find_overflow, keep_picture
from tests.browser.test_main_job_by_hand import PICTURES, expect_toast, fill, press

from fondaco.runtime.demo.people import OPERATOR, PARTNER

pytestmark = pytest.mark.browser
APP = "Waybill"


def test_the_life_of_a_version_by_hand(house: House, page_as: PageAs) -> None:
    mara, jon = page_as(PARTNER), page_as(OPERATOR)
    version = describe(mara, house)
    check(mara, version)
    for track in ("technical", "listing"):
        submit(mara, version, track)
    ask_and_answer(mara, jon, version)
    send_back_and_mend(mara, jon, version)
    for track in ("technical", "listing"):
        open_submission(jon, track)
        press(jon, "Approve")
        expect(jon.get_by_role("button", name="Approve", exact=True)).to_have_count(0)
    publish(mara, version)
    end(mara, version)


def describe(mara: Page, house: House) -> str:
    mara.goto("/portal/apps/new")
    fill(mara, {"Name": APP, "Website": "https://ledgerline.example/waybill"})
    mara.get_by_label("Icon", exact=True).set_input_files(PICTURES / "lingua-live.png")
    press(mara, "Register")
    fill(mara, {"Name of the version": "1.0.0"})
    press(mara, "Create version")
    mara.wait_for_url(re.compile(r"/portal/versions/[0-9a-f]{32}$"))
    version = mara.url
    mara.goto(f"{version}/technical")
    fill(mara, {"Events callback URL": f"{house.partner}/events", "Standalone URL": f"{house.partner}/start"})
    fill(mara, {"Redirect URLs": f"{house.partner}/callback"})
    for scope in ("account:read", "users:read"):
        mara.get_by_label(re.compile(rf" {scope}$")).check()
    press(mara, "Save")
    mara.wait_for_url(version)
    mara.goto(f"{version}/listing")
    papers = {"Privacy policy": f"{house.partner}/about/privacy", "Terms of use": f"{house.partner}/about/terms"}
    fill(mara, {"Name": APP, "Summary": "Where a parcel is.", "Description": "Agents see where the parcel is."})
    fill(mara, {"Support address": "help@ledgerline.example", **papers})
    mara.get_by_label("Messaging & Collaboration").check()
    press(mara, "Save")
    mara.wait_for_url(version)
    mara.goto(f"{version}/plans")
    fill(mara, {"Name": "Team", "Price in a month": "4"})
    press(mara, "Add plan")
    mara.goto(f"{version}/screenshots")
    mara.get_by_label("Picture", exact=True).set_input_files(PICTURES / "lingua-live-1.png")
    fill(mara, {"What it shows": "A parcel on the map beside a call"})
    press(mara, "Add picture")
    expect(mara.get_by_role("img", name="A parcel on the map beside a call")).to_be_visible()
    return version


def check(mara: Page, version: str) -> None:
    """The partner reads what the reviewer will read, and it comes by itself (T23)."""
    mara.goto(f"{version}/checks")
    press(mara, "Run the checks")
    expect(mara.get_by_text("Nothing must be mended")).to_be_visible(timeout=60_000)


def submit(mara: Page, version: str, track: str) -> None:
    mara.goto(f"{version}/submit/{track}")
    press(mara, "Submit for review")
    expect_toast(mara, "Submitted. You will get a mail with the decision.")


def open_submission(jon: Page, track: str) -> None:
    jon.goto(f"/backoffice/submissions/{track}?shown=all")
    jon.get_by_role("link", name=re.compile(f"^{APP} 1.0.0")).first.click()
    expect(jon.get_by_role("heading", level=1)).to_contain_text(f"{APP} 1.0.0")
    expect(jon.locator("#findings progress")).to_have_count(0, timeout=60_000)  # the checks are done


def ask_and_answer(mara: Page, jon: Page, version: str) -> None:
    """Handing over is looked at and left; the question waits for the partner, whose answer comes back."""
    open_submission(jon, "technical")
    submission = jon.url
    jon.get_by_role("link", name="Hand over").click()
    expect(jon.get_by_role("heading", level=1)).to_have_text("Hand over")
    faults = [*find_faults(jon), *find_overflow(jon)]
    keep_picture(jon, "hand-over")
    assert faults == []
    jon.get_by_role("main").get_by_role("link", name="Cancel").click()
    jon.wait_for_url(submission)
    jon.locator("#conversation textarea").fill("Which region do you call us from?")
    press(jon, "Ask, and wait for the answer")
    mara.goto(version)
    mara.get_by_role("link", name="Answer the reviewer").first.click()
    expect(mara.get_by_text("Which region do you call us from?").first).to_be_visible()
    fill(mara, {"Your message": "From Frankfurt."})
    press(mara, "Send")
    jon.reload()
    expect(jon.locator("#conversation")).to_contain_text("From Frankfurt.")


def send_back_and_mend(mara: Page, jon: Page, version: str) -> None:
    """What must change stands beside its field, and the next try brings it to the reviewer."""
    open_submission(jon, "listing")
    fill(jon, {"In all": "Nearly there."})
    rejection = jon.locator("#rejection")
    rejection.locator("[name=change-0-subject]").select_option("summary")
    rejection.locator("[name=change-0-text]").fill("Say that it tracks parcels.")
    press(jon, "Reject with feedback")
    expect(rejection).to_have_count(0)
    mara.goto(f"{version}/listing")
    expect(mara.get_by_text("Say that it tracks parcels.").first).to_be_visible()
    fill(mara, {"Summary": "Tracks parcels beside the call."})
    press(mara, "Save")
    mara.wait_for_url(version)
    submit(mara, version, "listing")


def publish(mara: Page, version: str) -> None:
    """A set time is promised and can be changed; at once is at once."""
    mara.goto(f"{version}/publish")
    mara.get_by_label("At a set time").check()
    press(mara, "Make available")
    mara.wait_for_url(version)
    expect(mara.get_by_role("main")).to_contain_text(re.compile("Goes live|goes live"))
    mara.goto(f"{version}/publish")
    mara.get_by_label("At once").check()
    press(mara, "Make available")
    expect_toast(mara, "Published: customers can find and install it.")
    mara.goto(f"/?q={APP}")
    expect(mara.get_by_role("main").get_by_role("link", name=re.compile(f"^{APP}")).first).to_be_visible()


def end(mara: Page, version: str) -> None:
    """The next version is a copy, compared with the first; then the first is no longer offered."""
    mara.goto(version)
    mara.get_by_role("navigation", name="Breadcrumbs").get_by_role("link", name=APP, exact=True).click()
    app = mara.url
    fill(mara, {"Name of the version": "1.1.0"})
    press(mara, "Create version")
    mara.wait_for_url(re.compile(r"/portal/versions/[0-9a-f]{32}$"))
    second = mara.url
    mara.goto(f"{second}/technical")
    fill(mara, {"Release notes": "Faster."})
    press(mara, "Save")
    mara.wait_for_url(second)
    mara.goto(f"{app}/compare?before={Path(version).name}&after={Path(second).name}")
    expect(mara.get_by_role("main")).to_contain_text("Faster.")
    mara.goto(f"{version}/deprecate")
    fill(mara, {"Why, and what customers should do": "1.1.0 is better."})
    press(mara, "Deprecate 1.0.0")
    expect(mara.get_by_role("button", name="Deprecate 1.0.0")).to_have_count(0)
    mara.goto(f"/?q={APP}")
    expect(mara.get_by_role("main").get_by_role("link", name=re.compile(f"^{APP}"))).to_have_count(0)
