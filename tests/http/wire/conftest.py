"""A partner's program at the wire's door."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from tests.factories.accounts import actor_for
from tests.factories.installs import make_installing

from fondaco.accounts.models import User
from fondaco.identity import signing_keys
from fondaco.identity.actions import start_login_session
from fondaco.identity.models import TokenFamily
from fondaco.identity.tokens import issue_access_token
from fondaco.installs.models import Installation
from fondaco.kit import clock


@pytest.fixture(autouse=True)
def _no_remembered_keys() -> Iterator[None]:
    """Each test has an empty table of signing keys, and so must the process's memory of it."""
    signing_keys.forget()
    yield
    signing_keys.forget()


@dataclass
class Program:
    """An installation's program, with account-level tokens of all its scopes unless told otherwise."""

    installation: Installation
    http: Client

    @property
    def base(self) -> str:
        return f"/apps/{self.installation.app_id.hex}"

    @property
    def place(self) -> str:
        return f"{self.base}/installations/{self.installation.pk.hex}"

    def token(self, *, scope: str | None = None, user: User | None = None) -> str:
        client = self.installation.client
        credentials = client.credential_sets.select_related("client__account").order_by("-id")[0]
        scope = " ".join(client.scopes) if scope is None else scope
        return issue_access_token(credentials=credentials, scope=scope, family=self._family(user) if user else None)

    def get(self, path: str, *, token: str | None = None, **headers: str) -> Any:
        return self.http.get(path, headers={"Authorization": f"Bearer {token or self.token()}", **headers})

    def post(self, path: str, body: Any, *, token: str | None = None, content_type: str = "application/json") -> Any:
        headers = {"Authorization": f"Bearer {token or self.token()}"}
        return self.http.post(path, body, content_type=content_type, headers=headers)

    def _family(self, user: User) -> TokenFamily:
        session = start_login_session(actor=actor_for(user.person), person=user.person)
        return TokenFamily.objects.create(
            client=self.installation.client,
            user=user,
            login_session=session,
            expires_at=clock.now() + timedelta(days=30),
        )


@pytest.fixture
def program(client: Client) -> Program:
    """A program whose installation waits for its answer."""
    return Program(make_installing(), client)
