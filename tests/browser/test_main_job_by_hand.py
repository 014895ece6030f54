"""The main job as people do it: with a mouse, in three browsers, on the real processes, with mails read from /inbox."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from tests.browser.conftest import PageAs, set_up_factor
from tests.browser.house import House
from tests.browser.looking import find_faults, find_overflow, keep_picture
from tests.browser.mailbox import follow_mail, open_mail

from fondaco.runtime.demo.people import OPERATOR

pytestmark = pytest.mark.browser

PICTURES = Path(__file__).resolve().parents[2] / "src/fondaco/runtime/demo/pictures"
COMPANY = "Fernweh Post"
APP = "Postcard"
NOOR = "noor@fernweh.example"
CLAIRE = "claire@lumen.example"
INTENTION = (
    "A card after a good call: the agent writes one line, and it is printed, stamped and posted the same evening."
)
FEEDBACK = "Say in the summary that the cards are printed on paper."


@dataclass
class Album:
    """Looks at every page on the way, and keeps a picture of it."""

    faults: list[str] = field(default_factory=list)
    count: int = 0

    def look(self, page: Page, name: str) -> None:
        self.count += 1
        page.wait_for_load_state()
        expect(page.locator(".htmx-request, .htmx-swapping")).to_have_count(0)  # a part under way is shown paler
        self.faults += [f"{name}: {fault}" for fault in [*find_faults(page), *find_overflow(page)]]
        keep_picture(page, f"main-job-{self.count:02}-{name}", always=True)


def press(page: Page, name: str) -> None:
    page.get_by_role("main").get_by_role("button", name=name, exact=True).click()


def fill(page: Page, entries: dict[str, str]) -> None:
    """By label; a field's label may be followed by "optional"."""
    for label, words in entries.items():
        page.get_by_role("main").get_by_label(re.compile(rf"^{re.escape(label)}( optional)?$")).fill(words)


def expect_toast(page: Page, words: str) -> None:
    expect(page.get_by_text(words)).to_be_visible()


def test_the_main_job_by_hand(house: House, page_as: PageAs) -> None:
    album = Album()
    noor, jon, claire = page_as(), page_as(OPERATOR), page_as(CLAIRE)
    become_partner(album, noor, jon)
    describe_app(album, noor, house)
    have_it_reviewed(album, noor, jon)
    install_it(album, claire)
    launch_it(album, claire, house)
    remove_it(album, claire)
    assert album.faults == []


def become_partner(album: Album, noor: Page, jon: Page) -> None:
    noor.goto("/")
    noor.get_by_role("link", name="For partners").click()
    album.look(noor, "for-partners")
    noor.get_by_role("main").get_by_role("link", name=re.compile("Apply|Become")).first.click()
    fill(noor, {"Company": COMPANY, "Your name": "Noor Haddad"})
    press(noor, "Send the request")
    expect(noor.get_by_role("alert")).to_contain_text("What you typed is kept.")
    album.look(noor, "apply-with-mistakes")
    fill(noor, {"Website": "https://fernweh.example", "Your e-mail address at work": NOOR})
    fill(noor, {"What will you build?": INTENTION})
    press(noor, "Send the request")
    expect(noor.get_by_role("heading", level=1)).to_have_text("Look into your mail")
    album.look(noor, "look-into-your-mail")
    follow_mail(noor, "Confirm your address to become a partner", NOOR)
    album.look(noor, "is-this-you")
    press(noor, "Yes, confirm my address")
    expect(noor.get_by_role("heading", level=1)).to_have_text("Thank you, your address is confirmed")

    jon.goto("/backoffice/")
    jon.get_by_role("link", name="Applications").first.click()
    jon.get_by_role("link", name=re.compile(COMPANY)).click()
    fill(jon, {"Your question": "Who sees the addresses on the cards?"})
    album.look(jon, "an-application")
    press(jon, "Send the question")
    follow_mail(noor, "A question about your request to become a partner", NOOR)
    fill(noor, {"Your answer": "The printer in Porto, for one evening."})
    album.look(noor, "a-question")
    press(noor, "Send the answer")
    expect(noor.get_by_text("With a partner manager; the answer comes by mail.")).to_be_visible()
    jon.reload()
    expect(jon.get_by_text("The printer in Porto, for one evening.")).to_be_visible()
    press(jon, "Approve")
    follow_mail(noor, f"{COMPANY} is a partner now", NOOR)
    fill(noor, {"Password": "paper-boats-on-monday"})
    album.look(noor, "invitation")
    press(noor, "Set the password and join")
    expect(noor.get_by_role("heading", level=1)).to_have_text("Before you go on")
    album.look(noor, "before-you-go-on")
    set_up_factor(noor)
    noor.wait_for_url("**/portal/")
    album.look(noor, "portal-of-a-new-partner")


