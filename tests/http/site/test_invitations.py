"""An invitation opened by who has no login, by who has one, and by somebody else."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from tests.factories.accounts import PASSWORD, SYSTEM, actor_for, make_person, make_user
from tests.factories.mail import deliver, link_in
from tests.factories.partners import make_member

from fondaco.accounts.actions import deactivate_user, invite_user, withdraw_invitation
from fondaco.accounts.models import Invitation, Person, User
from fondaco.audit.models import Event
from fondaco.identity.models import LoginSession
from fondaco.partners.actions import invite_member
from fondaco.partners.models import Member, MemberRole

# Real commits: signing in opens a transaction of its own.
pytestmark = pytest.mark.django_db(transaction=True)


def invited(email: str = "ben@people.example") -> tuple[Invitation, str]:
    ada = make_user()
    invitation = invite_user(
        actor=actor_for(ada.person),
        by=ada,
        account=ada.account,
        email=email,
        name="Ben Ito",
        role=ada.account.roles.get(key="supervisor"),
    )
    return invitation, link_in(deliver()[-1])


def test_who_has_no_login_sets_a_password_and_is_in(client: Client) -> None:
    invitation, path = invited()
    page = client.get(path).content.decode()
    assert "Join Harbour Bank" in page
    assert "as Supervisor" in page
    assert "at least 10 characters" in page

    response = client.post(path, {"name": "Ben Ito", "password": PASSWORD})

    ben = Person.objects.get(email="ben@people.example")
    assert (response.status_code, response["Location"]) == (302, "/my-apps")
    assert client.session["_auth_user_id"] == ben.pk.hex or client.session["_auth_user_id"] == str(ben.pk)
    assert client.session["place"] == f"account:{invitation.place_id}"
    assert LoginSession.objects.get().person == ben
    assert User.objects.get(person=ben).role.key == "supervisor"
    assert ben.check_password(PASSWORD)


def test_a_partner_member_lands_in_the_portal(client: Client) -> None:
    mara = make_member()
    invite_member(
        actor=actor_for(mara.person), by=mara, email="devi@people.example", name="Devi", role=MemberRole.DEVELOPER
    )
    path = link_in(deliver()[-1])
    assert "as Developer" in client.get(path).content.decode()

    response = client.post(path, {"name": "Devi Rao", "password": PASSWORD})

    assert response["Location"] == "/portal/"
    assert client.session["place"] == f"partner:{mara.partner_id.hex}"
    assert Member.objects.get(person__email="devi@people.example").role == "developer"


@pytest.mark.parametrize(
    ("entries", "field"),
    [
        ({"name": "Ben", "password": "password"}, "password"),
        ({"name": "Ben", "password": ""}, "password"),
        ({"name": "", "password": PASSWORD}, "name"),
        ({"name": "x" * 101, "password": PASSWORD}, "name"),
    ],
)
def test_a_wrong_field_is_told_and_nobody_is_made(client: Client, entries: dict[str, str], field: str) -> None:
    invitation, path = invited()

    response = client.post(path, entries)

    text = response.content.decode()
    assert response.status_code == 422
    assert f'id="id_{field}_error"' in text
    assert "What you typed is kept, but no password or secret." in text
    assert not entries["password"] or f'value="{entries["password"]}"' not in text
    assert not Person.objects.filter(email=invitation.email).exists()
    invitation.refresh_from_db()
    assert invitation.status == "pending"
    assert "_auth_user_id" not in client.session


def test_who_has_a_login_signs_in_first_and_keeps_it(client: Client) -> None:
    ben = make_person("Ben Ito", email="ben@people.example", password=PASSWORD)
    _, path = invited()
    page = client.get(path).content.decode()
    assert f"/account/login/?next={path}" in page
    assert client.post(path, {"name": "Evil", "password": "other-good-password"}).status_code == 422
    assert not User.objects.filter(person=ben).exists(), "a link alone does not act for someone with a login"

    client.force_login(ben)
    assert client.post(path)["Location"] == "/my-apps"

    ben.refresh_from_db()
    assert ben.name == "Ben Ito"
    assert ben.check_password(PASSWORD)
    assert User.objects.filter(person=ben).count() == 1


def test_somebody_else_is_told_to_sign_out(client: Client) -> None:
    invitation, path = invited()
    client.force_login(make_person("Sly"))
    assert "sign out" in client.get(path).content.decode().lower()

    client.post(path, {"name": "Sly", "password": PASSWORD})

    invitation.refresh_from_db()
    assert invitation.status == "pending"
    assert not Person.objects.filter(email="ben@people.example").exists()


def test_a_link_that_was_used_or_taken_back_says_so(client: Client) -> None:
    invitation, path = invited()
    ada = User.objects.get()
    withdraw_invitation(actor=actor_for(ada.person), by=ada, invitation=invitation)
    response = client.get(path)
    assert response.status_code == 409
    assert "can no longer be used" in response.content.decode()
    assert client.get("/invitations/forged").status_code == 409


def test_who_was_named_by_a_companys_provider_only_names_themselves(client: Client) -> None:
    ben = make_person("Fondaco Support", email="ben@people.example")  # without a password
    make_user(person=ben)
    _invitation, path = invited()
    assert client.post(path, {"name": "Ben Ito", "password": PASSWORD})["Location"] == "/my-apps"
    ben.refresh_from_db()
    assert ben.name == "Ben Ito"
    assert Event.objects.get(kind="person.renamed").data == {"from": "Fondaco Support", "to": "Ben Ito"}


def test_the_link_of_who_has_joined_leads_in_and_sends_nobody_back_for_another(client: Client) -> None:
    _invitation, path = invited()
    assert client.post(path, {"name": "Ben Ito", "password": PASSWORD})["Location"] == "/my-apps"
    ben = Person.objects.get(email="ben@people.example")
    make_member(person=ben)
    client.get("/portal/")  # he works elsewhere by now
    assert client.get(path)["Location"] == "/my-apps"
    assert "You have joined already." in client.get("/home", follow=True).content.decode()
    deactivate_user(actor=SYSTEM, by=User.objects.get(person__name="Ada Adler"), user=ben.users.get())
    assert client.get(path)["Location"] == "/home"
    stranger = Client()
    stranger.force_login(make_user().person)
    for browser, way_on in ((Client(), reverse("account_login")), (stranger, "/")):
        answer = browser.get(path)
        assert answer.status_code == 409
        html = answer.content.decode()
        assert "was accepted already" in html
        assert "Ask the person who invited you" not in html
        assert f'class="button primary" href="{way_on}"' in html
        assert browser.post(path, {"name": "Eve", "password": PASSWORD}).status_code == 409
    assert Person.objects.get(email="ben@people.example").name == "Ben Ito"
