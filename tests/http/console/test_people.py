"""Inviting people to an account, changing what they may, and letting them go."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client
from tests.factories.accounts import make_account, make_person, make_user
from tests.factories.catalog import make_app, make_published_version
from tests.factories.installs import PARTNER_PROGRAM, order
from tests.factories.mail import deliver, link_in

from fondaco.accounts.models import Invitation, User
from fondaco.installs.actions import answer_operation
from fondaco.installs.auto_install import AutoInstall
from fondaco.installs.snapshots import Rule

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(client: Client) -> User:
    user = make_user()
    client.force_login(user.person)
    return user


def role_of(user: User, key: str) -> str:
    return user.account.roles.get(key=key).pk.hex


def test_people_are_listed_with_their_roles(client: Client, ada: User) -> None:
    samir = make_user(ada.account, role="supervisor")
    stranger = make_user(role="agent", person=make_person("Zoe Stranger"))
    text = client.get("/people").content.decode()
    assert "2 people belong to this account." in text
    assert samir.person.email in text
    assert "Supervisor" in text
    assert stranger.person.email not in text


def test_one_that_is_taken_back_on_the_list_of_people_leads_back_there(client: Client, ada: User) -> None:
    client.post("/people/invite", {"name": "Ben", "email": "ben@people.example", "role": role_of(ada, "agent")})
    [entry] = re.findall(r'<input type="hidden" name="back" value="(\w+)">', client.get("/people").content.decode())
    answer = client.post(f"/people/invitations/{Invitation.objects.get().pk.hex}/withdraw", {"back": entry})
    assert (answer.status_code, answer["Location"]) == (302, "/people")
    assert Invitation.objects.get().status == "withdrawn"


def test_who_chooses_no_role_gives_the_one_that_allows_least(client: Client, ada: User) -> None:
    page = client.get("/people/invite").content.decode()
    [chosen] = [each for each in re.findall(r"<input[^>]*>", page) if " checked" in each]
    assert f'value="{role_of(ada, "agent")}"' in chosen
    for words in ("Admin: everything, always", "Supervisor: AppConnect visible, Launch,", "Agent: nothing yet"):
        assert words in page


def test_an_invitation_is_mailed_and_can_be_taken_back(client: Client, ada: User) -> None:
    entries = {"name": "Ben Ito", "email": "ben@people.example", "role": role_of(ada, "agent")}
    assert client.post("/people/invite", entries)["Location"] == "/people"
    [letter] = deliver()
    assert letter.to == ["ben@people.example"]
    invitation = Invitation.objects.get()
    assert invitation.role == role_of(ada, "agent")
    assert "Agent" in client.get("/people").content.decode()

    answer = client.post(f"/people/invitations/{invitation.pk.hex}/withdraw")
    assert (answer.status_code, answer["Location"]) == (302, "/people/invitations")

    invitation.refresh_from_db()
    assert invitation.status == "withdrawn"
    assert "was taken back" in client.get("/people/invitations").content.decode()
    assert Client().get(link_in(letter)).status_code == 409


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"email": "ben"}, "email"),
        ({"role": "0" * 32}, "role"),
        ({"role": ""}, "role"),
    ],
)
def test_one_error_at_the_field_and_the_rest_is_kept(
    client: Client, ada: User, changes: dict[str, str], field: str
) -> None:
    entries = {"name": "Ben Ito", "email": "ben@people.example", "role": role_of(ada, "agent"), **changes}
    response = client.post("/people/invite", entries)
    text = response.content.decode()
    assert response.status_code == 422
    assert f'id="id_{field}_error"' in text
    assert all(value in text for name, value in entries.items() if name != field)
    assert not Invitation.objects.exists()


def test_who_is_here_or_invited_is_not_invited_again(client: Client, ada: User) -> None:
    entries = {"name": "Ada", "email": ada.person.email, "role": role_of(ada, "agent")}
    assert client.post("/people/invite", entries).status_code == 409
    entries["email"] = "ben@people.example"
    assert client.post("/people/invite", entries).status_code == 302
    response = client.post("/people/invite", entries)
    assert response.status_code == 409
    assert "is still open" in response.content.decode()
    assert Invitation.objects.count() == 1


def test_a_role_is_changed(client: Client, ada: User) -> None:
    samir = make_user(ada.account, role="supervisor")
    assert client.get(f"/people/{samir.pk}").status_code == 200
    assert client.post(f"/people/{samir.pk}", {"role": role_of(ada, "agent")})["Location"] == "/people"
    samir.refresh_from_db()
    assert samir.role.key == "agent"
    assert "Agent · in this account since " in client.get(f"/people/{samir.pk}").content.decode()


def test_deactivating_and_back(client: Client, ada: User) -> None:
    samir = make_user(ada.account, role="supervisor")
    client.post(f"/people/{samir.pk}/deactivate")
    samir.refresh_from_db()
    assert not samir.is_active
    theirs = Client()
    theirs.force_login(samir.person)
    assert theirs.get("/people").status_code == 403
    client.post(f"/people/{samir.pk}/reactivate")
    assert theirs.get("/people").status_code == 200


def test_T26_the_last_admin_is_refused_with_the_reason(client: Client, ada: User) -> None:
    for path, entries in (
        (f"/people/{ada.pk}", {"role": role_of(ada, "agent")}),
        (f"/people/{ada.pk}/deactivate", {}),
    ):
        response = client.post(path, entries)
        assert response.status_code == 409
        assert "is the last administrator" in response.content.decode()
    ada.refresh_from_db()
    assert ada.is_active
    assert ada.role.key == "admin"


def test_who_may_look_may_not_change(client: Client, ada: User) -> None:
    samir = make_user(ada.account, role="supervisor")
    client.force_login(samir.person)
    text = client.get("/people").content.decode()
    assert "/people/invite" not in text
    for path in ("/people/invite", f"/people/{ada.pk}"):
        assert client.get(path).status_code == 403
    for path in ("/people/invite", f"/people/{ada.pk}", f"/people/{ada.pk}/deactivate", f"/people/{ada.pk}/reactivate"):
        assert client.post(path, {"role": role_of(ada, "agent")}).status_code == 403
    ada.refresh_from_db()
    assert ada.is_active


def test_strangers_find_nothing(client: Client, ada: User) -> None:
    assert Client().get("/people")["Location"] == "/account/login/?next=/people"
    agnes = make_user(make_account(), role="agent")
    for path in (f"/people/{agnes.pk}", "/people/nobody"):
        assert client.get(path).status_code == 404
    for path in (f"/people/{agnes.pk}/deactivate", f"/people/invitations/{'0' * 32}/withdraw"):
        assert client.post(path).status_code == 404
    agnes.refresh_from_db()
    assert agnes.is_active
    client.force_login(agnes.person)
    assert client.get("/people").status_code == 403


def test_the_page_asks_a_fixed_number_of_times(client: Client, ada: User, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    for _ in range(30):
        make_user(ada.account, role="agent")
    with django_assert_max_num_queries(12):
        assert client.get("/people").status_code == 200


def test_T27_before_somebody_gets_a_role_one_reads_which_apps_follow_and_what_that_costs(
    client: Client, ada: User
) -> None:
    samir = make_user(ada.account, role="supervisor")
    agents: Rule = {"filter": "role", "match": "agent"}
    for name, plan, auto in (
        ("Costly", "Team", AutoInstall((agents,), 9)),
        ("Everyone's", "Trial", AutoInstall(({"filter": "all", "match": ""},), 9)),
        ("Full", "Team", AutoInstall((agents,), 2)),
        ("Nobody's", "Team", AutoInstall()),
    ):
        version = make_published_version(make_app(name=name))
        operation = order(version, [ada, samir], plan=plan, auto_install=auto)
        answer_operation(actor=PARTNER_PROGRAM, installation=operation.installation, decision="approve")
    olga = make_user(ada.account, role="supervisor", person=make_person("Olga Other"))
    for path in ("/people/invite", f"/people/{olga.pk}"):
        page = " ".join(re.sub(r"<[^>]+>", " ", unescape(client.get(path).content.decode())).split())
        assert "Costly Agent · one more licence, $18.00 a month" in page
        assert "Everyone's everybody · at no extra cost" in page
        assert "Full Agent · its limit is reached, so nobody more gets one" in page
        assert "Nobody's" not in page
    page = " ".join(re.sub(r"<[^>]+>", " ", unescape(client.get(f"/people/{samir.pk}").content.decode())).split())
    assert ("Costly Agent · has a licence already" in page, "one more licence" in page) == (True, False)


def test_who_takes_their_own_rights_away_is_not_told_that_nothing_was_changed(client: Client, ada: User) -> None:
    make_user(ada.account)  # another administrator, so that one may go
    answer = client.post(f"/people/{ada.pk}", {"role": role_of(ada, "agent")}, follow=True)
    ada.refresh_from_db()
    assert ada.role.key == "agent"
    assert answer.redirect_chain == [("/home", 302), ("/my-apps", 302)]
    text = unescape(answer.content.decode())
    assert f"{ada.person.name} is Agent now." in text
    assert "You may not do this. Nothing was changed." not in text


def test_who_deactivates_themselves_goes_to_what_is_left_to_them(client: Client, ada: User) -> None:
    samir = make_user(ada.account)
    other = make_user(person=ada.person)
    warning = "You leave this account with the click, and only somebody else of it can let you in again."
    client.post("/place", {"place": f"account:{ada.account_id}"})
    assert f'data-confirm="{warning}"' in client.get(f"/people/{ada.pk}").content.decode()
    assert "data-confirm" not in client.get(f"/people/{samir.pk}").content.decode()
    answer = client.post(f"/people/{ada.pk}/deactivate", follow=True)
    ada.refresh_from_db()
    assert not ada.is_active
    assert answer.redirect_chain == [("/home", 302), ("/my-apps", 302)]
    text = unescape(answer.content.decode())
    assert f"{ada.person.name} can no longer enter." in text
    assert other.account.company_name in text


def test_who_may_invite_but_not_look_is_told_that_it_was_done(client: Client, ada: User) -> None:
    inviter = ada.account.roles.create(name="Inviter", permissions=["people.manage", "apps.view"])
    User.objects.filter(pk=ada.pk).update(role=inviter)
    entries = {"name": "Ben", "email": "ben@people.example", "role": inviter.pk.hex}
    answer = client.post("/people/invite", entries, follow=True)
    assert Invitation.objects.get().status == "pending"
    assert answer.redirect_chain == [("/home", 302), ("/my-apps", 302)]
    assert "The invitation is on its way to ben@people.example." in unescape(answer.content.decode())