def describe_app(album: Album, noor: Page, house: House) -> None:
    noor.get_by_role("main").get_by_role("link", name=re.compile("Register")).first.click()
    fill(noor, {"Name": APP, "Website": "https://fernweh.example/postcard"})
    noor.get_by_label("Icon", exact=True).set_input_files(PICTURES / "reply-robin.png")
    album.look(noor, "register-an-app")
    press(noor, "Register")
    fill(noor, {"Name of the version": "1.0.0"})
    album.look(noor, "a-registered-app")
    press(noor, "Create version")
    noor.wait_for_url("**/portal/versions/*")
    album.look(noor, "an-empty-version")
    version = noor.url
    noor.goto(f"{version}/technical")
    fill(noor, {"Events callback URL": f"{house.partner}/events", "Standalone URL": f"{house.partner}/start"})
    fill(noor, {"Redirect URLs": f"{house.partner}/callback"})
    for scope in ("account:read", "users:read"):
        noor.get_by_label(re.compile(rf" {scope}$")).check()
    press(noor, "Save")
    noor.goto(f"{version}/listing")
    entries = {
        "Name": APP,
        "Summary": "A card after a good call.",
        "Description": "One line from the **agent**, printed and posted the same evening.",
        "Support address": "help@fernweh.example",
        "Privacy policy": f"{house.partner}/about/privacy",
        "Terms of use": f"{house.partner}/about/terms",
    }
    fill(noor, entries)
    noor.get_by_label("Messaging & Collaboration").check()
    album.look(noor, "listing-content")
    press(noor, "Save")
    noor.goto(f"{version}/plans")
    fill(noor, {"Name": "Stamps", "Price in a month": "4"})
    press(noor, "Add plan")
    album.look(noor, "plans")
    noor.get_by_role("link", name="Remove Stamps").click()
    expect(noor.get_by_role("heading", level=1)).to_contain_text("Stamps")
    album.look(noor, "remove-a-plan")
    noor.goto(f"{version}/plans")
    noor.get_by_role("link", name="Stamps", exact=True).click()
    noor.wait_for_url("**/portal/plans/*")
    album.look(noor, "a-plan")
    noor.goto(f"{version}/screenshots")
    noor.get_by_label("Picture", exact=True).set_input_files(PICTURES / "reply-robin-1.png")
    fill(noor, {"What it shows": "A card being written beside a call"})
    press(noor, "Add picture")
    album.look(noor, "screenshots")
    noor.get_by_role("link", name=re.compile("^Remove: A card")).click()
    noor.wait_for_url("**/screenshots/*/remove")
    album.look(noor, "remove-a-screenshot")
    for track in ("technical", "listing"):
        submit(album, noor, version, track)


def submit(album: Album, noor: Page, version: str, track: str) -> None:
    noor.goto(version)
    noor.get_by_role("link", name=f"Submit {track}").first.click()
    noor.wait_for_url(f"**/submit/{track}")
    fill(noor, {"A word to the reviewer": "Ready when you are."})
    album.look(noor, f"submit-{track}")
    press(noor, "Submit for review")
    expect_toast(noor, "Submitted. You will get a mail with the decision.")


