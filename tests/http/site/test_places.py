"""Where a sign-in leads whom."""

from __future__ import annotations

import pytest
from django.test import Client
from tests.factories.accounts import make_user
from tests.factories.partners import make_member

pytestmark = pytest.mark.django_db


def test_a_partners_people_come_to_the_portal_not_to_their_sandbox(client: Client) -> None:
    mara = make_member()
    make_user(mara.partner.developer_account, person=mara.person)
    client.force_login(mara.person)
    assert client.get("/home")["Location"] == "/portal/"


def test_a_customers_people_come_to_their_apps(client: Client) -> None:
    ada = make_user()
    member = make_member(person=ada.person)
    make_user(member.partner.developer_account, person=ada.person)
    client.force_login(ada.person)
    assert client.get("/home")["Location"] == "/my-apps"
