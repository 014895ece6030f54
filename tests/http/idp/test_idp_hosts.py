"""Host style: every address of an issuer lives on the account's own host, and all of them agree about it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver
from joserfc import jwt
from joserfc.jwk import KeySet
from pytest_django.fixtures import Settings
from tests.factories.accounts import PASSWORD, make_account, make_person, make_user
from tests.factories.identity import CALLBACK, Program, make_program

from fondaco.config.urls import urlpatterns as every_address
from fondaco.identity.tokens import verify_access_token
from fondaco.surfaces.idp import urls as idp

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]
HOST, ROOT = "acme.id.example.org", "https://acme.id.example.org"


def _is_idp(entry: URLPattern | URLResolver) -> bool:
    return getattr(entry, "urlconf_module", None) is idp


urlpatterns = [*(entry for entry in every_address if not _is_idp(entry)), *idp.addresses("host")]


@pytest.fixture
def program(settings: Settings) -> Program:
    settings.IDENTITY_STYLE, settings.IDENTITY_URL = "host", "https://id.example.org"
    settings.ALLOWED_HOSTS = [".id.example.org"]
    return make_program(make_account("acme"))


@pytest.fixture
def http(program: Program) -> Client:
    return Client(headers={"Host": HOST})


def post(http: Client, path: str, form: dict[str, str], program: Program) -> Any:
    headers = {"Authorization": program.basic()}
    return http.post(path, urlencode(form), content_type="application/x-www-form-urlencoded", headers=headers)


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
        answer = http.post("/oauth/token", body, content_type="application/x-www-form-urlencoded")
        assert answer.status_code == status


def test_a_person_signs_in_on_that_host_and_tokens_name_it(program: Program, http: Client) -> None:
    user = make_user(program.account, person=make_person(password=PASSWORD))
    query = {
        "client_id": program.issued.client_id,
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scope": "openid",
    }
    answer = http.get("/oauth/authorize", query)
    address = urlsplit(answer["Location"])
    assert (address.netloc, address.path) == ("", "/account/login/")
    resume = parse_qs(address.query)["next"][0]
    assert urlsplit(resume).path == "/oauth/resume"
    http.post("/account/login/", {"login": user.person.email, "password": PASSWORD, "next": resume})
    target = http.get(resume)["Refresh"].partition("; url=")[2]
    assert urlsplit(target).path == "/oauth/authorize"
    back = parse_qs(urlsplit(http.get(target)["Location"]).query)
    assert back["iss"] == [ROOT]
    form = {"grant_type": "authorization_code", "code": back["code"][0], "redirect_uri": CALLBACK}
    tokens = post(http, "/oauth/token", form, program).json()
    keys = KeySet.import_key_set(http.get("/.well-known/jwks.json").json())
    assert jwt.decode(tokens["id_token"], keys, algorithms=["ES256"]).claims["iss"] == ROOT
    assert verify_access_token(tokens["access_token"]).user == user


@pytest.mark.parametrize("host", ["other.id.example.org", "id.example.org", "a.acme.id.example.org"])
def test_other_hosts_are_no_issuer(program: Program, host: str) -> None:
    stranger = Client(headers={"Host": host})
    for path in ("/.well-known/openid-configuration", "/.well-known/jwks.json", "/oauth/authorize", "/oauth/resume"):
        assert stranger.get(path).status_code == 404
    for path in ("/oauth/token", "/oauth/revoke"):
        assert post(stranger, path, {"grant_type": "client_credentials"}, program).status_code == 404


def test_the_setting_alone_turns_every_address() -> None:
    """In a process of its own, since addresses are read once."""
    script = (
        "import django, json; django.setup(); from django.conf import settings; from django.urls import reverse; "
        "names = ('authorize', 'resume', 'token', 'revoke', 'discovery', 'jwks'); "
        "print(json.dumps([{name: reverse('idp:' + name) for name in names}, settings.ALLOWED_HOSTS]))"
    )
    style = {"FONDACO_IDENTITY_STYLE": "host", "FONDACO_IDENTITY_URL": "https://id.example.org:8443"}
    environment = {**os.environ, **style, "DJANGO_SETTINGS_MODULE": "fondaco.config.settings", "PYTHONPATH": "src"}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    addresses, hosts = json.loads(done.stdout)
    assert addresses == {
        "authorize": "/oauth/authorize",
        "resume": "/oauth/resume",
        "token": "/oauth/token",
        "revoke": "/oauth/revoke",
        "discovery": "/.well-known/openid-configuration",
        "jwks": "/.well-known/jwks.json",
    }
    assert ".id.example.org" in hosts
