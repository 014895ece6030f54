"""A new password ends what was opened with the old one."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django.fixtures import Settings
from tests.factories.accounts import PASSWORD, actor_for, make_person, make_user
from tests.factories.identity import make_login_session
from tests.factories.mail import deliver, find_reset_link

from fondaco.accounts.actions import request_email_change
from fondaco.accounts.queries import confirmation_key
from fondaco.audit.models import Event
from fondaco.identity.actions import forget_factors
from fondaco.identity.models import LoginSession

pytestmark = pytest.mark.django_db(transaction=True)
NEW = "harbour-lantern-42"


@pytest.fixture(autouse=True)
def _outbox(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def test_changing_it_ends_the_sessions_elsewhere(client: Client) -> None:
    person = make_person(password=PASSWORD)
    make_user(person=person)
    elsewhere = make_login_session(person)
    client.post("/account/login/", {"login": person.email, "password": PASSWORD})
    fields = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    assert client.post("/account/password/change/", fields).status_code == 302
    person.refresh_from_db()
    assert person.check_password(NEW)
    elsewhere.refresh_from_db()
    assert elsewhere.ended_at is not None
    assert LoginSession.objects.get(ended_at=None).pk.hex == client.session["sid"]


def test_nobody_gets_more_than_five_letters_an_hour(client: Client) -> None:
    person = make_person(password=PASSWORD)
    for address in (person.email, "nobody@elsewhere.example"):
        answers = [client.post("/account/password/reset/", {"email": address}).status_code for _ in range(6)]
        assert answers == [302] * 5 + [429]  # who has no login here is told no earlier and no later
    assert [letter.to for letter in deliver()] == [[person.email]] * 5


def test_resetting_it_ends_them_all(client: Client) -> None:
    person = make_person(password=PASSWORD)
    make_login_session(person)
    stranger = make_login_session(make_person())
    client.post("/account/password/reset/", {"email": person.email})
    form = client.get(find_reset_link(*deliver())).headers["Location"]
    answer = client.post(form, {"password1": NEW, "password2": NEW}, follow=True)
    assert "Access tokens of your programs go on working" in answer.content.decode()
    person.refresh_from_db()
    assert person.check_password(NEW)
    assert LoginSession.objects.get(ended_at=None) == stranger


@pytest.mark.parametrize("how", ["changed", "reset", "lost device"])
def test_it_takes_back_a_change_of_address_that_whoever_knew_the_old_one_asked_for(client: Client, how: str) -> None:
    person = make_person(password=PASSWORD)
    make_user(person=person)
    actor = actor_for(person)
    link = confirmation_key(request_email_change(actor=actor, person=person, email="mallory@elsewhere.example"))
    deliver()
    if how == "changed":
        client.post("/account/login/", {"login": person.email, "password": PASSWORD})
        client.post("/account/password/change/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    elif how == "reset":
        client.post("/account/password/reset/", {"email": person.email})
        form = client.get(find_reset_link(*deliver())).headers["Location"]
        client.post(form, {"password1": NEW, "password2": NEW})
    else:
        forget_factors(actor=actor, person=person)

    assert Client().post(f"/account/confirm-email/{link}/").status_code == 409

    before = person.email
    person.refresh_from_db()
    assert person.email == before
    taken_back = Event.objects.get(kind="person.email_change_withdrawn")
    assert taken_back.data == {"to": "mallory@elsewhere.example"}


def test_a_wrong_password_is_told_in_our_words_and_the_same_for_nobody(client: Client) -> None:
    person = make_person(password=PASSWORD)
    said = []
    for email in (person.email, "nobody@people.example"):
        page = client.post("/account/login/", {"login": email, "password": "wrong"}).content.decode()
        said.append("Address and password do not go together" in page)
        assert "specified" not in page
    assert said == [True, True]
