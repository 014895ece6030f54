"""The platform's own staff: nobody gives what they lack, takes their own post, or leaves nobody to decide about it."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection
from tests.factories.accounts import PASSWORD, SYSTEM, make_operator, make_person, make_user
from tests.factories.partners import make_member

from fondaco.accounts import actions, queries
from fondaco.accounts.errors import (
    AlreadyHere,
    AlreadyInvited,
    InvitationOver,
    LastStaffManager,
    NotOneself,
    RoleNotHeld,
)
from fondaco.accounts.models import Invitation, Operator
from fondaco.accounts.permissions import OperatorRole
from fondaco.audit.models import Event
from fondaco.identity.actions import create_personal_token, start_login_session
from fondaco.identity.models import LoginSession, PersonalAccessToken
from fondaco.kit import clock
from fondaco.kit.errors import DomainError, Forbidden, Invalid, NotFound

R = OperatorRole
MANAGER = R.PARTNER_MANAGER


def appoint(by: Operator, email: str, *roles: OperatorRole) -> Operator | Invitation:
    return actions.appoint_staff(actor=SYSTEM, by=by, email=email, name="Ines", roles=roles)


@pytest.mark.django_db
def test_who_has_a_login_is_staff_at_once_and_others_are_invited() -> None:
    jon = make_operator(MANAGER, R.SUPPORT)
    ines = make_person("Ines", email="ines@people.example", password=PASSWORD)
    found = appoint(jon, "Ines@People.example", R.SUPPORT)
    assert isinstance(found, Operator)
    assert (found.person, found.roles, found.is_active) == (ines, ["support"], True)
    with pytest.raises(AlreadyHere):
        appoint(jon, "ines@people.example", R.SUPPORT)

    invitation = appoint(jon, "new@people.example", R.SUPPORT, MANAGER)
    assert isinstance(invitation, Invitation)
    assert (invitation.place, invitation.place_id, invitation.role) == ("operator", "staff", "partner_manager,support")
    with pytest.raises(AlreadyInvited):
        appoint(jon, "new@people.example", MANAGER)
    new = actions.accept_invitation(actor=SYSTEM, invitation=invitation, name="Noor", password=PASSWORD)
    assert Operator.objects.get(person=new).roles == ["partner_manager", "support"]


@pytest.mark.django_db
def test_nobody_gives_what_they_lack_but_may_take_it() -> None:
    jon, ines = make_operator(MANAGER), make_operator(R.FINANCE, R.SUPPORT)
    before = Event.objects.count()
    with pytest.raises(RoleNotHeld):
        appoint(jon, "new@people.example", R.SUPPORT)
    with pytest.raises(RoleNotHeld):
        actions.change_staff_roles(actor=SYSTEM, by=jon, operator=ines, roles=[R.FINANCE, R.TECHNICAL_REVIEWER])
    for call in (lambda: appoint(jon, "new@people.example"), lambda: change(jon, ines)):
        with pytest.raises(Invalid):
            call()
    assert (Event.objects.count(), Invitation.objects.count()) == (before, 0)
    change(jon, ines, R.FINANCE, MANAGER)
    assert Operator.objects.get(pk=ines.pk).roles == ["partner_manager", "finance"]
    event = Event.objects.get(kind="operator.roles_changed")
    assert event.data["from"] == ["finance", "support"]


def change(by: Operator, operator: Operator, *roles: OperatorRole) -> Operator:
    return actions.change_staff_roles(actor=SYSTEM, by=by, operator=operator, roles=roles)


@pytest.mark.django_db
def test_not_oneself_and_never_the_last_who_decides() -> None:
    jon = make_operator(MANAGER, R.SUPPORT)
    with pytest.raises(NotOneself):
        actions.deactivate_operator(actor=SYSTEM, by=jon, operator=jon)
    with pytest.raises(LastStaffManager):
        change(jon, jon, R.SUPPORT)
    ada = make_operator(MANAGER, person=make_person("Ada"))
    change(jon, jon, R.SUPPORT)
    with pytest.raises(Forbidden):
        actions.deactivate_operator(actor=SYSTEM, by=jon, operator=ada)
    with pytest.raises(Forbidden):
        queries.list_staff(jon)
    assert Operator.objects.filter(is_active=True).count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_managers_who_let_each_other_go_leave_one() -> None:
    jon, ada = make_operator(MANAGER), make_operator(MANAGER, person=make_person("Ada"))
    gate, outcomes = threading.Barrier(2), []

    def let_go(by: Operator, operator: Operator) -> None:
        try:
            connection.ensure_connection()
            gate.wait(10)
            actions.deactivate_operator(actor=SYSTEM, by=by, operator=operator)
            outcomes.append("done")
        except DomainError as error:
            outcomes.append(error.code)
        finally:
            connection.close()

    fresh = Operator.objects.select_related("person").get
    pairs = [(fresh(pk=jon.pk), fresh(pk=ada.pk)), (fresh(pk=ada.pk), fresh(pk=jon.pk))]
    threads = [threading.Thread(target=let_go, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(outcomes) == ["done", "forbidden"]
    assert Operator.objects.filter(is_active=True).count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("place", ["", "seat", "membership"])
def test_who_loses_the_post_loses_sessions_and_tokens_unless_they_work_elsewhere(place: str) -> None:
    jon, person = make_operator(MANAGER), make_person("Ines")
    ines = make_operator(R.SUPPORT, person=person)
    if place == "seat":
        make_user(person=person)
    elif place == "membership":
        make_member(person=person)
    session = start_login_session(actor=SYSTEM, person=person)
    token, _plain = create_personal_token(actor=SYSTEM, person=person, name="script")
    for _ in range(2):
        actions.deactivate_operator(actor=SYSTEM, by=jon, operator=ines)
    assert (LoginSession.objects.get(pk=session.pk).ended_at is None) == bool(place)
    assert (PersonalAccessToken.objects.get(pk=token.pk).revoked_at is None) == bool(place)
    assert Event.objects.filter(kind="operator.deactivated").count() == 1
    with pytest.raises(NotFound):
        change(jon, ines, MANAGER)


@pytest.mark.django_db
def test_staff_invitations_are_sent_again_and_taken_back() -> None:
    jon, ines = make_operator(MANAGER), make_operator(R.SUPPORT, person=make_person("Ines"))
    with clock.travel(-timedelta(days=3)):
        invitation = appoint(jon, "new@people.example", MANAGER)
    assert isinstance(invitation, Invitation)
    again = actions.resend_staff_invitation(actor=SYSTEM, by=jon, invitation=invitation)
    assert again.pk == invitation.pk
    assert timedelta(days=3) <= again.expires_at - invitation.expires_at < timedelta(days=3, minutes=5)
    for call in (actions.resend_staff_invitation, actions.withdraw_staff_invitation):
        with pytest.raises(Forbidden):
            call(actor=SYSTEM, by=ines, invitation=invitation)
    actions.withdraw_staff_invitation(actor=SYSTEM, by=jon, invitation=invitation)
    with pytest.raises(InvitationOver):
        actions.resend_staff_invitation(actor=SYSTEM, by=jon, invitation=invitation)
