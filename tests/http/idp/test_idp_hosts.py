"""Host style: every address of an issuer lives on the account's own host, and all of them agree about it.

How people get there and back, with a browser that keeps cookies by host, is in ``test_idp_sign_in_hosts``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from django.test import Client
from pytest_django.fixtures import Settings
from tests.factories.accounts import PASSWORD, SYSTEM, make_account, make_person, make_user
from tests.factories.identity import SCOPES, Program, make_program
from tests.http.idp import host_style  # at once: the house's own addresses are of the style at their import

from fondaco.identity.actions import start_login_session
from fondaco.identity.models import LoginSession

pytestmark = [pytest.mark.django_db, pytest.mark.urls(host_style.__name__)]
HOST, ROOT, SITE = "acme.id.example.org", "https://acme.id.example.org", "https://apps.example.org"
# Wildcards of DNS and of allowed hosts answer names that are no account's, too.
ISSUERS = [HOST, "id.example.org", "unknown.id.example.org", "a.acme.id.example.org"]
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def program(settings: Settings) -> Program:
    settings.IDENTITY_STYLE, settings.IDENTITY_URL = "host", "https://id.example.org"
    settings.SITE_URL, settings.ALLOWED_HOSTS = SITE, [".id.example.org", "apps.example.org"]
    return make_program(make_account("acme"))


@pytest.fixture
def http(program: Program) -> Client:
    return Client(headers={"Host": HOST})


def post(http: Client, address: str, form: dict[str, str], program: Program) -> Any:
    headers = {"Authorization": program.basic()}
    return http.post(address, urlencode(form), content_type=FORM, headers=headers)


def test_discovery_names_addresses_that_answer(program: Program, http: Client) -> None:
    found = http.get("/.well-known/openid-configuration").json()
    assert found["issuer"] == ROOT
    ours = {name: url for name, url in found.items() if isinstance(url, str) and url.startswith(ROOT + "/")}
    assert ours == {
        "authorization_endpoint": f"{ROOT}/oauth/authorize",
        "token_endpoint": f"{ROOT}/oauth/token",
        "revocation_endpoint": f"{ROOT}/oauth/revoke",
        "introspection_endpoint": f"{ROOT}/oauth/introspect",
        "jwks_uri": f"{ROOT}/.well-known/jwks.json",
    }
    assert http.get(urlsplit(ours["jwks_uri"]).path).status_code == 200
    assert post(http, "/oauth/token", {"grant_type": "client_credentials"}, program).status_code == 200
    assert post(http, "/oauth/revoke", {"token": "x"}, program).status_code == 200
    assert http.get("/oauth/authorize").status_code == 400


def test_assertions_are_for_the_address_on_that_host(program: Program, http: Client) -> None:
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    }
    path_style = program.assertion(aud="https://id.example.org/acme/oauth/token")
    for assertion, status in ((program.assertion(aud=f"{ROOT}/oauth/token"), 200), (path_style, 401)):
        body = urlencode({**form, "client_assertion": assertion})
        answer = http.post("/oauth/token", body, content_type=FORM)
        assert answer.status_code == status


def test_introspection_and_the_end_of_a_session_answer_on_that_host(program: Program, http: Client) -> None:
    user = make_user(program.account)
    session = start_login_session(actor=SYSTEM, person=user.person, address="192.0.2.7", device="Firefox")
    asking = make_program(program.account, scopes=[*SCOPES, "tokens:introspect", "user-session-public:end"])
    token = post(http, "/oauth/token", {"grant_type": "client_credentials"}, asking).json()["access_token"]
    found = post(http, "/oauth/introspect", {"token": token}, asking).json()
    assert (found["active"], found["iss"]) == (True, ROOT)
    headers = {"Authorization": f"Bearer {token}"}
    form = urlencode({"user_id": user.pk})
    end = "/oauth/end_user_session"
    stranger = Client(headers={"Host": "other.id.example.org"})
    assert stranger.post(end, form, content_type=FORM, headers=headers).status_code == 404
    session.refresh_from_db()
    assert session.ended_at is None
    assert http.post(end, form, content_type=FORM, headers=headers).status_code == 204
    session.refresh_from_db()
    assert session.ended_at is not None


@pytest.mark.parametrize("host", ISSUERS)
@pytest.mark.parametrize("address", ["/account/login/?next=/my-apps", "/", "/acme/oauth/authorize?state=a%20b"])
def test_that_host_sends_who_wants_a_page_to_the_site(program: Program, host: str, address: str) -> None:
    answer = Client(headers={"Host": host}).get(address)
    assert (answer.status_code, answer["Location"]) == (302, SITE + address)
    assert not answer.cookies


@pytest.mark.parametrize("host", ISSUERS)
def test_nobody_signs_in_on_that_host(program: Program, host: str) -> None:
    person = make_person(password=PASSWORD)
    form = {"login": person.email, "password": PASSWORD}
    assert Client(headers={"Host": host}).post("/account/login/", form).status_code == 404
    assert not LoginSession.objects.exists()
    at_site = Client(headers={"Host": urlsplit(SITE).netloc})
    assert at_site.post("/account/login/", form).status_code == 302
    assert LoginSession.objects.count() == 1


def test_a_site_below_the_identity_host_is_no_account(program: Program, settings: Settings) -> None:
    settings.SITE_URL = "https://apps.id.example.org"
    site = Client(headers={"Host": "apps.id.example.org"})
    assert site.get("/account/login/").status_code == 200
    settings.SITE_URL = settings.IDENTITY_URL
    assert Client(headers={"Host": "id.example.org"}).get("/account/login/").status_code == 200
    settings.SITE_URL = "https://apps.id.example.org"
    assert site.get("/oauth/authorize").status_code == 404


@pytest.mark.parametrize("host", ["other.id.example.org", "id.example.org", "a.acme.id.example.org"])
def test_other_hosts_are_no_issuer(program: Program, host: str) -> None:
    stranger = Client(headers={"Host": host})
    for read in ("/.well-known/openid-configuration", "/.well-known/jwks.json", "/oauth/authorize"):
        assert stranger.get(read).status_code == 404
    for sent in ("/oauth/token", "/oauth/revoke", "/oauth/introspect"):
        assert post(stranger, sent, {"grant_type": "client_credentials"}, program).status_code == 404


def test_the_setting_alone_turns_every_address() -> None:
    """In a process of its own, since addresses are read once."""
    script = (
        "import django, json; django.setup(); from django.conf import settings; from django.urls import reverse; "
        "names = ('authorize', 'token', 'revoke', 'discovery', 'metadata', 'jwks'); "
        "print(json.dumps([{name: reverse('idp:' + name) for name in names}, settings.ALLOWED_HOSTS]))"
    )
    style = {"FONDACO_IDENTITY_STYLE": "host", "FONDACO_IDENTITY_URL": "https://id.example.org:8443"}
    environment = {**os.environ, **style, "DJANGO_SETTINGS_MODULE": "fondaco.config.settings", "PYTHONPATH": "src"}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    addresses, hosts = json.loads(done.stdout)
    assert addresses == {
        "authorize": "/oauth/authorize",
        "token": "/oauth/token",
        "revoke": "/oauth/revoke",
        "discovery": "/.well-known/openid-configuration",
        "metadata": "/.well-known/oauth-authorization-server",
        "jwks": "/.well-known/jwks.json",
    }
    assert ".id.example.org" in hosts
