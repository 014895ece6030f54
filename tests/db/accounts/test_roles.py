"""Roles that an account makes for itself: nobody gives what they lack, and nobody locks the account out (T26)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.factories.accounts import SYSTEM, make_account, make_person, make_role, make_user
from tests.racing import at_once

from fondaco.accounts import actions, queries
from fondaco.accounts.errors import (
    LastAdmin,
    MayNotGive,
    RoleChanged,
    RoleFixed,
    RoleInUse,
    RoleNameTaken,
)
from fondaco.accounts.models import Role, User
from fondaco.accounts.permissions import ADMIN, Permission
from fondaco.audit.models import Event
from fondaco.kit.errors import Forbidden, Invalid, NotFound

P = Permission


def state(role: Role) -> tuple[str, list[str], int]:
    found = Role.objects.get(pk=role.pk)
    return found.name, found.permissions, found.revision


def create(by: User, name: str = "Team lead", *permissions: Permission) -> Role:
    return actions.create_role(actor=SYSTEM, by=by, name=name, permissions=permissions)


@pytest.mark.django_db
def test_a_role_is_made_edited_and_deleted_and_each_is_a_fact() -> None:
    ada = make_user()
    role = create(ada, " Team lead ", P.APPS_VIEW, P.APPS_LAUNCH)
    assert state(role) == ("Team lead", ["apps.launch", "apps.view"], 0)

    actions.edit_role(
        actor=SYSTEM, by=ada, role=role, revision=0, name="Lead", permissions=[P.APPS_VIEW, P.PEOPLE_VIEW]
    )
    assert state(role) == ("Lead", ["apps.view", "people.view"], 1)
    actions.edit_role(
        actor=SYSTEM, by=ada, role=role, revision=1, name="Lead", permissions=[P.PEOPLE_VIEW, P.APPS_VIEW]
    )
    assert state(role)[2] == 1  # nothing was changed, so nothing was saved

    events = [(event.kind, event.data) for event in queries.list_role_events(ada, role)]
    assert events == [
        ("role.edited", {"name": "Lead", "from": "Team lead", "given": ["people.view"], "taken": ["apps.launch"]}),
        ("role.created", {"name": "Team lead", "permissions": ["apps.launch", "apps.view"]}),
    ]
    actions.delete_role(actor=SYSTEM, by=ada, role=role)
    assert not Role.objects.filter(pk=role.pk).exists()
    assert Event.objects.get(kind="role.deleted").data == {"name": "Lead"}


@pytest.mark.django_db
def test_admin_always_has_everything_whatever_was_stored_before_a_release() -> None:
    ada = make_user()
    Role.objects.filter(pk=ada.role_id).update(permissions=["apps.view"])
    ada = User.objects.get(pk=ada.pk)
    assert ada.permissions == ada.role.granted == ADMIN
    assert list(queries.list_holders(ada.account_id, P.SIGN_IN_MANAGE)) == [ada]


@pytest.mark.django_db
def test_a_name_that_no_permission_has_any_more_allows_nothing() -> None:
    samir = make_user(role="supervisor")
    Role.objects.filter(pk=samir.role_id).update(permissions=["apps.view", "apps.gone", "operator.view"])
    assert User.objects.get(pk=samir.pk).permissions == {P.APPS_VIEW}


@pytest.mark.django_db
def test_supervisor_and_agent_can_be_edited_and_stay_and_admin_stays_as_it_is() -> None:
    ada = make_user()
    agent, admin = ada.account.roles.get(key="agent"), ada.role
    actions.edit_role(actor=SYSTEM, by=ada, role=agent, revision=0, name="Agent", permissions=[P.APPS_LAUNCH])
    assert state(agent) == ("Agent", ["apps.launch"], 1)
    before = state(admin)
    for call in (
        lambda: actions.edit_role(actor=SYSTEM, by=ada, role=admin, revision=0, name="Boss", permissions=[]),
        lambda: actions.delete_role(actor=SYSTEM, by=ada, role=admin),
        lambda: actions.delete_role(actor=SYSTEM, by=ada, role=agent),
    ):
        with pytest.raises(RoleFixed):
            call()
    assert state(admin) == before
    assert ada.account.roles.count() == 3


@pytest.mark.django_db
def test_nobody_gives_what_they_lack_nor_decides_about_who_has_more() -> None:
    account = make_account()
    ada = make_user(account)
    bea = make_user(account, person=make_person("Bea Berg"), role=make_role(account, P.ROLES_MANAGE, P.PEOPLE_MANAGE))
    agnes = make_user(account, role="agent")
    admin, supervisor, small = ada.role, account.roles.get(key="supervisor"), make_role(account, P.PEOPLE_MANAGE)
    before = (Role.objects.count(), Event.objects.count(), state(supervisor), state(small))
    calls: list[Callable[[], object]] = [
        lambda: create(bea, "Mighty", P.BILLING_MANAGE),
        lambda: actions.edit_role(
            actor=SYSTEM, by=bea, role=bea.role, revision=0, name="Mine", permissions=[P.ROLES_MANAGE, P.APPS_INSTALL]
        ),
        lambda: actions.change_user_role(actor=SYSTEM, by=bea, user=bea, role=admin),
        lambda: actions.change_user_role(actor=SYSTEM, by=bea, user=agnes, role=supervisor),
        lambda: actions.change_user_role(actor=SYSTEM, by=bea, user=ada, role=small),
        lambda: actions.deactivate_user(actor=SYSTEM, by=bea, user=ada),
        lambda: actions.invite_user(
            actor=SYSTEM, by=bea, account=account, email="x@people.example", name="X", role=admin
        ),
    ]
    for call in calls:
        with pytest.raises(MayNotGive):
            call()
    assert (Role.objects.count(), Event.objects.count(), state(supervisor), state(small)) == before
    assert User.objects.get(pk=ada.pk).role == admin
    # What they hold they may give, and what others hold already they may leave or take.
    actions.change_user_role(actor=SYSTEM, by=bea, user=agnes, role=small)
    actions.edit_role(
        actor=SYSTEM, by=bea, role=supervisor, revision=0, name="Supervisor", permissions=[P.APPS_VIEW, P.ROLES_MANAGE]
    )
    assert state(supervisor)[1] == ["apps.view", "roles.manage"]


@pytest.mark.django_db
def test_roles_of_others_and_without_the_permission() -> None:
    ada, stranger = make_user(), make_user()
    samir = make_user(ada.account, role="supervisor")
    role = create(ada)
    with pytest.raises(NotFound):
        actions.edit_role(actor=SYSTEM, by=stranger, role=role, revision=0, name="Mine", permissions=[])
    with pytest.raises(NotFound):
        actions.delete_role(actor=SYSTEM, by=stranger, role=role)
    for call in (
        lambda: create(samir, "Lead"),
        lambda: actions.edit_role(actor=SYSTEM, by=samir, role=role, revision=0, name="Mine", permissions=[]),
        lambda: actions.delete_role(actor=SYSTEM, by=samir, role=role),
        lambda: queries.list_role_events(samir, role),
    ):
        with pytest.raises(Forbidden):
            call()
    assert state(role) == ("Team lead", [], 0)


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["", "   ", "x" * 41, "Team\nlead", "Te\0am"])
def test_names_that_cannot_be(name: str) -> None:
    ada = make_user()
    with pytest.raises(Invalid) as refusal:
        create(ada, name)
    assert list(refusal.value.fields) == ["name"]
    assert ada.account.roles.count() == 3


@pytest.mark.django_db
def test_names_are_unique_whatever_their_case_and_permissions_are_of_accounts() -> None:
    ada = make_user()
    lead = create(ada)
    with pytest.raises(RoleNameTaken):
        create(ada, "team LEAD")
    with pytest.raises(RoleNameTaken):
        actions.edit_role(actor=SYSTEM, by=ada, role=lead, revision=0, name="agent", permissions=[])
    with pytest.raises(Invalid):
        create(ada, "Owner", P.OPERATOR_STAFF_MANAGE)
    create(make_user(), "Team lead")  # another account's matter
    assert ada.account.roles.count() == 4


@pytest.mark.django_db
def test_a_role_in_use_stays() -> None:
    ada = make_user()
    had, named = create(ada, "Had"), create(ada, "Named")
    gone = make_user(ada.account, role=had, person=make_person("Gus Gone"))
    actions.deactivate_user(actor=SYSTEM, by=ada, user=gone)
    invitation = actions.invite_user(
        actor=SYSTEM, by=ada, account=ada.account, email="n@people.example", name="N", role=named
    )
    for role in (had, named):
        with pytest.raises(RoleInUse):
            actions.delete_role(actor=SYSTEM, by=ada, role=role)
    assert not Event.objects.filter(kind="role.deleted").exists()
    actions.withdraw_invitation(actor=SYSTEM, by=ada, invitation=invitation)
    actions.delete_role(actor=SYSTEM, by=ada, role=named)
    assert list(ada.account.roles.filter(key="").values_list("name", flat=True)) == ["Had"]


@pytest.mark.django_db
def test_the_second_of_two_editors_is_told() -> None:
    ada = make_user()
    role = create(ada, "Lead", P.APPS_VIEW)
    actions.edit_role(actor=SYSTEM, by=ada, role=role, revision=0, name="Lead", permissions=[P.APPS_LAUNCH])
    with pytest.raises(RoleChanged):
        actions.edit_role(actor=SYSTEM, by=ada, role=role, revision=0, name="Chief", permissions=[P.APPS_VIEW])
    assert state(role) == ("Lead", ["apps.launch"], 1)


def fresh(user: User) -> User:
    return User.objects.select_related("role", "person", "account").get(pk=user.pk)


@pytest.mark.django_db(transaction=True)
def test_T26_two_admins_who_demote_each_other_at_once_leave_one() -> None:
    ada = make_user()
    bea = make_user(ada.account, person=make_person("Bea Berg"))
    make_user(ada.account, person=make_person("Cato Third"))  # so that it is not the last one's protection that speaks
    agent = ada.account.roles.get(key="agent")
    pairs = [(fresh(ada), fresh(bea)), (fresh(bea), fresh(ada))]
    outcomes = at_once(
        *(lambda p=pair: actions.change_user_role(actor=SYSTEM, by=p[0], user=p[1], role=agent) for pair in pairs)  # type: ignore[misc]
    )
    assert sorted(outcomes) == ["done", "forbidden"]
    assert User.objects.filter(account=ada.account, role__key="admin").count() == 2


@pytest.mark.django_db(transaction=True)
def test_T26_a_role_is_edited_while_its_editor_is_demoted() -> None:
    ada = make_user()
    role = make_role(ada.account, P.ROLES_MANAGE, P.APPS_LAUNCH)
    bea = make_user(ada.account, person=make_person("Bea Berg"), role=role)
    agent = ada.account.roles.get(key="agent")
    by, boss = fresh(bea), fresh(ada)
    outcomes = at_once(
        lambda: actions.edit_role(
            actor=SYSTEM, by=by, role=agent, revision=0, name="Agent", permissions=[P.APPS_LAUNCH]
        ),
        lambda: actions.change_user_role(actor=SYSTEM, by=boss, user=fresh(bea), role=agent),
    )
    assert outcomes[1] == "done"
    assert outcomes[0] in {"done", "forbidden"}
    assert (state(agent)[2] == 1) == (outcomes[0] == "done")
    edited = Event.objects.filter(kind="role.edited").order_by("id").values_list("id", flat=True)
    demoted = Event.objects.get(kind="user.role_changed").pk
    assert all(one < demoted for one in edited)  # never after it


@pytest.mark.django_db(transaction=True)
def test_a_role_is_given_while_it_is_deleted() -> None:
    ada = make_user()
    role, agnes = create(ada, "Lead"), make_user(ada.account, role="agent")
    outcomes = at_once(
        lambda: actions.delete_role(actor=SYSTEM, by=fresh(ada), role=role),
        lambda: actions.change_user_role(actor=SYSTEM, by=fresh(ada), user=fresh(agnes), role=role),
    )
    assert sorted(outcomes) in (["done", "not-found"], ["done", "role-in-use"])
    assert Role.objects.filter(pk=role.pk).exists() == (User.objects.get(pk=agnes.pk).role_id == role.pk)


@pytest.mark.django_db
def test_T26_the_last_admin_keeps_the_role_also_among_mighty_others() -> None:
    ada = make_user()
    make_user(ada.account, person=make_person("Bea Berg"), role=make_role(ada.account, *ADMIN))
    with pytest.raises(LastAdmin):
        actions.change_user_role(actor=SYSTEM, by=ada, user=ada, role=ada.account.roles.get(key="agent"))
    with pytest.raises(LastAdmin):
        actions.deactivate_user(actor=SYSTEM, by=ada, user=ada)
    assert fresh(ada).role.is_admin