def have_it_reviewed(album: Album, noor: Page, jon: Page) -> None:
    review(album, jon, "listing", "Reject with feedback", FEEDBACK)
    follow_mail(noor, f"{APP} 1.0.0: listing content needs changes", NOOR)
    expect(noor.get_by_text(FEEDBACK).first).to_be_visible()
    album.look(noor, "a-rejected-version")
    version = noor.url.partition("?")[0]
    noor.goto(f"{version}/listing")
    fill(noor, {"Summary": "A paper card after a good call."})
    press(noor, "Save")
    submit(album, noor, version, "listing")
    review(album, jon, "listing", "Approve")
    review(album, jon, "technical", "Approve")
    follow_mail(noor, f"{APP} 1.0.0: technical content approved", NOOR)
    album.look(noor, "an-approved-version")
    noor.get_by_role("link", name="Make available").first.click()
    album.look(noor, "make-available")
    press(noor, "Make available")
    expect_toast(noor, "Published: customers can find and install it.")
    album.look(noor, "a-published-version")


def review(album: Album, jon: Page, track: str, decision: str, words: str = "") -> None:
    jon.goto(f"/backoffice/submissions/{track}")
    jon.get_by_role("list", name="Waiting").get_by_role("link", name=f"{APP} 1.0.0").click()
    expect(jon.get_by_text("Ready when you are.").first).to_be_visible()
    expect(jon.locator("#findings progress")).to_have_count(0, timeout=60_000)  # the checks are done
    if words:
        fill(jon, {"In all": words})
        album.look(jon, "a-submission")
    press(jon, decision)
    jon.wait_for_load_state()


def install_it(album: Album, claire: Page) -> None:
    claire.goto("/")
    claire.get_by_role("searchbox").first.fill(APP.lower())
    claire.keyboard.press("Enter")
    claire.wait_for_url("**/?*q=*")
    album.look(claire, "found-in-the-marketplace")
    claire.get_by_role("link", name=APP).first.click()
    expect(claire.get_by_text("A paper card after a good call.").first).to_be_visible()
    album.look(claire, "a-listing")
    claire.get_by_role("main").get_by_role("link", name="Start the 30-day trial").first.click()
    claire.wait_for_url("**/plan*")
    album.look(claire, "install-plan")
    press(claire, "Next: users")
    claire.get_by_label(re.compile("dev@lumen.example")).check()
    album.look(claire, "install-users")
    press(claire, "Next: confirm")
    expect(claire.get_by_text("You pay today")).to_be_visible()
    claire.get_by_label("I agree, and I may order this on behalf of the account.").check()
    album.look(claire, "install-confirm")
    press(claire, f"Install {APP}")
    claire.goto("/my-apps")
    expect(tile_of(claire)).to_contain_text("30 days left")
    album.look(claire, "my-apps")
    open_mail(claire, f"{APP} is ready", CLAIRE)
    album.look(claire, "mail-postcard-is-ready")


def tile_of(claire: Page) -> Locator:
    return claire.get_by_role("list", name="Installed apps").get_by_role("listitem").filter(has_text=APP)


def launch_it(album: Album, claire: Page, house: House) -> None:
    claire.goto("/my-apps")
    tile = tile_of(claire)
    with claire.context.expect_page() as opened:
        tile.locator("img").click(force=True)  # the name's link lies over the whole tile
    app = opened.value
    expect(app.get_by_role("heading", level=1)).to_have_text("Hello, Claire")
    assert app.url == f"{house.partner}/hello"
    expect(app.get_by_text("Lumen Bank").first).to_be_visible()
    album.look(app, "hello-claire")
    app.close()


def remove_it(album: Album, claire: Page) -> None:
    claire.goto("/my-apps")
    claire.get_by_role("link", name=f"Manage {APP}").click()
    album.look(claire, "an-installation")
    claire.get_by_role("link", name="Uninstall the app").click()
    press(claire, f"Remove {APP}")
    expect(claire.get_by_role("alert")).to_contain_text("One field needs a change.")
    claire.get_by_label("We only wanted to try it").check()
    fill(claire, {"In your own words": "We like to write by hand."})
    album.look(claire, "why-remove")
    press(claire, f"Remove {APP}")
    expect_toast(claire, f"{APP} is being removed.")
    claire.goto("/my-apps")
    expect(tile_of(claire)).to_have_count(0)
    album.look(claire, "gone-from-my-apps")
