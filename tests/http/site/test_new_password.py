"""A new password ends what was opened with the old one."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django.fixtures import Settings
from tests.factories.accounts import PASSWORD, make_person, make_user
from tests.factories.identity import make_login_session
from tests.factories.mail import deliver, find_reset_link

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


def test_resetting_it_ends_them_all(client: Client) -> None:
    person = make_person(password=PASSWORD)
    make_login_session(person)
    stranger = make_login_session(make_person())
    client.post("/account/password/reset/", {"email": person.email})
    form = client.get(find_reset_link(*deliver())).headers["Location"]
    assert client.post(form, {"password1": NEW, "password2": NEW}).status_code == 302
    person.refresh_from_db()
    assert person.check_password(NEW)
    assert LoginSession.objects.get(ended_at=None) == stranger
