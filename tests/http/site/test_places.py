"""One person in several places: the switcher, mailed links, and what ends when a place does."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from tests.factories.accounts import PASSWORD, SYSTEM, make_account, make_operator, make_person, make_user
from tests.factories.installs import make_completed
from tests.factories.mail import deliver, link_in
from tests.factories.partners import make_member

from fondaco.accounts.actions import deactivate_operator, deactivate_user, invite_user
from fondaco.accounts.models import Operator, Person, User
from fondaco.accounts.permissions import OperatorRole
from fondaco.identity.models import LoginSession
from fondaco.partners.actions import invite_member, remove_member
from fondaco.partners.models import MemberRole

pytestmark = pytest.mark.django_db


@pytest.fixture
def olga(client: Client) -> Person:
    """Admin of two accounts, member of a partner, operator."""
    person = make_person("Olga Other", email="olga@people.example", password=PASSWORD)
    for name in ("Harbour Bank", "Lumen Bank"):
        make_user(make_account(company_name=name), person=person)
    make_member(person=person)
    make_operator(OperatorRole.SUPPORT, person=person)
    client.force_login(person)
    return person


def seat(person: Person, company: str) -> User:
    return person.users.get(account__company_name=company)


def test_the_switcher_goes_to_every_place_and_no_other(client: Client, olga: Person) -> None:
    harbour, lumen = seat(olga, "Harbour Bank"), seat(olga, "Lumen Bank")
    member = olga.memberships.get()
    homes = {
        f"account:{harbour.account_id}": "/my-apps",
        f"account:{lumen.account_id}": "/my-apps",
        f"partner:{member.partner_id.hex}": "/portal/",
        "operator:staff": "/backoffice/",
    }
    for key, home in homes.items():
        assert client.post("/place", {"place": key})["Location"] == home
        text = client.get(home).content.decode()
        assert all(f'value="{one}"' in text for one in homes)
    client.post("/place", {"place": f"account:{lumen.account_id}"})
    assert "Lumen Bank" in client.get("/people").content.decode()
    stranger = make_user()
    for key in (f"account:{stranger.account_id}", "partner:nope", "operator:", ""):
        assert client.post("/place", {"place": key}).status_code == 404


def test_a_mailed_link_enters_the_account_that_it_is_about(client: Client, olga: Person) -> None:
    harbour, lumen = seat(olga, "Harbour Bank"), seat(olga, "Lumen Bank")
    deliver()
    installation = make_completed(lumen.account)
    letter = next(one for one in deliver() if olga.email in one.to)
    assert "place=account:" in letter.body
    client.post("/place", {"place": f"account:{harbour.account_id}"})
    path = f"/my-apps/{installation.pk.hex}"
    assert client.get(path).status_code == 404  # of Lumen, while Olga stands in Harbour
    assert client.get(link_in(letter)).status_code == 200
    assert client.session["place"] == f"account:{lumen.account_id}"
    assert client.get(path).status_code == 200
    visitor = Client()
    asked = visitor.get(f"{path}?place=account:{lumen.account_id}")["Location"]
    assert "place%3Daccount%253A" in asked or "place%3Daccount%3A" in asked


def test_a_link_to_a_place_of_others_changes_nothing(client: Client, olga: Person) -> None:
    client.post("/place", {"place": f"account:{seat(olga, 'Harbour Bank').account_id}"})
    stranger = make_user(make_account(company_name="Pilot Air"))
    text = client.get(f"/people?place=account:{stranger.account_id}").content.decode()
    assert "Harbour Bank" in text
    assert "Pilot Air" not in text
    lumen = seat(olga, "Lumen Bank").account_id
    client.post(f"/theme?place=account:{lumen}", {"theme": "dark"})
    assert client.session["place"] == f"account:{seat(olga, 'Harbour Bank').account_id}"


def test_each_place_ends_at_once_and_the_session_with_the_last(client: Client, olga: Person) -> None:
    for company in ("Harbour Bank", "Lumen Bank"):
        user = seat(olga, company)
        client.post("/place", {"place": f"account:{user.account_id}"})
        by = make_user(user.account, person=make_person("Ada"))
        deactivate_user(actor=SYSTEM, by=by, user=user)
        assert client.session["place"] == f"account:{user.account_id}"
        assert company not in client.get("/home", follow=True).content.decode()
    assert client.get("/people").status_code == 403
    member = olga.memberships.get()
    remove_member(actor=SYSTEM, by=make_member(member.partner, person=make_person("Mara")), member=member)
    assert client.get("/portal/").status_code == 403
    assert LoginSession.objects.get(person=olga).ended_at is None
    assert client.get("/backoffice/").status_code == 200
    deactivate_operator(actor=SYSTEM, by=make_operator(), operator=Operator.objects.get(person=olga))
    assert client.get("/backoffice/").status_code in {302, 403}
    assert LoginSession.objects.get(person=olga).ended_at is not None


def test_joining_a_second_account_and_a_partner_with_one_login(client: Client) -> None:
    first, second, mara = make_user(), make_user(), make_member()
    ben = make_person("Ben Ito", email="ben@people.example", password=PASSWORD)
    make_user(first.account, role="agent", person=ben)
    role = second.account.roles.get(key="agent")
    invite_user(actor=SYSTEM, by=second, account=second.account, email=ben.email, name="Ben", role=role)
    invite_member(actor=SYSTEM, by=mara, email=ben.email, name="Ben", role=MemberRole.DEVELOPER)
    paths = [link_in(letter) for letter in deliver()]

    other = Client()
    other.force_login(make_person("Sly"))
    for path in paths:
        text = " ".join(other.get(path).content.decode().split())
        assert "but the invitation is for ben@people.example. Sign out, then open it again." in text
        assert other.post(path).status_code == 200
    assert ben.users.count() == 1

    client.force_login(ben)
    assert [client.post(path)["Location"] for path in paths] == ["/my-apps", "/portal/"]
    shown = set(re.findall(r'name="place" value="([^"]+)"', client.get("/portal/").content.decode()))
    accounts = [first.account_id, second.account_id, mara.partner.developer_account_id]
    assert shown == {*(f"account:{one}" for one in accounts), f"partner:{mara.partner_id.hex}"}


def test_whoever_is_appointed_by_mail_lands_in_the_backoffice(client: Client) -> None:
    jon = make_operator()
    staff = Client()
    staff.force_login(jon.person)
    entries = {"name": "Noor New", "email": "noor@people.example", "roles": ["support", "finance"]}
    assert staff.post("/backoffice/staff/appoint", entries)["Location"] == "/backoffice/staff"
    page = staff.get("/backoffice/staff").content.decode()
    assert "noor@people.example" in page
    [letter] = deliver()
    path = link_in(letter)
    assert "as Support, Finance" in client.get(path).content.decode()
    assert client.post(path, {"name": "Noor New", "password": PASSWORD})["Location"] == "/backoffice/"
    assert Operator.objects.get(person__email="noor@people.example").roles == ["support", "finance"]


def test_staff_who_give_away_the_right_to_decide_about_staff_are_told_that_it_was_done() -> None:
    jon = make_operator()
    make_operator()  # who goes on deciding
    staff = Client()
    staff.force_login(jon.person)
    answer = staff.post(f"/backoffice/staff/{jon.pk.hex}", {"roles": ["support"]}, follow=True)
    jon.refresh_from_db()
    assert jon.roles == ["support"]
    assert answer.redirect_chain == [("/home", 302), ("/backoffice/", 302)]
    assert f"{jon.person.name} was saved." in answer.content.decode()
    assert answer.status_code == 200


def test_whoever_belongs_nowhere_is_told_so_and_not_to_ask_for_a_permission(client: Client) -> None:
    user = make_user(make_account(company_name="Harbour Bank"))
    client.force_login(user.person)
    deactivate_user(actor=SYSTEM, by=make_user(user.account, person=make_person("Ada")), user=user)
    client.force_login(user.person)  # the password is still right
    for page in ("/my-apps", "/portal/", "/backoffice/"):
        answer = client.get(page)
        assert answer.status_code == 403
        html = answer.content.decode()
        assert "You belong to no organisation at the moment" in html
        assert "You may not do this" not in html


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("/my-apps", "belongs to an account"),
        ("/portal/", "belongs to a partner"),
        ("/backoffice/", "for the platform&#39;s staff"),
    ],
)
def test_a_page_of_another_kind_of_place_leads_back_to_ones_own(client: Client, page: str, words: str) -> None:
    people = {
        "/my-apps": (make_operator(OperatorRole.SUPPORT).person, "Go to Fondaco", "/backoffice/"),
        "/portal/": (make_user(make_account(company_name="Harbour Bank")).person, "Go to Harbour Bank", "/my-apps"),
        "/backoffice/": (make_member().person, "Go to ", "/portal/"),
    }
    person, label, home = people[page]
    client.force_login(person)
    answer = client.get(page)
    assert answer.status_code == 403
    html = answer.content.decode()
    assert words in html
    assert label in html
    assert f'href="{home}"' in html
