"""The house on a socket, a client with credentials, and somebody who may sign in to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer
from tests.factories.accounts import PASSWORD, make_account, make_person, make_user
from tests.factories.identity import CALLBACK, Program, make_program
from tests.http.interop.person import Person

from fondaco.accounts.models import Account


@dataclass
class Issuer:
    """What a developer knows: where the account's issuer is."""

    account: Account
    url: str

    @property
    def metadata_url(self) -> str:
        return f"{self.url}/.well-known/openid-configuration"


@pytest.fixture
def issuer(live_server: LiveServer, settings: Settings) -> Issuer:
    settings.SITE_URL = settings.API_ROOT = settings.IDENTITY_URL = live_server.url
    return Issuer(make_account("acme"), f"{live_server.url}/acme")


@pytest.fixture
def program(issuer: Issuer) -> Program:
    return make_program(issuer.account, redirect_uris=[CALLBACK])


@pytest.fixture
def person(issuer: Issuer) -> Iterator[Person]:
    person = Person(make_user(issuer.account, role="agent", person=make_person(password=PASSWORD)))
    yield person
    person.close()


@pytest.fixture(autouse=True)
def _plain_http(monkeypatch: pytest.MonkeyPatch) -> None:
    """The libraries insist on https, which the house leaves to the proxy in front of it."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
