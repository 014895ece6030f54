"""A real browser signs in on the way to an app: no policy of ours may stop it at the last redirect."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer
from tests.factories.accounts import PASSWORD, make_account, make_person, make_user
from tests.factories.identity import Program, make_program
from tests.factories.installs import make_completed
from tests.http.idp import host_style  # at once: the house's own addresses are of the style at their import

from fondaco.identity.issuer import issuer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


class AppPage(BaseHTTPRequestHandler):
    """The app's redirect address, on an origin of its own."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<title>The app</title><h1>Welcome to the app</h1>")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
        """The terminal stays quiet."""


@pytest.fixture
def app_address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), AppPage)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/sso/cb"
    server.shutdown()
    server.server_close()


@pytest.fixture
def page(chromium: Browser, live_server: LiveServer, settings: Settings) -> Iterator[Page]:
    settings.SITE_URL = settings.IDENTITY_URL = settings.API_ROOT = live_server.url
    context = chromium.new_context()
    yield context.new_page()
    context.close()


def query_of(program: Program, address: str) -> dict[str, str]:
    return {
        "client_id": program.issued.client_id,
        "redirect_uri": address,
        "response_type": "code",
        "scope": "openid",
        "state": "s-1",
    }


def authorize_url(program: Program, root: str, address: str) -> str:
    return f"{root}/{program.account.name}/oauth/authorize?{urlencode(query_of(program, address))}"


def test_signing_in_leads_to_the_app_and_the_next_time_nothing_is_asked(
    page: Page, live_server: LiveServer, app_address: str
) -> None:
    program = make_program(make_account("harbour"), redirect_uris=[app_address])
    person = make_person(password=PASSWORD)
    make_user(program.account, person=person)
    blocked: list[str] = []
    page.on("console", lambda message: blocked.append(message.text) if message.type == "error" else None)

    page.goto(authorize_url(program, live_server.url, app_address))
    page.get_by_label("E-mail address").fill(person.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Welcome to the app").wait_for()
    assert blocked == []
    back = parse_qs(urlsplit(page.url).query)
    assert back["state"] == ["s-1"]

    page.goto(authorize_url(program, live_server.url, app_address))
    assert page.title() == "The app"
    assert parse_qs(urlsplit(page.url).query)["code"] != back["code"]


def test_signing_in_for_a_launch_leads_to_the_app(page: Page, live_server: LiveServer, app_address: str) -> None:
    installation = make_completed(standalone_url=app_address)
    person = installation.installed_by.person
    person.set_password(PASSWORD)
    person.save()
    page.goto(f"{live_server.url}/launch/{installation.pk.hex}")
    page.get_by_label("E-mail address").fill(person.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Welcome to the app").wait_for()
    assert parse_qs(urlsplit(page.url).query)["talkdesk_installation_id"] == [installation.pk.hex]


@pytest.mark.urls(host_style.__name__)
def test_an_issuer_with_a_host_of_its_own_asks_nobody_twice(
    page: Page, live_server: LiveServer, settings: Settings, app_address: str
) -> None:
    """Chromium finds every name below ``localhost`` on this machine."""
    port = urlsplit(live_server.url).port
    settings.SITE_URL, settings.IDENTITY_URL = f"http://apps.localhost:{port}", f"http://id.localhost:{port}"
    settings.IDENTITY_STYLE, settings.ALLOWED_HOSTS = "host", [".localhost"]
    program = make_program(make_account("harbour"), redirect_uris=[app_address])
    person = make_person(password=PASSWORD)
    make_user(program.account, person=person)
    address = f"{issuer(program.account)}/oauth/authorize?{urlencode(query_of(program, app_address))}"
    blocked: list[str] = []
    page.on("console", lambda message: blocked.append(message.text) if message.type == "error" else None)

    page.goto(address)
    assert page.url.startswith(f"{settings.SITE_URL}/account/login/?next=/harbour/oauth/resume")
    page.get_by_label("E-mail address").fill(person.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Welcome to the app").wait_for()
    assert blocked == []
    back = parse_qs(urlsplit(page.url).query)
    assert back["iss"] == [f"http://harbour.id.localhost:{port}"]

    page.goto(address)
    assert page.title() == "The app"
    assert parse_qs(urlsplit(page.url).query)["code"] != back["code"]
    assert {cookie.get("domain") for cookie in page.context.cookies()} == {"apps.localhost"}


def test_the_pages_on_the_way_can_be_used_by_everyone(page: Page, live_server: LiveServer, app_address: str) -> None:
    program = make_program(make_account("harbour"), redirect_uris=[app_address])
    stranger = make_person(password=PASSWORD)
    make_user(make_account("elsewhere"), person=stranger)

    page.goto(authorize_url(program, live_server.url, "https://evil.example/cb"))
    assert "address that it has not registered" in page.inner_text("main")
    assert Axe().run(page).violations_count == 0

    page.goto(authorize_url(program, live_server.url, app_address))
    page.get_by_label("E-mail address").fill(stranger.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="This app belongs to another organisation").wait_for()
    assert stranger.email in page.inner_text("main")
    assert Axe().run(page).violations_count == 0

    page.get_by_role("button", name="Sign in as someone else").click()
    page.get_by_label("Password").wait_for()
