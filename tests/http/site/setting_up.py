"""Signing in with a password, and setting up the first second factor through its pages."""

from __future__ import annotations

import re

from django.test import Client
from tests.factories.accounts import PASSWORD, code_of

from fondaco.accounts.models import Person

APP = "/account/2fa/app/"
CODES = "/account/2fa/recovery-codes/"
NEEDED = "/you/second-factor"


def sign_in(client: Client, person: Person, **query: str) -> str:
    """Where the password leads."""
    form = {"login": person.email, "password": PASSWORD, **query}
    return client.post("/account/login/", form).headers["Location"]


def set_up_app(client: Client) -> str:
    """Through the page; returns the secret."""
    page = client.get(APP).content.decode()
    found = re.search(r'data-copy="([A-Z2-7]{32})"', page)
    assert found, page
    assert 'src="data:image/svg+xml;base64,' in page
    assert "style=" not in page
    answer = client.post(APP, {"code": code_of(found.group(1))})
    assert answer.headers["Location"] == CODES, answer.content.decode()
    return found.group(1)
