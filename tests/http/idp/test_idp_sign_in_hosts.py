"""Signing in where issuers have hosts of their own, over a socket and with a browser that keeps cookies by host.

Django's own test client sends every cookie everywhere, so it cannot see whether a person is known at another host.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer
from tests.factories.accounts import PASSWORD, make_account, make_person, make_user
from tests.factories.identity import CALLBACK, Program, make_program
from tests.flows.browser import read
from tests.http.idp import host_style  # at once: the house's own addresses are of the style at their import

from fondaco.accounts.models import Person
from fondaco.identity.issuer import authorize_url, issuer, token_url
from fondaco.identity.models import LoginSession
from fondaco.identity.tokens import verify_access_token

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls(host_style.__name__)]
SITE, IDENTITY = "http://apps.example.org", "http://id.example.org"
PATIENCE = 60.0  # seconds for an answer of a machine that does other things too


class OneServer(httpx.HTTPTransport):
    """Every name leads to the one server; the request keeps its ``Host``, and the browser its idea of where it is."""

    def __init__(self, root: str) -> None:
        super().__init__()
        self._root = httpx.URL(root)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        there = request.url.copy_with(host=self._root.host, port=self._root.port)
        return super().handle_request(
            httpx.Request(request.method, there, headers=request.headers, stream=request.stream)
        )


class Browser:
    """Follows redirects as far as the app, fills in the sign-in form where it is shown, and notes where it was."""

    def __init__(self, root: str, person: Person) -> None:
        self.http = httpx.Client(transport=OneServer(root), timeout=PATIENCE)
        self.person = person
        self.trail: list[str] = []

    def open(self, address: str) -> httpx.Response:
        return self._arrive(self._get(address))

    def press(self, page: httpx.Response, button: str, **fills: str) -> httpx.Response:
        here = str(page.url)
        form, pressed = read(here, page.status_code, page.text).find_form(button)
        target, data = urljoin(here, form.action or here), form.data(dict(fills), pressed)
        return self._arrive(self.http.post(target, data=data, headers={"Referer": here}))

    def sign_in(self, page: httpx.Response) -> httpx.Response:
        return self.press(page, "Sign in", **{"E-mail address": self.person.email, "Password": PASSWORD})

    def sessions(self) -> list[str]:
        """The hosts whose session this browser keeps; a dot in front stands for everything below."""
        return [cookie.domain for cookie in self.http.cookies.jar if cookie.name == "sessionid"]

    def _get(self, address: str) -> httpx.Response:
        parts = urlsplit(address)
        self.trail.append(f"{parts.scheme}://{parts.netloc}{parts.path}")
        return self.http.get(address)

    def _arrive(self, answer: httpx.Response) -> httpx.Response:
        for _ in range(8):
            target = answer.headers.get("Location") or answer.headers.get("Refresh", "").partition("; url=")[2]
            if not target or target.startswith(CALLBACK):
                return answer
            answer = self._get(urljoin(str(answer.url), target))
        raise AssertionError(self.trail)


@pytest.fixture(params=["host", "path"])
def program(request: pytest.FixtureRequest, settings: Settings) -> Program:
    """An app of an account; issuers have a host other than the site's, each its own or one for all."""
    settings.IDENTITY_STYLE, settings.IDENTITY_URL = request.param, IDENTITY
    settings.SITE_URL = settings.API_ROOT = SITE
    settings.ALLOWED_HOSTS = ["apps.example.org", ".id.example.org"]
    if request.param == "path":
        settings.ROOT_URLCONF = "fondaco.config.urls"
    return make_program(make_account("acme"))


@pytest.fixture
def browser(program: Program, live_server: LiveServer) -> Iterator[Browser]:
    user = make_user(program.account, person=make_person(password=PASSWORD))
    browser = Browser(live_server.url, user.person)
    yield browser
    browser.http.close()


def ask(program: Program, **more: str) -> str:
    query = {
        "client_id": program.issued.client_id,
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scope": "openid",
        "state": "s t&=é",
        **more,
    }
    return f"{authorize_url(program.account)}?{urlencode(query)}"


