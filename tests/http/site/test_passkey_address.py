"""A passkey belongs to a name: where the house is opened by a number, its pages say so before anybody tries."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django.fixtures import Settings
from tests.http.site.test_second_factor import ada, sign_in

pytestmark = pytest.mark.django_db(transaction=True)
ADD = "/account/2fa/passkeys/add/"
SIGN_IN = "/account/login/"
FORM = "data-passkey="
WORDS = "No passkeys at this address."


@pytest.fixture(autouse=True)
def hosts(settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["*"]


def page(client: Client, path: str, host: str) -> str:
    answer = client.get(path, headers={"Host": host})
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


@pytest.mark.parametrize("path", [SIGN_IN, ADD])
@pytest.mark.parametrize(
    ("host", "way_out"),
    [
        ("127.0.0.1:8000", "http://localhost:8000{path}"),
        ("127.0.0.1", "http://localhost{path}"),
        ("[::1]:8000", "http://localhost:8000{path}"),
    ],
)
def test_at_a_number_of_this_machine_it_names_the_way_out(path: str, host: str, way_out: str) -> None:
    client = Client()
    sign_in(client, ada())
    if path == SIGN_IN:
        client = Client()
    text = page(client, path, host)
    assert WORDS in text
    assert f'href="{way_out.format(path=path)}"' in text
    assert FORM not in text


def test_at_any_other_number_it_says_so_without_a_link() -> None:
    text = page(Client(), SIGN_IN, "192.0.2.7:8000")
    assert WORDS in text
    assert "Open the platform by its name instead." in text
    assert "data-by-name" not in text
    assert FORM not in text


@pytest.mark.parametrize("host", ["localhost:8000", "apps.example.com", "1.example.com"])
def test_at_a_name_the_form_is_there(host: str) -> None:
    client = Client()
    assert FORM in page(client, SIGN_IN, host)
    sign_in(client, ada())
    text = page(client, ADD, host)
    assert FORM in text
    assert WORDS not in text


def test_the_way_out_keeps_where_one_wanted_to_go() -> None:
    text = page(Client(), f"{SIGN_IN}?next=/my-apps", "127.0.0.1:8000")
    assert 'href="http://localhost:8000/account/login/?next=/my-apps"' in text
