"""Asking for a new password: a letter of ours with a link of ours, to people here and to nobody else."""

from __future__ import annotations

import logging
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import allauth
import pytest
from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob
from tests.factories.accounts import PASSWORD, SYSTEM, make_person, make_user
from tests.factories.mail import deliver, find_reset_link

from fondaco.accounts import actions as accounts
from fondaco.accounts.models import Person
from fondaco.identity.actions import change_password
from fondaco.kit import clock
from fondaco.notify.letters import write
from fondaco.notify.mails.password_reset import MAIL

pytestmark = pytest.mark.django_db(transaction=True)
RESET, NEW = "/account/password/reset/", "harbour-lantern-42"
STRANGER = "nobody@people.example"


@pytest.fixture
def person() -> Person:
    person = make_person("Ada Adler", password=PASSWORD)
    make_user(person=person)
    return person


def ask(email: str, **request: str) -> str:
    """Asks for a link; the page that answers."""
    client = Client(**request)
    answer: Any = client.post(RESET, {"email": email}, follow=True)
    assert answer.redirect_chain == [(f"{RESET}done/", 302)]
    return re.sub(r'X-CSRFToken": "\w+"', "", answer.content.decode())


def set_new(link: str, password: str = NEW) -> Client:
    """Opens the link and sets a password."""
    client = Client()
    form = client.get(link).headers["Location"]
    answer = client.post(form, {"password1": password, "password2": password})
    assert answer.headers["Location"] == f"{RESET}key/done/"
    return client


@pytest.mark.parametrize("host", ["localhost:6666", "127.0.0.1:8310", "testserver"])
def test_the_letter_leads_to_our_own_address_whatever_host_was_asked(person: Person, host: str) -> None:
    ask(person.email, HTTP_HOST=host)
    with clock.freeze(datetime(2026, 5, 4, 10, 0, tzinfo=UTC)):
        [letter] = deliver()
    assert isinstance(letter, EmailMultiAlternatives)
    text, [html] = str(letter.body), [str(part.content) for part in letter.alternatives]
    link = find_reset_link(letter)
    assert re.fullmatch(
        rf"{re.escape(settings.SITE_URL)}/account/password/reset/key/{person.pk.hex}-[0-9a-z]+-[0-9a-f]+/", link
    )
    assert re.findall(r"https?://\S+", text.partition("\n-- \n")[0]) == [link]
    assert re.findall(r'href="([^"]+)"', html) == [link]
    assert host not in letter.subject + text + html
    assert (letter.to, letter.subject) == ([person.email], "Choose a new password")
    assert "Hello Ada Adler," in text
    assert "until 7 May 2026, 10:00 UTC" in text


def test_the_link_works_once_and_the_new_password_signs_in(person: Person) -> None:
    ask(person.email.upper())
    [letter] = deliver()
    link = find_reset_link(letter)
    set_new(link)
    client = Client()
    client.post("/account/login/", {"login": person.email, "password": NEW})
    assert client.session["_auth_user_id"] == str(person.pk)
    assert "This link no longer opens" in Client().get(link).content.decode()


def test_who_is_not_here_or_has_left_gets_nothing_and_reads_the_same(person: Person, mailoutbox: list[Any]) -> None:
    gone = make_person("Gus Gone", password=PASSWORD)
    Person.objects.filter(pk=gone.pk).update(is_active=False)
    asked = {email: _ask_and_count(email, f"192.0.2.{n}") for n, email in enumerate((STRANGER, gone.email), 1)}
    assert deliver() == mailoutbox == []
    known = _ask_and_count(person.email, "192.0.2.9")
    assert asked == {STRANGER: known, gone.email: known}  # the same page, and the same work until it is there
    assert [letter.to for letter in deliver()] == [[person.email]]


def test_the_queue_holds_neither_link_nor_address(person: Person) -> None:
    for email in (person.email, STRANGER):
        ask(email)
    known, unknown = (job.args for job in ProcrastinateJob.objects.order_by("id"))
    assert known == {"mail": "password_reset", "subject_id": person.pk.hex}
    assert unknown == {"mail": "password_reset", "subject_id": UUID(unknown["subject_id"]).hex}
    assert unknown != known


def _ask_and_count(email: str, address: str) -> tuple[str, list[str]]:
    """The page, and what the database was asked for it, without the values."""
    with CaptureQueriesContext(connection) as queries:
        page = ask(email, REMOTE_ADDR=address)
    return page, [re.sub(r"'(?:[^']|'')*'|\b\d+\b", "?", query["sql"]) for query in queries.captured_queries]