def returned(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(f"{CALLBACK}?")
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}


def test_whoever_is_signed_in_at_the_site_comes_to_the_app_without_a_page(program: Program, browser: Browser) -> None:
    browser.sign_in(browser.open(f"{SITE}/account/login/"))
    session = LoginSession.objects.get()
    browser.trail.clear()
    back = returned(browser.open(ask(program, prompt="none", nonce="n-1")))
    assert browser.trail == [authorize_url(program.account), f"{SITE}/acme/oauth/authorize"]
    assert set(back) == {"code", "state", "iss"}
    assert (back["state"], back["iss"]) == ("s t&=é", issuer(program.account))
    form = {"grant_type": "authorization_code", "code": back["code"], "redirect_uri": CALLBACK}
    headers = {"Authorization": program.basic()}
    tokens = browser.http.post(token_url(program.account), data=form, headers=headers).json()
    keys = KeySet.import_key_set(browser.http.get(f"{issuer(program.account)}/.well-known/jwks.json").json())
    claims = jwt.decode(tokens["id_token"], keys, algorithms=["ES256"]).claims
    assert (claims["iss"], claims["nonce"]) == (issuer(program.account), "n-1")
    assert verify_access_token(tokens["access_token"]).user.person == browser.person
    assert LoginSession.objects.get() == session
    assert browser.sessions() == ["apps.example.org"]


def test_whoever_is_not_signs_in_at_the_site_once(program: Program, browser: Browser) -> None:
    page = browser.open(ask(program))
    assert browser.trail == [
        authorize_url(program.account),
        f"{SITE}/acme/oauth/authorize",
        f"{SITE}/account/login/",
    ]
    assert "code" in returned(browser.sign_in(page))
    assert browser.trail[3:] == [f"{SITE}/acme/oauth/resume", f"{SITE}/acme/oauth/authorize"]
    assert "code" in returned(browser.open(ask(program)))
    assert browser.open(f"{SITE}/my-apps").status_code == 200
    assert LoginSession.objects.count() == 1
    assert browser.sessions() == ["apps.example.org"]


def test_signing_out_at_the_site_is_the_end_of_it(program: Program, browser: Browser) -> None:
    browser.sign_in(browser.open(f"{SITE}/account/login/"))
    assert "code" in returned(browser.open(ask(program)))
    browser.press(browser.open(f"{SITE}/my-apps"), "Sign out")
    assert LoginSession.objects.get().ended_at is not None
    back = returned(browser.open(ask(program, prompt="none")))
    assert back["error"] == "login_required"
    assert browser.open(ask(program)).url.path == "/account/login/"


def test_whoever_must_prove_themselves_again_does_so_at_the_site(program: Program, browser: Browser) -> None:
    browser.sign_in(browser.open(f"{SITE}/account/login/"))
    page = browser.open(ask(program, prompt="login"))
    assert (page.url.host, page.url.path) == ("apps.example.org", "/account/reauthenticate/")
    assert "code" in returned(browser.press(page, "Go on", Password=PASSWORD))
    assert LoginSession.objects.count() == 1


def test_a_seat_in_another_account_opens_nothing_here(program: Program, browser: Browser) -> None:
    other = make_program(make_account("other"))
    browser.sign_in(browser.open(f"{SITE}/account/login/"))
    page = browser.open(ask(other))
    assert (page.status_code, page.url.host) == (403, "apps.example.org")
    assert "This app belongs to another organisation" in page.text


def test_what_cannot_be_granted_is_refused_by_the_issuer_itself(program: Program, browser: Browser) -> None:
    assert browser.open(ask(program, redirect_uri="https://evil.example/cb")).status_code == 400
    assert returned(browser.open(ask(program, response_type="token")))["error"] == "unsupported_response_type"
    assert browser.trail == [authorize_url(program.account)] * 2
    assert browser.sessions() == []
