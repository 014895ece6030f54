"""Pages that no link leads to, because something was refused or went wrong: axe finds nothing on them either."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.conf import settings as django_settings
from django.db import transaction
from django.test import Client
from playwright.sync_api import Browser, Page, expect
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer
from tests.browser.looking import find_faults, find_overflow, keep_picture, resize
from tests.factories.accounts import SYSTEM, make_account, make_operator, make_person, make_user
from tests.factories.catalog import make_app, make_published_version
from tests.factories.installs import make_completed
from tests.factories.partners import make_member
from tests.factories.reviews import draw_sample
from tests.factories.upgrades import make_newer

from fondaco.accounts.models import Account, Person
from fondaco.accounts.permissions import OperatorRole
from fondaco.audit.status import transition
from fondaco.catalog.actions import deprecate_version
from fondaco.installs.models import Installation
from fondaco.messaging.models import Delivery, Message
from fondaco.messaging.states import DeliveryStatus
from fondaco.partners.models import MemberRole

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(chromium: Browser, live_server: LiveServer, settings: Settings) -> Iterator[Page]:
    settings.ROOT_URLCONF = "tests.browser.broken_urls"
    settings.ALLOWED_HOSTS = ["*"]
    context = chromium.new_context(base_url=live_server.url, reduced_motion="reduce")
    yield context.new_page()
    context.close()


def enter(page: Page, person: Person) -> None:
    """As somebody who is signed in."""
    client = Client()
    client.force_login(person)
    name = django_settings.SESSION_COOKIE_NAME
    cookie = {"name": name, "value": client.cookies[name].value, "url": page.evaluate("location.origin")}
    page.context.add_cookies([cookie])  # type: ignore[list-item]


def open_as(page: Page, person: Person | None, path: str, status: int) -> None:
    page.goto("/healthz")
    if person is not None:
        enter(page, person)
    answer = page.goto(path)
    assert answer is not None
    assert answer.status == status


def look(page: Page, name: str) -> None:
    for width, theme in ((1440, "light"), (390, "dark")):
        resize(page, width, theme)
        assert (name, theme, find_faults(page, in_looks_only=theme == "dark")) == (name, theme, [])
        assert (name, width, find_overflow(page)) == (name, width, [])
        keep_picture(page, f"closed-{name}", theme, width)


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/nowhere", 404, "There is nothing here"),
        ("/broken", 500, "Something broke on our side"),
        ("/late", 409, "Someone else was faster"),
        ("/invitations/forged", 409, "This is not possible now"),
    ],
)
def test_what_went_wrong(page: Page, path: str, status: int, words: str) -> None:
    open_as(page, None, path, status)
    expect(page.get_by_role("heading", level=1)).to_have_text(words)
    look(page, f"{status}-{path.strip('/').replace('/', '-')}")


def test_not_for_this_person(page: Page) -> None:
    open_as(page, make_user().person, "/backoffice/", 403)
    expect(page.get_by_role("heading", level=1)).to_have_text("This is not open to you")
    look(page, "403")


def test_a_form_that_was_open_for_too_long(page: Page) -> None:
    """Our own comes back as it was typed; one of another site is refused, and nothing that it sent is shown."""
    open_as(page, None, "/account/login/", 200)
    page.get_by_label("E-mail address").fill("ada@people.example")
    page.get_by_label("Password").fill("whatever")
    page.context.clear_cookies()
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_text("Nothing has been saved yet.")).to_be_visible()
    expect(page.get_by_label("E-mail address")).to_have_value("ada@people.example")
    expect(page.get_by_label("Password")).to_have_value("")
    look(page, "stale-form")
    address = page.url
    page.goto("about:blank")
    page.set_content(
        f'<form method="post" action="{address}"><input name="login" value="mallory@evil.example"><button>Win</button>'
    )
    page.get_by_role("button", name="Win").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("This form was open for too long")
    expect(page.get_by_text("mallory")).to_have_count(0)
    look(page, "csrf")


def test_an_app_that_is_no_longer_offered(page: Page) -> None:
    installation = make_completed()
    for name in ("Deskbridge", "Cadence Coach"):
        make_published_version(make_app(name=name))
    version, mara = installation.version, make_member(installation.app.partner)
    deprecate_version(actor=SYSTEM, by=mara, version=version, reason="Replaced by another.")
    open_as(page, installation.installed_by.person, f"/marketplace/{installation.app.slug}", 410)
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{installation.app.name} is no longer offered")
    look(page, "former-listing")
    page.get_by_role("link", name="Open My Apps").click()
    expect(page).to_have_url(re.compile("/my-apps$"))


def test_too_often(page: Page, settings: Settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "", "login": "1/m/ip"}
    open_as(page, None, "/account/login/", 200)
    for _ in range(2):
        page.get_by_label("E-mail address").fill("ada@people.example")
        page.get_by_label("Password").fill("whatever")
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_load_state()
    expect(page.get_by_role("heading", level=1)).to_have_text("Too many tries")
    look(page, "429")


def test_a_launch_that_is_refused(page: Page) -> None:
    installation = make_completed()
    samir = installation.account.users.get(role__key="supervisor")
    installation.licences.filter(user=samir).delete()
    open_as(page, samir.person, f"/launch/{installation.pk.hex}", 403)
    look(page, "launch-refused")


def test_a_removal_that_is_forced(page: Page) -> None:
    installation = make_completed()
    Account.objects.filter(pk=installation.account_id).update(features=["force_uninstall"])
    open_as(page, installation.installed_by.person, f"/my-apps/{installation.pk.hex}/force-uninstall", 200)
    look(page, "force-uninstall")


def test_an_account_is_chosen_first(page: Page) -> None:
    version = make_published_version(make_app())
    person = make_person("Ada Adler")
    for name in ("Harbour Bank", "Lumen Bank"):
        make_user(make_account(company_name=name), person=person)
    open_as(page, person, f"/install/{version.app.slug}", 200)
    expect(page.get_by_label("Lumen Bank")).to_be_visible()
    look(page, "choose-an-account")


def test_an_order_that_is_refused(page: Page) -> None:
    installation = make_completed()
    open_as(page, installation.installed_by.person, f"/install/{installation.app.slug}", 409)
    look(page, "install-refused")
    assert Installation.objects.count() == 1


def test_an_order_that_is_not_theirs_to_give(page: Page) -> None:
    version = make_published_version(make_app())
    open_as(page, make_user(role="supervisor").person, f"/install/{version.app.slug}", 403)
    look(page, "install-closed")


def test_a_person_without_a_place(page: Page) -> None:
    open_as(page, make_person("Nobody Yet"), "/home", 200)
    expect(page.get_by_role("heading", level=1)).to_have_text("You belong to no organisation at the moment")
    look(page, "no-place")


def test_an_operator_has_no_apps(page: Page) -> None:
    open_as(page, make_operator().person, "/my-apps", 403)
    look(page, "my-apps-of-an-operator")


def test_a_sample_and_a_version_that_the_platform_took_out(page: Page) -> None:
    """Nothing of the demo is drawn or taken out."""
    jon, mara = make_operator(), make_member()
    version = make_published_version(make_app(mara.partner))
    sample = draw_sample(version, mara)
    open_as(page, jon.person, f"/backoffice/samples/{sample}", 200)
    expect(page.get_by_role("button", name="It is fine")).to_be_visible()
    look(page, "sample")
    page.get_by_label("What is wrong").fill("It promises what nobody can keep.")
    page.get_by_role("button", name="Take it out").click()
    expect(page.get_by_text("is out of the marketplace, and its partner is told why")).to_be_visible()
    page.goto(f"/backoffice/marketplace/{version.pk.hex}")
    expect(page.get_by_text("It promises what nobody can keep.")).to_be_visible()
    assert (find_faults(page), find_overflow(page)) == ([], [])


def test_a_newer_version_and_what_support_sees(page: Page) -> None:
    installation = make_completed(plan="Team")
    make_newer(installation)
    app, account = installation.app, installation.account
    open_as(page, installation.installed_by.person, f"/my-apps/{installation.pk.hex}/upgrade", 200)
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Move {app.name} to version 2.0.0?")
    look(page, "upgrade")
    ines = make_operator(OperatorRole.SUPPORT).person
    open_as(page, ines, f"/backoffice/installations/{installation.pk.hex}", 200)
    look(page, "support-installation")
    open_as(page, ines, f"/backoffice/accounts/{account.pk}/explanation?app={app.slug}", 200)
    look(page, "support-explanation")
    with transaction.atomic():
        transition(Delivery.objects.get(message__type="app.installed"), DeliveryStatus.FAILED, actor=SYSTEM)
    open_as(page, ines, f"/backoffice/apps/{app.pk.hex}/deliveries", 200)
    page.get_by_role("link", name="Send all that failed again").click()
    look(page, "support-replay")
    devi = make_member(app.partner, role=MemberRole.DEVELOPER).person
    open_as(page, devi, f"/portal/apps/{app.pk.hex}/events", 200)
    page.get_by_role("link", name="Send all that failed again").click()
    look(page, "replay")
    Message.objects.filter(type="app.installed").update(body=None)  # as after their delivery
    open_as(page, devi, f"/portal/apps/{app.pk.hex}/events/replay?since=2020-01-01", 200)
    expect(page.get_by_text("Its credentials are not kept any more")).to_be_visible()
    look(page, "replay-left-out")
    open_as(page, ines, "/backoffice/installations/failed-updates", 200)
    look(page, "failed-updates")
    open_as(page, ines, f"/backoffice/accounts/{account.pk}", 200)
    look(page, "support-account")
