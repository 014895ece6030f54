"""The rules of passwords stand below the field as a list, not as markup."""

from __future__ import annotations

import pytest
from django.test import Client
from tests.factories.accounts import PASSWORD, make_person

pytestmark = pytest.mark.django_db


def test_the_rules_of_a_new_password_are_a_list(client: Client) -> None:
    client.force_login(make_person(password=PASSWORD))
    page = client.get("/account/password/change/").content.decode()
    assert "<li>Your password must contain at least 10 characters.</li>" in page
    assert "&lt;li&gt;" not in page
