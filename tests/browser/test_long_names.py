"""Names as long as they may be, on the telephone: nothing is wider than the screen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer
from tests.browser.conftest import show_password
from tests.browser.looking import find_overflow, resize
from tests.factories.accounts import PASSWORD, make_operator, make_person, make_role, make_user
from tests.factories.partners import make_member

from fondaco.accounts.permissions import OperatorRole
from fondaco.partners.models import MemberRole

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WORDS = ("Maximiliane von Hohenzollern-Sigmaringen zu Ravensburg " * 2)[:100].strip()
ONE_WORD = "x" * 100


@pytest.fixture
def page(chromium: Browser, live_server: LiveServer, settings: Settings) -> Iterator[Page]:
    settings.REQUIRE_SECOND_FACTOR = False
    context = chromium.new_context(base_url=live_server.url)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("name", [WORDS, ONE_WORD], ids=["words", "one word"])
def test_pages_about_somebody_are_no_wider_than_the_screen(page: Page, name: str) -> None:
    admin = make_user(person=make_person("Ada Adler", password=PASSWORD))
    named = make_user(admin.account, role="agent", person=make_person(name))
    role = make_role(admin.account, name=name[:40])
    mara = make_member(role=MemberRole.OWNER, person=admin.person, has_factor=False)
    devi = make_member(mara.partner, role=MemberRole.DEVELOPER, person=named.person, has_factor=False)
    make_operator(OperatorRole.PARTNER_MANAGER, person=admin.person, has_factor=False)
    noor = make_operator(OperatorRole.SUPPORT, person=named.person, has_factor=False)
    show_password(page, admin.person.email, PASSWORD)
    resize(page, 390, "light")
    paths = [f"/people/{named.pk}", f"/people/roles/{role.pk.hex}", f"/portal/members/{devi.pk.hex}"]
    for path in [*paths, f"/backoffice/staff/{noor.pk.hex}", "/people", "/people/roles"]:
        answer = page.goto(path)
        assert answer is not None
        assert (path, answer.status, find_overflow(page)) == (path, 200, [])
