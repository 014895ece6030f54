"""The pages of roles: what each allows in words, making one, two who edit at once, deleting."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.test import Client
from tests.factories.accounts import SYSTEM, make_person, make_role, make_user

from fondaco.accounts.actions import edit_role, invite_user
from fondaco.accounts.models import Role, User
from fondaco.accounts.permissions import ADMIN, EXPLANATIONS, LABELS, Permission

pytestmark = pytest.mark.django_db
P = Permission


@pytest.fixture
def ada(client: Client) -> User:
    user = make_user()
    client.force_login(user.person)
    return user


def test_roles_are_listed_in_words_with_how_many_have_them(client: Client, ada: User) -> None:
    for number in range(2):
        make_user(ada.account, role="supervisor", person=make_person(f"Sam {number}"))
    make_role(make_user().account, name="Of a stranger")
    text = " ".join(client.get("/people/roles").content.decode().split())
    assert "Everything, always" in text
    assert "AppConnect visible · Launch · See people · Support" in text
    assert "Nothing beyond signing in" in text
    assert "2 people" in text
    assert "Of a stranger" not in text


def test_a_role_that_opens_apps_but_not_their_page_says_so(client: Client, ada: User) -> None:
    shut = "Does not see My Apps"
    make_role(ada.account, P.APPS_VIEW, P.APPS_LAUNCH, name="Sees and opens")
    make_role(ada.account, P.PEOPLE_VIEW, name="Has nothing to do with apps")
    assert shut not in client.get("/people/roles").content.decode()
    make_role(ada.account, P.APPS_LAUNCH, name="Opens what it does not see")
    assert client.get("/people/roles").content.decode().count(shut) == 1
    assert "need AppConnect visible beside them" in client.get("/people/roles/new").content.decode()


def test_the_form_explains_every_permission_of_an_account_and_no_other(client: Client, ada: User) -> None:
    text = client.get("/people/roles/new").content.decode().replace("&#39;", "'")
    for one in Permission:
        assert (f"{LABELS[one]}: {EXPLANATIONS[one]}" in text) == (one in ADMIN), one
    for label in ("AppConnect visible", "Install", "Launch", "Manage"):
        assert f"{label}: " in text


def test_a_role_is_made_and_given(client: Client, ada: User) -> None:
    agnes = make_user(ada.account, role="agent")
    entries = {"name": "Team lead", "permissions": ["apps.view", "people.manage", "people.view"]}
    assert client.post("/people/roles/new", entries)["Location"] == "/people/roles"
    role = ada.account.roles.get(name="Team lead")
    assert role.permissions == ["apps.view", "people.manage", "people.view"]
    assert client.post(f"/people/{agnes.pk}", {"role": role.pk.hex}).status_code == 302
    own = Client()
    own.force_login(agnes.person)
    assert own.get("/people").status_code == 200
    assert own.get("/people/roles/new").status_code == 403


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": ""}, "Write a name, like"),
        ({"name": "x" * 41}, "at most 40 characters"),
        ({"name": "agent"}, "already has a role called"),
        ({"permissions": ["operator.view"]}, "is not one of the available choices"),
    ],
)
def test_a_wrong_entry_is_told_and_kept(client: Client, ada: User, changes: dict[str, object], words: str) -> None:
    response = client.post("/people/roles/new", {"name": "Lead", "permissions": ["apps.view"], **changes})
    assert response.status_code in {409, 422}
    assert words in response.content.decode()
    assert ada.account.roles.count() == 3


def test_nobody_makes_more_than_they_have(client: Client) -> None:
    bea = make_user(role=make_role(account := make_user().account, P.ROLES_MANAGE, P.PEOPLE_VIEW))
    User.objects.filter(pk=bea.pk).update(account=account)
    client.force_login(bea.person)
    assert "Install: " not in client.get("/people/roles/new").content.decode()
    response = client.post("/people/roles/new", {"name": "Buyers", "permissions": ["apps.install"]})
    assert response.status_code == 422
    assert "is not one of the available choices" in response.content.decode()
    assert not Role.objects.filter(name="Buyers").exists()


def test_the_second_of_two_editors_sees_what_the_first_saved_and_keeps_what_they_typed(
    client: Client, ada: User
) -> None:
    role = make_role(ada.account, P.APPS_VIEW, name="Lead")
    page = client.get(f"/people/roles/{role.pk.hex}").content.decode()
    assert re.search(r'name="revision" value="0"', page)
    edit_role(actor=SYSTEM, by=ada, role=role, revision=0, name="Lead", permissions=[P.APPS_LAUNCH])

    mine = {"name": "Chief", "permissions": ["apps.manage"], "revision": "0"}
    response = client.post(f"/people/roles/{role.pk.hex}", mine)

    text = response.content.decode()
    assert response.status_code == 409
    assert "Someone else saved" in text
    assert 'value="Chief"' in text
    assert re.search(r"As it is now.*Launch", text, re.S)
    assert Role.objects.get(pk=role.pk).permissions == ["apps.launch"]
    again = client.post(
        f"/people/roles/{role.pk.hex}", {**mine, "revision": re.findall(r'"revision" value="(\d+)"', text)[0]}
    )
    assert again.status_code == 302
    assert Role.objects.get(pk=role.pk).name == "Chief"
    assert "A role was given another name" in client.get(f"/people/roles/{role.pk.hex}").content.decode()


def test_admin_has_no_form_and_cannot_be_changed_nor_deleted(client: Client, ada: User) -> None:
    page = client.get(f"/people/roles/{ada.role_id.hex}").content.decode()
    assert "this role cannot be changed" in page
    assert 'name="permissions"' not in page
    entries = {"name": "Boss", "permissions": [], "revision": "0"}
    assert client.post(f"/people/roles/{ada.role_id.hex}", entries).status_code == 409
    response = client.post(f"/people/roles/{ada.role_id.hex}/delete")
    assert response.status_code == 409
    assert "none of the three first roles can be deleted" in " ".join(response.content.decode().split())
    assert Role.objects.get(pk=ada.role_id).name == "Admin"


def test_deleting_what_is_free_and_what_is_not(client: Client, ada: User) -> None:
    free, named = make_role(ada.account, name="Free"), make_role(ada.account, name="Named")
    invite_user(actor=SYSTEM, by=ada, account=ada.account, email="n@people.example", name="N", role=named)
    assert client.post(f"/people/roles/{free.pk.hex}/delete")["Location"] == "/people/roles"
    response = client.post(f"/people/roles/{named.pk.hex}/delete")
    assert response.status_code == 409
    assert "is still used" in response.content.decode()
    assert set(ada.account.roles.filter(key="").values_list("name", flat=True)) == {"Named"}


def test_roles_of_other_accounts_do_not_exist(client: Client, ada: User) -> None:
    other = make_role(make_user().account, name="Lead")
    for path in (f"/people/roles/{other.pk.hex}", "/people/roles/nope"):
        assert client.get(path).status_code == 404
        assert client.post(path, {"name": "Mine", "revision": "0"}).status_code == 404
        assert client.post(f"{path}/delete").status_code == 404
    assert Role.objects.get(pk=other.pk).name == "Lead"


def test_what_others_may_do_beyond_oneself_is_left_or_taken_but_not_given(client: Client) -> None:
    account = make_user().account
    bea = make_user(account, role=make_role(account, P.ROLES_MANAGE, P.PEOPLE_MANAGE, P.PEOPLE_VIEW))
    buyers = make_role(account, P.APPS_INSTALL, P.PEOPLE_VIEW, name="Buyers")
    client.force_login(bea.person)
    path = f"/people/roles/{buyers.pk.hex}"
    assert "Install: " in client.get(path).content.decode()
    kept = {"name": "Buyers", "permissions": ["apps.install", "people.manage"], "revision": "0"}
    assert client.post(path, kept).status_code == 302
    assert client.post(path, {"name": "Buyers", "permissions": [], "revision": "1"}).status_code == 302
    assert client.post(path, {**kept, "revision": "2"}).status_code == 422
    admin = account.users.get(role__key="admin")
    page = client.get(f"/people/{admin.pk}").content.decode()
    assert "may do more here than you" in page
    assert "Deactivate" not in page
    assert "Admin</option>" not in client.get("/people/invite").content.decode()


def test_the_list_asks_a_fixed_number_of_times(
    client: Client, ada: User, django_assert_max_num_queries: Callable[[int], AbstractContextManager[None]]
) -> None:
    for number in range(30):
        make_user(ada.account, person=make_person(f"P {number}"), role=make_role(ada.account, P.APPS_VIEW))
    with django_assert_max_num_queries(8):
        assert client.get("/people/roles").status_code == 200


def test_who_takes_from_their_own_role_is_told_that_it_was_done(client: Client, ada: User) -> None:
    own = make_role(ada.account, P.APPS_VIEW, P.PEOPLE_VIEW, P.ROLES_MANAGE, name="Own")
    User.objects.filter(pk=ada.pk).update(role=own)
    entries = {"name": "Own", "permissions": ["apps.view"], "revision": str(own.revision)}
    answer = client.post(f"/people/roles/{own.pk.hex}", entries, follow=True)
    own.refresh_from_db()
    assert own.permissions == ["apps.view"]
    assert answer.redirect_chain == [("/home", 302), ("/my-apps", 302)]
    assert answer.status_code == 200
