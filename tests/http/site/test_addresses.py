"""Whose address is proven: who signs in with it, who is mailed, and what a link does in whose browser."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Barrier

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import connection
from django.test import Client
from pytest_django.fixtures import Settings
from tests.factories.accounts import PASSWORD, SYSTEM, actor_for, make_factor, make_person, make_user
from tests.factories.mail import deliver, link_in
from tests.racing import at_once

from fondaco.accounts import actions
from fondaco.accounts.errors import EmailLinkOver
from fondaco.accounts.models import Person
from fondaco.accounts.queries import confirmation_key, find_pending_email
from fondaco.audit.models import Event
from fondaco.identity.actions import add_authenticator_app
from fondaco.identity.models import LoginSession
from fondaco.kit import clock, deadlines
from fondaco.notify.letters import write
from fondaco.notify.mails.password_reset import MAIL as RESET
from fondaco.surfaces.site.viewer import FEDERATION

pytestmark = pytest.mark.django_db(transaction=True)
SENT = "/account/confirm-email/"


@pytest.fixture(autouse=True)
def _outbox(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def ada() -> Person:
    return make_user(person=make_person("Ada Adler", password=PASSWORD)).person


def sign_in(person: Person, email: str = "") -> Client:
    client = Client()
    client.post("/account/login/", {"login": email or person.email, "password": PASSWORD})
    return client


def rows(person: Person) -> list[tuple[str, bool, bool]]:
    return list(EmailAddress.objects.filter(user=person).order_by("pk").values_list("email", "verified", "primary"))


@pytest.mark.parametrize("left", ["a row that says no", "no row"])
def test_an_address_that_is_not_proven_signs_nobody_in_until_its_mail_was_answered(ada: Person, left: str) -> None:
    if left == "no row":  # what a process of the version before leaves while both run
        EmailAddress.objects.filter(user=ada).delete()
    else:
        EmailAddress.objects.filter(user=ada).update(verified=False)
    client = Client()
    answer = client.post("/account/login/", {"login": ada.email, "password": PASSWORD}, follow=True)
    assert answer.redirect_chain == [(SENT, 302)]
    page = answer.content.decode()
    assert "nobody has said so far that this address is yours" in page
    assert "Confirmation email" not in page, "no words of the library"
    assert not LoginSession.objects.exists()
    assert client.get("/my-apps").headers["Location"].startswith("/account/login/")
    [letter] = deliver()
    assert (letter.to, letter.subject) == ([ada.email], "Confirm your address")
    link = link_in(letter)
    elsewhere = Client()
    assert "Someone signed in with" in elsewhere.get(link).content.decode()
    assert not EmailAddress.objects.filter(user=ada, verified=True).exists()
    assert elsewhere.post(link).headers["Location"] == "/you"
    assert "_auth_user_id" not in elsewhere.session, "a link proves an address and signs nobody in"
    assert rows(ada) == [(ada.email, True, True)]
    assert Event.objects.get(kind="person.email_proven").data == {"email": ada.email}
    assert not Event.objects.filter(kind="person.email_changed").exists()
    assert elsewhere.post(link).status_code == 409
    assert sign_in(ada).session["_auth_user_id"] == str(ada.pk)


def test_proving_the_address_that_one_has_leaves_a_change_waiting(ada: Person) -> None:
    EmailAddress.objects.filter(user=ada).delete()
    change = actions.request_email_change(actor=actor_for(ada), person=ada, email="ada@new.example")
    deliver()
    sign_in(ada)
    [letter] = deliver()
    assert letter.to == [ada.email]
    assert Client().post(link_in(letter)).status_code == 302
    assert rows(ada) == [("ada@new.example", False, False), (ada.email, True, True)]
    assert actions.confirm_email(actor=SYSTEM, address=change).email == "ada@new.example"
    assert rows(ada) == [("ada@new.example", True, True)]


def test_a_wrong_password_says_nothing_about_an_address_that_is_not_proven(ada: Person) -> None:
    EmailAddress.objects.filter(user=ada).update(verified=False)
    answer = Client().post("/account/login/", {"login": ada.email, "password": "wrong"})
    assert answer.status_code == 200
    assert "Address and password do not go together" in answer.content.decode()
    assert deliver() == []


def test_whoever_has_the_password_has_five_letters_an_hour_sent(ada: Person) -> None:
    EmailAddress.objects.filter(user=ada).update(verified=False)
    for _ in range(7):
        sign_in(ada)
    assert [letter.to for letter in deliver()] == [[ada.email]] * 5


def test_who_is_signed_in_waits_for_no_letter(ada: Person) -> None:
    client = sign_in(ada)
    assert client.get(SENT).headers["Location"] == "/you"
    assert "You are not signed in yet" in Client().get(SENT).content.decode()


def test_who_has_not_proven_an_address_gets_no_letter_for_a_new_password(ada: Person) -> None:
    EmailAddress.objects.filter(user=ada).update(verified=False)
    answer = Client().post("/account/password/reset/", {"email": ada.email})
    assert answer.headers["Location"] == "/account/password/reset/done/"
    assert deliver() == []
    assert write(RESET, ada.pk) is None, "nor one that was asked for before"


def test_an_address_that_waits_neither_signs_in_nor_gets_letters(ada: Person) -> None:
    actions.request_email_change(actor=actor_for(ada), person=ada, email="ada@new.example")
    deliver()
    assert "_auth_user_id" not in sign_in(ada, "ada@new.example").session
    Client().post("/account/password/reset/", {"email": "ada@new.example"})
    assert deliver() == []
    assert sign_in(ada).session["_auth_user_id"] == str(ada.pk)


def test_a_change_that_waits_keeps_nobody_from_a_second_factor(ada: Person) -> None:
    actions.request_email_change(actor=actor_for(ada), person=ada, email="ada@new.example")
    client = sign_in(ada)
    assert client.get("/account/2fa/app/").status_code == 200
    answer = client.post("/account/2fa/app/", {"code": "000000"})
    assert "verified your email" not in answer.content.decode()
    add_authenticator_app(actor=actor_for(ada), person=ada, secret="JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    assert find_pending_email(ada) is not None


def test_a_change_that_nobody_confirms_is_over_after_a_day(ada: Person) -> None:
    address = actions.request_email_change(actor=actor_for(ada), person=ada, email="ada@new.example")
    link = f"/account/confirm-email/{confirmation_key(address)}/"
    with clock.travel(timedelta(hours=23)):
        assert deadlines.sweep_once() == 0
        assert Client().get(link).status_code == 200
    with clock.travel(timedelta(days=1, seconds=1)):
        assert deadlines.sweep_once() == 1
    assert Client().post(link).status_code == 409
    assert rows(ada) == [(ada.email, True, True)]
    over = Event.objects.get(kind="person.email_change_withdrawn")
    assert (over.actor_label, over.data) == ("sweeper", {"to": "ada@new.example"})


def test_a_later_change_has_its_own_day_and_a_confirmed_one_leaves_nothing_to_end(ada: Person) -> None:
    actions.request_email_change(actor=actor_for(ada), person=ada, email="one@new.example")
    with clock.travel(timedelta(hours=20)):
        second = actions.request_email_change(actor=actor_for(ada), person=ada, email="two@new.example")
    with clock.travel(timedelta(hours=30)):
        assert deadlines.sweep_once() == 0
    actions.confirm_email(actor=SYSTEM, address=second)
    assert rows(ada) == [("two@new.example", True, True)]
    with clock.travel(timedelta(days=3)):
        assert deadlines.sweep_once() == 0


def test_a_link_signs_nobody_out_of_whoevers_browser_it_is_opened_in(ada: Person) -> None:
    sly = make_user(person=make_person("Sly", password=PASSWORD)).person
    address = actions.request_email_change(actor=actor_for(sly), person=sly, email="sly@new.example")
    link = f"/account/confirm-email/{confirmation_key(address)}/"
    client = sign_in(ada)
    assert client.get(link).status_code == 200
    assert client.head(link).status_code == 200
    assert rows(sly) == [(sly.email, True, True), ("sly@new.example", False, False)]
    assert client.post(link).status_code == 302
    assert client.session["_auth_user_id"] == str(ada.pk)
    assert client.get("/my-apps").status_code == 200
    assert rows(ada) == [(ada.email, True, True)]


def test_who_opens_the_link_of_somebody_else_is_not_told_that_their_own_address_changed(ada: Person) -> None:
    sly = make_user(person=make_person("Sly", password=PASSWORD)).person
    address = actions.request_email_change(actor=actor_for(sly), person=sly, email="sly@new.example")
    link = f"/account/confirm-email/{confirmation_key(address)}/"
    page = sign_in(ada).post(link, follow=True).content.decode()
    assert f"Done: sly@new.example is confirmed. Here you are signed in as {ada.email} as before." in page
    assert "from now on you sign in" not in page
    address = actions.request_email_change(actor=actor_for(ada), person=ada, email="ada@new.example")
    page = sign_in(ada).post(f"/account/confirm-email/{confirmation_key(address)}/", follow=True).content.decode()
    assert "Done: from now on you sign in with ada@new.example." in page


def test_a_session_that_a_company_opened_stands_in_no_links_way(ada: Person) -> None:
    """The link needs nobody to be signed in, and who cannot sign in before it is confirmed has no other way."""
    client, account = sign_in(ada), ada.users.get().account
    session = client.session
    session[FEDERATION] = {"account": account.pk, "is_bound": True}
    session.save()
    assert client.get("/you").status_code == 403
    address = actions.request_email_change(actor=actor_for(ada), person=ada, email="ada@new.example")
    link = f"/account/confirm-email/{confirmation_key(address)}/"
    assert "Is this your address?" in client.get(link).content.decode()
    assert rows(ada) == [(ada.email, True, True), ("ada@new.example", False, False)]
    answer = client.post(link, follow=True)
    assert answer.redirect_chain[0] == ("/home", 302)
    assert answer.status_code == 200
    assert "Done: from now on you sign in with ada@new.example." in answer.content.decode()
    assert client.get("/you").status_code == 403


def test_who_has_left_confirms_nothing(ada: Person) -> None:
    address = actions.request_email_change(actor=actor_for(ada), person=ada, email="ada@new.example")
    Person.objects.filter(pk=ada.pk).update(is_active=False)
    with pytest.raises(EmailLinkOver):
        actions.confirm_email(actor=SYSTEM, address=address)
    before = ada.email
    ada.refresh_from_db()
    assert ada.email == before
    assert mail.outbox == []


def test_of_two_who_confirm_one_address_at_once_one_gets_it() -> None:
    people = [make_person("Ada Adler"), make_person("Sly")]
    asked = [actions.request_email_change(actor=SYSTEM, person=one, email="both@new.example") for one in people]
    confirming = [partial(actions.confirm_email, actor=SYSTEM, address=one) for one in asked]
    assert sorted(at_once(*confirming)) == ["done", "email-taken"]
    assert Event.objects.filter(kind="person.email_changed").count() == 1
    [got] = Person.objects.filter(email="both@new.example")
    assert rows(got) == [("both@new.example", True, True)]
    [other] = [one for one in people if one != got]
    assert rows(other) == [(other.email, True, True), ("both@new.example", False, False)]


def test_of_two_clicks_on_one_link_at_once_one_counts(ada: Person) -> None:
    address = actions.request_email_change(actor=SYSTEM, person=ada, email="ada@new.example")
    link, barrier = f"/account/confirm-email/{confirmation_key(address)}/", Barrier(2)

    def click(_number: int) -> int:
        barrier.wait()
        try:
            return Client().post(link).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(click, range(2))) == [302, 409]
    assert Event.objects.filter(kind="person.email_changed").count() == 1


def test_who_joins_by_an_invitation_has_proven_the_address(ada: Person) -> None:
    account = ada.users.get().account
    admin = ada.users.get()
    invitation = actions.invite_user(
        actor=actor_for(ada), by=admin, account=account, email="New@people.example", name="Nia",
        role=account.roles.get(key="agent"),
    )  # fmt: skip
    joined = actions.accept_invitation(actor=SYSTEM, invitation=invitation, name="Nia New", password=PASSWORD)
    assert rows(joined) == [("new@people.example", True, True)]
    assert sign_in(joined).session["_auth_user_id"] == str(joined.pk)


def test_an_invitation_proves_the_address_of_who_was_here_already(ada: Person) -> None:
    other = make_user().account
    EmailAddress.objects.filter(user=ada).update(email="older@people.example")  # left by a version before
    invitation = actions.invite_user(
        actor=SYSTEM, by=other.users.get(), account=other, email=ada.email, name="", role=other.roles.get(key="agent")
    )
    actions.accept_invitation(actor=actor_for(ada), invitation=invitation)
    assert rows(ada) == [(ada.email, True, True)]


def test_a_code_does_not_replace_the_proof(ada: Person) -> None:
    """The stage that asks stands before the one for second factors, so a code alone leads nowhere."""
    make_factor(ada)
    EmailAddress.objects.filter(user=ada).update(verified=False)
    client = sign_in(ada)
    assert client.get("/account/2fa/code/").headers["Location"].startswith("/account/login/")
    assert not LoginSession.objects.exists()