def test_the_letter_says_what_is_true_when_it_is_written(person: Person) -> None:
    """The queue may stand still for hours. A link is made last, so it is never that of an older password."""
    assert MAIL.name == "password_reset"
    ask(person.email)
    change_password(actor=SYSTEM, person=person, password="another-lantern-43")
    asked = accounts.request_email_change(actor=SYSTEM, person=person, email="ada.new@people.example")
    accounts.confirm_email(actor=SYSTEM, address=asked)
    [letter] = [letter for letter in deliver() if letter.subject == "Choose a new password"]
    assert letter.to == ["ada.new@people.example"]
    set_new(find_reset_link(letter))
    person.refresh_from_db()
    assert person.check_password(NEW)
    ask(person.email)
    Person.objects.filter(pk=person.pk).update(is_active=False)
    assert write(MAIL, person.pk) is None
    assert [letter for letter in deliver() if letter.subject == "Choose a new password"] == []


def test_a_link_dies_with_a_sign_in_and_with_the_password_and_the_address_that_it_was_made_for(person: Person) -> None:
    links = []
    for _ in range(2):
        ask(person.email)
        links.append(find_reset_link(*deliver()))
    Client().post("/account/login/", {"login": person.email, "password": PASSWORD})
    assert all("This link no longer opens" in Client().get(link).content.decode() for link in links)
    ask(person.email)
    link = next(find_reset_link(letter) for letter in deliver() if letter.subject == "Choose a new password")
    assert Client().get(link).status_code == 302
    change_password(actor=SYSTEM, person=person, password="another-lantern-43")
    assert "This link no longer opens" in Client().get(link).content.decode()
    ask(person.email)
    [link] = [find_reset_link(letter) for letter in deliver() if letter.subject == "Choose a new password"]
    asked = accounts.request_email_change(actor=SYSTEM, person=person, email="ada.new@people.example")
    accounts.confirm_email(actor=SYSTEM, address=asked)
    assert "This link no longer opens" in Client().get(link).content.decode()


def test_an_old_address_opens_nothing_any_more(person: Person) -> None:
    old = person.email
    ask(old)
    link = find_reset_link(*deliver())
    assert Client().get(link).status_code == 302
    asked = accounts.request_email_change(actor=SYSTEM, person=person, email="ada.new@people.example")
    accounts.confirm_email(actor=SYSTEM, address=asked)
    deliver()
    ask(old)
    assert deliver() == []
    client = Client()
    client.post("/account/login/", {"login": old, "password": PASSWORD})
    assert "_auth_user_id" not in client.session
    assert list(EmailAddress.objects.values_list("email", "verified", "primary")) == [
        ("ada.new@people.example", True, True)
    ]
    client.post("/account/login/", {"login": "ada.new@people.example", "password": PASSWORD})
    assert client.session["_auth_user_id"] == str(person.pk)


def test_nobody_who_signs_up_gets_a_mail(person: Person, mailoutbox: list[Any]) -> None:
    for email in (person.email, STRANGER):
        answer = Client().post("/account/signup/", {"email": email, "password1": NEW, "password2": NEW})
        assert answer.status_code == 200
    assert deliver() == mailoutbox == []
    assert not Person.objects.filter(email=STRANGER).exists()


STOCK = sorted(
    str(path.relative_to(path.parents[2])).removesuffix("_message.txt")
    for path in Path(allauth.__file__).parent.glob("**/templates/*/email/*_message.txt")
)


@pytest.mark.parametrize("template", STOCK)
def test_mails_of_the_library_are_refused(
    person: Person, template: str, mailoutbox: list[Any], caplog: pytest.LogCaptureFixture
) -> None:
    """What stands in its own words, and with links made of the request, never leaves, whatever asks for it."""
    with caplog.at_level(logging.ERROR, "fondaco"):
        get_adapter(RequestFactory().get("/")).send_mail(template, person.email, {"user": person})
    assert mailoutbox == deliver() == []
    [record] = caplog.records
    assert template in record.getMessage()
    assert person.email not in record.getMessage()


def test_there_are_mails_of_the_library_to_refuse() -> None:
    assert {"account/email/password_reset_key", "account/email/unknown_account", "mfa/email/totp_activated"} < set(
        STOCK
    )
