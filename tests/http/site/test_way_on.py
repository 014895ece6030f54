"""A second factor that stands in the way of a page leads on to it."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils.html import escape
from tests.factories.accounts import PASSWORD, make_operator, make_person
from tests.http.site.setting_up import CODES, NEEDED, set_up_app, sign_in
from tests.signing_in import weaken

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("way", ["/acme/oauth/resume?client_id=x&state=y", "/backoffice/events?kind=x"])
def test_who_sets_the_first_one_up_goes_on_to_where_they_were_going(client: Client, way: str) -> None:
    person = make_person("Jon Okafor", password=PASSWORD)
    make_operator(person=person, has_factor=False)
    sign_in(client, person)
    client.get(f"{NEEDED}?{urlencode({'next': way})}")
    set_up_app(client)
    shown = client.get(CODES).content.decode()
    assert f'href="{escape(way)}"' in shown
    assert "I have kept them" in shown
    again = client.get(CODES).content.decode()
    assert "Recovery codes are shown once" in again
    assert f'href="{escape(way)}"' in again


def test_who_sets_one_up_on_a_way_to_elsewhere_is_led_home(client: Client) -> None:
    person = make_person("Jon Okafor", password=PASSWORD)
    make_operator(person=person, has_factor=False)
    sign_in(client, person)
    client.get(f"{NEEDED}?next=https://evil.example/")
    set_up_app(client)
    shown = client.get(CODES).content.decode()
    assert "evil.example" not in shown
    assert 'href="/home"' in shown


def test_a_launch_is_opened_anew_after_the_factor_and_not_redirected_to(client: Client) -> None:
    """Browsers block a form's redirect to another site, and the app is one."""
    person = make_operator(person=make_person("Jon Okafor", password=PASSWORD)).person
    client.force_login(person)
    weaken(client)
    client.post("/place", {"place": "operator:staff"})
    answer = client.get(f"/launch/{'0' * 32}")
    assert answer.headers["Location"] == f"/account/2fa/confirm/?next=%2Flaunch%2F{'0' * 32}%3Fsigned-in"
