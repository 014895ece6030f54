"""Another address, and one that nobody has confirmed, in a real browser: asked for, mailed, opened, confirmed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from allauth.account.models import EmailAddress
from playwright.sync_api import Browser, Page, expect
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer
from tests.browser.conftest import show_password
from tests.browser.looking import find_faults, find_overflow, keep_picture, resize
from tests.factories.accounts import PASSWORD, make_person, make_user
from tests.factories.mail import deliver, link_in

from fondaco.accounts.models import Person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(params=[True, False], ids=["with scripts", "without"])
def page(
    chromium: Browser, live_server: LiveServer, settings: Settings, request: pytest.FixtureRequest
) -> Iterator[Page]:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    context = chromium.new_context(base_url=live_server.url, java_script_enabled=request.param, reduced_motion="reduce")
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    yield page
    context.close()
    assert [text for text in said if "Failed to load resource" not in text] == []


@pytest.fixture
def ada() -> Person:
    return make_user(person=make_person("Ada Adler", password=PASSWORD)).person


def look(page: Page, name: str) -> None:
    """Nothing wrong for axe, which needs scripts, nothing wider than the screen, light and dark; a picture of each."""
    for width, theme in ((1440, "light"), (390, "dark"), (390, "light"), (1440, "dark")):
        resize(page, width, theme)
        assert (name, find_faults(page)) == (name, [])
        assert (name, find_overflow(page)) == (name, [])
        keep_picture(page, f"address-{name}", theme, width)
    resize(page, 1440, "light")


def test_another_address_counts_once_the_page_behind_its_mail_was_answered(
    page: Page, ada: Person, request: pytest.FixtureRequest
) -> None:
    has_scripts = "without" not in request.node.name
    old = ada.email
    show_password(page, old, PASSWORD)
    deliver()
    page.goto("/you")
    page.get_by_role("link", name="Change the address").click()
    page.get_by_label("New e-mail address").fill("Ada@New.example")
    page.get_by_role("button", name="Send the link").click()
    page.wait_for_url("**/you")
    expect(page.get_by_text("Waiting for a click in a mail.")).to_be_visible()
    question, warning = deliver()
    assert ([question.to, warning.to]) == [["ada@new.example"], [old]]

    page.goto(link_in(question))
    expect(page.get_by_role("heading", level=1)).to_have_text("Is this your address?")
    expect(page.get_by_text(f"{old} wants to sign in with ada@new.example")).to_be_visible()
    if has_scripts:
        look(page, "confirm")
    ada.refresh_from_db()
    assert ada.email == old, "opening the page changes nothing"
    page.get_by_role("button", name="Yes, use this address").click()
    page.wait_for_url("**/you")
    expect(page.get_by_text("from now on you sign in with ada@new.example").first).to_be_visible()
    ada.refresh_from_db()
    assert ada.email == "ada@new.example"
    [news] = deliver()
    assert news.to == [old]

    answer = page.goto(link_in(question))
    assert answer is not None
    assert answer.status == 409
    expect(page.get_by_text("This link no longer opens")).to_be_visible()


def test_who_has_not_confirmed_an_address_does_so_on_the_way_in(
    page: Page, ada: Person, request: pytest.FixtureRequest
) -> None:
    EmailAddress.objects.filter(user=ada).update(verified=False)
    show_password(page, ada.email, PASSWORD)
    expect(page.get_by_role("heading", level=1)).to_have_text("Look into your mail")
    if "without" not in request.node.name:
        look(page, "unconfirmed")
    [question] = deliver()
    page.goto(link_in(question))
    page.get_by_role("button", name="Yes, use this address").click()
    page.wait_for_url("**/account/login/**")
    show_password(page, ada.email, PASSWORD)
    page.wait_for_url("**/my-apps")
