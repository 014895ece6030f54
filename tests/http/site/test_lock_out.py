"""Failing to sign in makes the next try wait, longer each time, and never locks the owner out."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from tests.factories.accounts import PASSWORD, code_of, make_factor, make_person, make_user
from tests.factories.identity import make_login_session
from tests.factories.mail import deliver, find_reset_link

from fondaco.accounts.models import Person
from fondaco.audit.models import Event
from fondaco.identity.jobs import forget_expired
from fondaco.identity.models import FailedTries, LoginSession
from fondaco.kit import clock

pytestmark = pytest.mark.django_db(transaction=True)
HOME, CAFE = "192.0.2.10", "203.0.113.99"


@pytest.fixture
def person() -> Person:
    person = make_person("Ada Adler", password=PASSWORD)
    make_user(person=person)
    return person


def attempt(email: str, password: str, address: str = HOME) -> tuple[bool, str]:
    """Whether it signed in, and the page."""
    client = Client(REMOTE_ADDR=address)
    answer: Any = client.post("/account/login/", {"login": email, "password": password})
    return "_auth_user_id" in client.session, answer.content.decode()


def fail(email: str, times: int, address: str = HOME) -> None:
    for _ in range(times):
        is_in, _page = attempt(email, "wrong", address)
        assert not is_in


def test_four_failures_cost_nothing(person: Person) -> None:
    fail(person.email, 4)
    assert attempt(person.email, PASSWORD)[0]
    fail(person.email, 4)  # a success forgot the ones before
    assert attempt(person.email, PASSWORD)[0]
    assert not Event.objects.filter(kind="sign_in.paused").exists()


def test_the_fifth_begins_a_pause_that_doubles(person: Person) -> None:
    with clock.freeze() as start:
        fail(person.email, 5)
        is_in, page = attempt(person.email, PASSWORD)
        assert not is_in, "even the right password waits"
        assert "try again in 60 seconds" in page
    pause = timedelta(minutes=1)
    for _ in range(8):
        with clock.freeze(start + pause - timedelta(seconds=1)):
            assert "This failed too often" in attempt(person.email, "wrong")[1]
        start += pause
        with clock.freeze(start):
            assert "do not go together" in attempt(person.email, "wrong")[1]
        pause = min(pause * 2, timedelta(hours=1))
    with clock.freeze(start + timedelta(hours=1)):
        assert attempt(person.email, PASSWORD)[0], "never for good"


def test_the_person_is_told_once(person: Person) -> None:
    fail(person.email, 7)
    [letter] = deliver()
    assert (letter.to, letter.subject) == ([person.email], "Someone keeps failing to sign in as you")
    assert HOME in str(letter.body)
    event = Event.objects.get(kind="sign_in.paused")
    assert event.data == {"what": "password", "address": HOME, "failures": 5}
    assert (event.actor_kind, event.subject_id) == ("anonymous", person.pk.hex)


def test_elsewhere_the_owner_signs_in_as_always(person: Person) -> None:
    fail(person.email, 12, CAFE)
    assert not attempt(person.email, PASSWORD, CAFE)[0]
    assert attempt(person.email, PASSWORD, HOME)[0]


def test_many_addresses_together_slow_strangers_and_not_the_places_that_are_known(person: Person) -> None:
    make_login_session(person)
    LoginSession.objects.update(address=HOME)
    for number in range(13):
        fail(person.email, 4, f"198.51.100.{number}")
    assert not attempt(person.email, PASSWORD, "198.51.100.200")[0]
    assert attempt(person.email, PASSWORD, HOME)[0]
    with clock.travel(timedelta(minutes=16)):
        assert attempt(person.email, PASSWORD, "198.51.100.200")[0]


def test_one_address_that_tries_many_people_waits() -> None:
    people = [make_person(password=PASSWORD) for _ in range(2)]
    for number in range(25):
        fail(f"nobody{number}@people.example", 2, CAFE)
    assert "This failed too often" in attempt(people[0].email, PASSWORD, CAFE)[1]
    assert attempt(people[1].email, PASSWORD, HOME)[0]


def test_who_does_not_exist_looks_the_same() -> None:
    with clock.freeze():
        fail("nobody@people.example", 5)
        assert "try again in 60 seconds" in attempt("nobody@people.example", PASSWORD)[1]
    assert "nobody" not in "".join(FailedTries.objects.values_list("key_hash", flat=True))
    assert not Event.objects.filter(kind="sign_in.paused").exists()


def test_codes_are_limited_too(person: Person) -> None:
    make_factor(person)
    client = Client(REMOTE_ADDR=HOME)
    client.post("/account/login/", {"login": person.email, "password": PASSWORD})
    for _ in range(5):
        client.post("/account/2fa/code/", {"code": "000000"})
    page = client.post("/account/2fa/code/", {"code": code_of()}).content.decode()
    assert "This failed too often" in page
    assert "_auth_user_id" not in client.session
    [letter] = deliver()
    assert "somebody knows your password" in str(letter.body)
    with clock.travel(timedelta(minutes=2)):
        client.post("/account/2fa/code/", {"code": code_of()})
    assert "_auth_user_id" in client.session


def test_a_new_password_ends_the_pause(person: Person) -> None:
    fail(person.email, 6, "127.0.0.1")
    deliver()
    client = Client()
    client.post("/account/password/reset/", {"email": person.email})
    form = client.get(find_reset_link(*deliver())).headers["Location"]
    client.post(form, {"password1": "harbour-lantern-42", "password2": "harbour-lantern-42"})
    assert attempt(person.email, "harbour-lantern-42", "127.0.0.1")[0]


def test_old_failures_are_forgotten(person: Person) -> None:
    fail(person.email, 5)
    assert FailedTries.objects.count() == 3
    with clock.travel(timedelta(hours=25)):
        assert forget_expired() >= 3
    assert not FailedTries.objects.exists()


def test_asking_for_a_new_password_is_limited_and_tells_nothing(person: Person) -> None:
    pages = set()
    for email in (person.email, "nobody@people.example"):
        client = Client()
        answer = client.post("/account/password/reset/", {"email": email}, follow=True)
        pages.add(re.sub(r'X-CSRFToken": "\w+"', "", answer.content.decode()))
    assert len(pages) == 1
    statuses = [Client().post("/account/password/reset/", {"email": person.email}).status_code for _ in range(6)]
    assert statuses == [302, 302, 302, 302, 429, 429]
    assert [letter.to for letter in deliver()] == [[person.email]] * 5
