"""A company with its own sign-in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.factories.accounts import make_account, make_user
from tests.http.site.company import NINA, set_up
from tests.openid_provider import Provider, openid_provider

from fondaco.accounts.models import User


@pytest.fixture
def provider() -> Iterator[Provider]:
    with openid_provider(**NINA) as running:
        yield running


@pytest.fixture
def ada(provider: Provider) -> User:
    """Administrator of Harbour Bank, whose sign-in is set up and open."""
    user = make_user(make_account("harbour"))
    set_up(user, provider)
    return user
