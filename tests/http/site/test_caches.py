"""What browsers and caches may keep of what somebody saw signed in."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import Client
from tests.factories.accounts import PASSWORD, make_person, make_user

from fondaco.accounts.models import Person
from fondaco.identity.models import LoginSession
from fondaco.kit import clock

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ada(client: Client) -> Person:
    person = make_person(password=PASSWORD)
    make_user(person=person)
    client.post("/account/login/", {"login": person.email, "password": PASSWORD})
    return person


def is_wiped(answer: HttpResponse) -> bool:
    return answer.headers.get("Clear-Site-Data") == '"cache"'


def test_pages_of_people_are_in_no_shared_cache(client: Client, ada: Person) -> None:
    kept = {path: client.get(path).headers["Cache-Control"] for path in ("/people", "/people/roles")}
    assert set(kept.values()) == {"private, no-cache"}
    for path in ("/account/password/change/", "/account/2fa/app/"):  # the latter shows the secret of an app
        assert client.get(path).headers["Cache-Control"] == "private, no-store"
    assert "no-store" in client.get("/you").headers["Cache-Control"]  # what a view says itself stays


def test_what_is_public_may_be_kept(client: Client) -> None:
    answer = client.get("/")
    assert not answer.has_header("Cache-Control")
    assert not answer.has_header("Clear-Site-Data")


def test_signing_out_wipes_what_the_browser_kept(client: Client, ada: Person) -> None:
    assert not is_wiped(client.get("/people"))
    assert is_wiped(client.post("/account/logout/"))
    assert not is_wiped(client.get("/"))


def test_signing_out_everywhere_wipes_it_too(client: Client, ada: Person) -> None:
    assert not is_wiped(client.post("/you/sessions/end", {"keep": "this"}))
    assert is_wiped(client.post("/you/sessions/end"))


def test_a_session_that_was_ended_elsewhere_wipes_it_with_the_next_click(client: Client, ada: Person) -> None:
    LoginSession.objects.update(ended_at=clock.now())
    answer = client.get("/people")
    assert answer.headers["Location"].startswith("/account/login/")
    assert is_wiped(answer)
