"""Second factors and sessions in a real browser: codes, passkeys on a virtual device, signing out elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer
from tests.browser.conftest import show_password
from tests.browser.looking import find_faults, find_overflow, keep_picture, resize
from tests.factories.accounts import PASSWORD, code_of, make_factor, make_operator, make_person, make_user

from fondaco.accounts.models import Person
from fondaco.identity.factors import list_factors

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(chromium: Browser, live_server: LiveServer) -> Iterator[OpenPage]:
    """A page of a browser of its own, on ``localhost``: a passkey belongs to a name, never to an IP address."""
    contexts: list[BrowserContext] = []
    said: list[str] = []

    def open_one(*, scripts: bool = True) -> Page:
        context = chromium.new_context(
            base_url=live_server.url.replace("127.0.0.1", "localhost"), java_script_enabled=scripts
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert [text for text in said if "Failed to load resource" not in text] == [], "the policy blocks nothing of ours"


@pytest.fixture
def ada() -> Person:
    return make_user(person=make_person("Ada Adler", password=PASSWORD)).person


def plug_in(page: Page) -> None:
    """A device that keeps passkeys and knows its owner's finger."""
    session: Any = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def look(page: Page, name: str) -> None:
    """Nothing wrong for axe, nothing wider than the screen, light and dark; a picture of each."""
    for width, theme in ((1440, "light"), (390, "dark"), (390, "light"), (1440, "dark")):
        resize(page, width, theme)
        assert (name, find_faults(page)) == (name, [])
        assert (name, find_overflow(page)) == (name, [])
        keep_picture(page, f"signing-in-{name}", theme, width)
    resize(page, 1440, "light")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_an_app_is_set_up_and_signs_in(open_page: OpenPage, ada: Person, scripts: bool) -> None:
    page = open_page(scripts=scripts)
    show_password(page, ada.email, PASSWORD)
    page.goto("/you/security")
    page.get_by_role("list", name="What you prove yourself by").get_by_role("link", name="Set up").click()
    if scripts:
        look(page, "set-up-an-app")
    secret = page.locator(".copyable code").inner_text()
    page.get_by_label("Code").fill(code_of(secret))
    page.get_by_role("button", name="Set it up").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your recovery codes")
    codes = page.get_by_role("list", name="Recovery codes").get_by_role("listitem").all_inner_texts()
    assert len(codes) == 10
    if scripts:
        look(page, "recovery-codes")
        with page.expect_download() as download:
            page.get_by_role("link", name="Download").click()
        assert download.value.suggested_filename == "recovery-codes.txt"
        assert download.value.path().read_text().splitlines()[2:] == codes
    page.get_by_role("link", name="I have kept them").click()
    page.wait_for_url("**/my-apps")
    page.goto("/account/2fa/recovery-codes/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes are shown once")
    if scripts:
        look(page, "codes-shown-once")
        page.goto("/account/2fa/recovery-codes/new/")
        look(page, "new-codes")
        page.goto("/account/2fa/app/remove/")
        look(page, "remove-an-app")
        page.goto("/you/security")
        look(page, "security")

    other = open_page(scripts=scripts)
    show_password(other, ada.email, PASSWORD)
    expect(other.get_by_role("heading", level=1)).to_have_text("One more step")
    if scripts:
        look(other, "code")
    other.get_by_label("Code").fill("000000")
    other.get_by_role("button", name="Go on").click()
    expect(other.get_by_role("alert").first).to_contain_text("This code is wrong")
    other.get_by_label("Code").fill(codes[0])
    other.get_by_role("button", name="Go on").click()
    other.wait_for_url("**/my-apps")


