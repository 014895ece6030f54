"""What the tests of the issuer share."""

from __future__ import annotations

import pytest
from django.test import Client
from tests.factories.accounts import make_user
from tests.factories.identity import make_program
from tests.http.idp.browser import Browser


@pytest.fixture
def browser(client: Client) -> Browser:
    """An agent who is signed in, in an account that has the app."""
    program = make_program()
    browser = Browser(program, make_user(program.account, role="agent"), client)
    browser.sign_in()
    return browser
