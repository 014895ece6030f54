"""Invitations prove an address, work once, and run out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from tests.factories.accounts import make_user
from tests.racing import at_once

from fondaco.accounts import actions, queries
from fondaco.accounts.errors import (
    AlreadyHere,
    InvitationOver,
    InvitationUnreadable,
    JoinedMeanwhile,
    LastAdmin,
    PasswordTooWeak,
)
from fondaco.accounts.models import Invitation, Person, Role, User
from fondaco.accounts.permissions import OperatorRole, Permission
from fondaco.audit.actor import Actor
from fondaco.audit.models import Event
from fondaco.kit import clock, deadlines
from fondaco.kit.errors import Forbidden, NotFound, TooMany

ACTOR = Actor.system("test")
GOOD = "correct horse battery"
pytestmark = pytest.mark.django_db


def admin_of(name: str) -> User:
    account = actions.create_account(actor=ACTOR, name=name, company_name=name.title())
    person = actions.create_person(actor=ACTOR, email=f"ana@{name}.example", name="Ana Prado", password=GOOD)
    return actions.add_user(actor=ACTOR, account=account, person=person, role=account.roles.get(key="admin"))


def invite(by: User, email: str = "ben@acme.example") -> Invitation:
    role = by.account.roles.get(key="agent")
    return actions.invite_user(actor=ACTOR, by=by, account=by.account, email=email, name="Ben", role=role)


def test_an_account_begins_with_three_roles_as_documented() -> None:
    account = actions.create_account(actor=ACTOR, name="acme", company_name="Acme")
    allowed = {role.key: set(role.permissions) for role in account.roles.all()}
    assert set(allowed) == {"admin", "supervisor", "agent"}
    assert {"apps.view", "apps.install", "apps.launch", "apps.manage"} <= allowed["admin"]
    assert "apps.launch" in allowed["supervisor"]
    assert "apps.manage" not in allowed["supervisor"]
    assert allowed["agent"] == set()


def test_an_invitation_makes_a_person_with_a_seat() -> None:
    ana = admin_of("acme")
    invitation = invite(ana)

    found = queries.find_invitation(queries.invitation_token(invitation))
    person = actions.accept_invitation(actor=ACTOR, invitation=found, name="Ben Ito", password=GOOD)

    seat = User.objects.get(person=person)
    assert (seat.account, seat.role.key, person.name) == (ana.account, "agent", "Ben Ito")
    assert person.check_password(GOOD)
    assert Invitation.objects.get().status == "accepted"
    assert Event.objects.filter(kind="invitation.accepted").count() == 1


def test_an_invitation_works_once() -> None:
    invitation = invite(admin_of("acme"))
    actions.accept_invitation(actor=ACTOR, invitation=invitation, password=GOOD)
    with pytest.raises(InvitationOver):
        actions.accept_invitation(actor=ACTOR, invitation=invitation, password=GOOD)
    assert User.objects.count() == 2


def test_an_invitation_runs_out() -> None:
    invitation = invite(admin_of("acme"))
    token = queries.invitation_token(invitation)
    with clock.travel(timedelta(days=15)):
        with pytest.raises(InvitationOver):
            queries.find_invitation(token)
        assert deadlines.sweep_once() == 1
    invitation.refresh_from_db()
    assert invitation.status == "expired"


@pytest.mark.parametrize("token", ["", "x", "0" * 32, "0" * 32 + ".forged"])
def test_a_forged_link_opens_nothing(token: str) -> None:
    with pytest.raises(InvitationUnreadable):
        queries.find_invitation(token)


def test_a_weak_password_is_refused_and_nothing_is_kept() -> None:
    invitation = invite(admin_of("acme"))
    with pytest.raises(PasswordTooWeak) as refusal:
        actions.accept_invitation(actor=ACTOR, invitation=invitation, name="Ben", password="password")
    assert list(refusal.value.fields) == ["password"]
    assert not Person.objects.filter(email="ben@acme.example").exists()
    assert Invitation.objects.get().status == "pending"


def test_who_is_already_here_is_not_invited() -> None:
    ana = admin_of("acme")
    with pytest.raises(AlreadyHere):
        invite(ana, email="ANA@acme.example")
    assert not Invitation.objects.exists()


def test_only_with_the_permission_and_only_to_the_own_account() -> None:
    ana, stranger = admin_of("acme"), admin_of("other")
    agent = actions.accept_invitation(actor=ACTOR, invitation=invite(ana), password=GOOD).users.get()
    role = ana.account.roles.get(key="agent")
    with pytest.raises(Forbidden):
        actions.invite_user(actor=ACTOR, by=agent, account=ana.account, email="x@y.example", name="X", role=role)
    with pytest.raises(NotFound):
        actions.invite_user(actor=ACTOR, by=stranger, account=ana.account, email="x@y.example", name="X", role=role)
    with pytest.raises(NotFound):
        actions.change_user_role(
            actor=ACTOR, by=stranger, user=agent, role=Role.objects.get(account=stranger.account, key="admin")
        )
    assert Invitation.objects.count() == 1


@pytest.mark.parametrize("attempt", ["demote", "deactivate"])
def test_T26_the_last_admin_stays(attempt: str) -> None:
    ana = admin_of("acme")
    with pytest.raises(LastAdmin):
        if attempt == "demote":
            actions.change_user_role(actor=ACTOR, by=ana, user=ana, role=ana.account.roles.get(key="agent"))
        else:
            actions.deactivate_user(actor=ACTOR, by=ana, user=ana)
    ana = User.objects.get(pk=ana.pk)
    assert ana.is_active
    assert ana.role.key == "admin"


def test_with_a_second_admin_the_first_may_go() -> None:
    ana = admin_of("acme")
    ben = actions.accept_invitation(actor=ACTOR, invitation=invite(ana), password=GOOD).users.get()
    actions.change_user_role(actor=ACTOR, by=ana, user=ben, role=ana.account.roles.get(key="admin"))
    actions.deactivate_user(actor=ACTOR, by=User.objects.get(pk=ben.pk), user=ana)
    assert not User.objects.get(pk=ana.pk).is_active
    assert User.objects.get(pk=ana.pk).permissions == frozenset()


def test_a_place_invites_no_faster_than_a_company_could() -> None:
    ana = admin_of("acme")
    for number in range(100):
        invite(ana, f"person-{number}@acme.example")
    with pytest.raises(TooMany):
        invite(ana, "one-more@acme.example")
    assert not Invitation.objects.filter(email="one-more@acme.example").exists()
    assert invite(admin_of("lumen"), "one-more@acme.example").is_open


def test_an_operator_may_do_what_their_roles_say() -> None:
    person = actions.create_person(actor=ACTOR, email="jon@fondaco.example", name="Jon")
    operator = actions.appoint_operator(actor=ACTOR, person=person, roles=[OperatorRole.TECHNICAL_REVIEWER])
    assert operator.permissions == {
        Permission.OPERATOR_VIEW,
        Permission.OPERATOR_REVIEW_TECHNICAL,
        Permission.OPERATOR_ACCESS_REVOKE,
        Permission.OPERATOR_CLIENTS_MANAGE,
    }
    operator.is_active = False
    assert operator.permissions == frozenset()


@pytest.mark.django_db(transaction=True)
def test_two_invitations_of_one_address_that_are_opened_at_once_make_one_login() -> None:
    first, second = invite(make_user(), "new@people.example"), invite(make_user(), "new@people.example")

    def accept(invitation: Invitation) -> Callable[[], Person]:
        return lambda: actions.accept_invitation(actor=ACTOR, invitation=invitation, name="New", password=GOOD)

    outcomes = at_once(accept(first), accept(second))

    assert sorted(outcomes) == ["done", "joined-meanwhile"]
    assert Person.objects.get(email="new@people.example").users.count() == 1
    assert Invitation.objects.filter(status="accepted").count() == 1


def test_who_got_a_login_since_the_page_was_opened_is_not_let_in_by_another_password() -> None:
    person = actions.create_person(actor=ACTOR, email="ben@acme.example", name="Ben", password=GOOD)
    invitation = invite(admin_of("acme"))
    with pytest.raises(JoinedMeanwhile):
        actions.accept_invitation(actor=ACTOR, invitation=invitation, name="Mallory", password="another good one")
    assert not person.users.exists()
    person.refresh_from_db()
    assert person.check_password(GOOD)
    assert Invitation.objects.get().is_open