def test_a_passkey_is_added_and_signs_in_alone(open_page: OpenPage, ada: Person) -> None:
    page = open_page()
    plug_in(page)
    show_password(page, ada.email, PASSWORD)
    page.goto("/you/security")
    page.get_by_role("link", name="Add a passkey").click()
    look(page, "add-a-passkey")
    page.get_by_label("Name").fill("Ada's laptop")
    page.get_by_role("button", name="Add the passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your recovery codes")
    page.goto("/you/security")
    expect(page.get_by_role("list", name="Passkeys")).to_contain_text("Ada's laptop")
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_role("button", name="Add the passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("This device keeps a passkey of yours already")
    assert list_factors(ada).count() == 1
    page.goto("/you/security")
    page.get_by_role("link", name="Rename Ada's laptop").click()
    look(page, "rename-a-passkey")
    page.get_by_label("Name").fill("The blue one")
    page.get_by_role("button", name="Save the name").click()
    expect(page.get_by_role("list", name="Passkeys")).to_contain_text("The blue one")
    look(page, "security-with-a-passkey")

    page.context.clear_cookies()
    page.goto("/account/login/?next=/people")
    look(page, "login")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/people")
    expect(page.get_by_role("heading", level=1)).to_contain_text("People")

    page.context.clear_cookies()
    proven = EmailAddress.objects.filter(user=ada)
    proven.update(verified=False)  # and it is no way around the mail that asks whose address it is
    page.goto("/account/login/")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/account/confirm-email/")
    page.goto("/my-apps")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    proven.update(verified=True)

    page.context.clear_cookies()
    show_password(page, ada.email, PASSWORD)
    look(page, "code-or-passkey")
    expect(page.get_by_text("you have no authenticator app")).to_be_visible()
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/my-apps")

    page.goto("/account/reauthenticate/?next=/you/security")
    page.get_by_role("link", name="Use a passkey").click()
    page.wait_for_url("**/account/2fa/passkeys/confirm/**")
    look(page, "confirm-by-passkey")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/you/security")
    page.get_by_role("link", name="Remove The blue one").click()
    look(page, "remove-a-passkey")
    page.get_by_role("button", name="Remove it").click()
    expect(page.get_by_text("The passkey does not count any more.")).to_be_visible()
    assert not list_factors(ada).exists()


def test_a_device_that_says_no_leaves_everything_as_it_is(open_page: OpenPage, ada: Person) -> None:
    page = open_page()
    plug_in(page)  # it holds no passkey of ours
    page.goto("/account/login/")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("No passkey was shown.")
    show_password(page, ada.email, PASSWORD)
    page.wait_for_url("**/my-apps")


def test_who_must_have_one_is_led_to_it(open_page: OpenPage) -> None:
    person = make_operator(person=make_person("Jon Okafor", password=PASSWORD), has_factor=False).person
    page = open_page()
    show_password(page, person.email, PASSWORD)
    expect(page.get_by_role("heading", level=1)).to_have_text("Before you go on")
    look(page, "before-you-go-on")
    make_factor(person)
    page.goto("/backoffice/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirm that it is you")
    look(page, "confirm-by-code")
    page.get_by_label("Code").fill(code_of())
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url("**/backoffice/")
    page.goto("/account/2fa/app/remove/")
    expect(page.get_by_role("heading", level=1)).to_have_text("This one has to stay")
    look(page, "the-last-factor")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_signing_out_elsewhere(open_page: OpenPage, ada: Person, scripts: bool) -> None:
    here, there = open_page(scripts=scripts), open_page(scripts=scripts)
    for page in (here, there):
        show_password(page, ada.email, PASSWORD)
    here.goto("/you/sessions")
    rows = here.get_by_role("list", name="Sessions").get_by_role("listitem")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("This device")
    if scripts:
        look(here, "sessions")
    rows.nth(1).get_by_role("button", name=re.compile("^Sign out")).click()
    expect(rows).to_have_count(1)
    there.goto("/my-apps")
    expect(there.get_by_role("heading", level=1)).to_have_text("Sign in")
    here.get_by_role("button", name="Sign out everywhere", exact=True).click()
    expect(here.get_by_text("You are signed out.")).to_be_visible()
    here.goto("/you/sessions")
    expect(here.get_by_role("heading", level=1)).to_have_text("Sign in")
