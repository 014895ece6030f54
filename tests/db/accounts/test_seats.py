"""Seats that are taken and given back, invitations that are taken back, and what staff reads."""

from __future__ import annotations

import threading

import pytest
from django.db import connection
from tests.factories.accounts import SYSTEM, actor_for, make_account, make_operator, make_person, make_user

from fondaco.accounts import actions, queries
from fondaco.accounts.errors import AccountNameTaken, AlreadyHere, AlreadyInvited, InvitationOver, LastAdmin
from fondaco.accounts.models import Account, Invitation, Operator, User
from fondaco.audit.models import Event
from fondaco.audit.status import IllegalTransition
from fondaco.kit.errors import Forbidden, NotFound
from fondaco.kit.models import Deadline


def invited(by: User, email: str = "ben@people.example") -> Invitation:
    role = by.account.roles.get(key="agent")
    return actions.invite_user(
        actor=actor_for(by.person), by=by, account=by.account, email=email, name="Ben", role=role
    )


@pytest.mark.django_db
def test_a_seat_is_ended_once_and_restored_once() -> None:
    ada = make_user()
    samir = make_user(ada.account, role="supervisor")
    for _ in range(2):
        actions.deactivate_user(actor=SYSTEM, by=ada, user=samir)
    for _ in range(2):
        actions.reactivate_user(actor=SYSTEM, by=ada, user=samir)
    kinds = list(Event.objects.filter(subject_id=samir.pk).order_by("id").values_list("kind", flat=True))
    assert kinds == ["user.deactivated", "user.reactivated"]
    assert User.objects.get(pk=samir.pk).is_active


@pytest.mark.django_db
def test_an_invitation_taken_back_opens_nothing() -> None:
    ada = make_user()
    invitation = invited(ada)
    token = queries.invitation_token(invitation)

    actions.withdraw_invitation(actor=SYSTEM, by=ada, invitation=invitation)

    assert not Deadline.objects.filter(kind="invitation.expires").exists()
    with pytest.raises(InvitationOver):
        queries.find_invitation(token)
    with pytest.raises(IllegalTransition):
        actions.withdraw_invitation(actor=SYSTEM, by=ada, invitation=invitation)
    assert Event.objects.filter(kind="invitation.withdrawn").count() == 1


@pytest.mark.django_db
def test_only_an_own_invitation_is_taken_back() -> None:
    ada, stranger = make_user(), make_user()
    agnes = make_user(ada.account, role="agent")
    invitation = invited(ada)
    with pytest.raises(NotFound):
        actions.withdraw_invitation(actor=SYSTEM, by=stranger, invitation=invitation)
    with pytest.raises(Forbidden):
        actions.withdraw_invitation(actor=SYSTEM, by=agnes, invitation=invitation)
    assert Invitation.objects.get().status == "pending"


@pytest.mark.django_db
def test_one_open_invitation_for_each_address_and_place() -> None:
    ada, other = make_user(), make_user()
    invitation = invited(ada)
    with pytest.raises(AlreadyInvited):
        invited(ada, email="BEN@people.example")
    invited(other)  # another place is another matter
    actions.withdraw_invitation(actor=SYSTEM, by=ada, invitation=invitation)
    invited(ada)
    assert Invitation.objects.filter(status="pending").count() == 2


@pytest.mark.django_db
def test_names_and_seats_are_unique() -> None:
    account = make_account("harbour")
    with pytest.raises(AccountNameTaken):
        make_account("harbour")
    ada = make_user(account)
    with pytest.raises(AlreadyHere):
        actions.add_user(actor=SYSTEM, account=account, person=ada.person, role=ada.role)
    assert (Account.objects.count(), User.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_T26_two_admins_who_end_each_other_leave_one() -> None:
    ada = make_user()
    bea = make_user(ada.account, person=make_person("Bea Berg"))
    start, outcomes = threading.Barrier(2), []

    def end(by: User, user: User) -> None:
        start.wait()
        try:
            actions.deactivate_user(actor=SYSTEM, by=by, user=user)
            outcomes.append("ended")
        except Forbidden:  # whoever was slower is no administrator any more
            outcomes.append("refused")
        finally:
            connection.close()

    pairs = [(ada, User.objects.get(pk=bea.pk)), (bea, User.objects.get(pk=ada.pk))]
    threads = [threading.Thread(target=end, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["ended", "refused"]
    assert User.objects.filter(account=ada.account, is_active=True).count() == 1


@pytest.mark.django_db
def test_staff_finds_accounts_and_events_and_nobody_else_does() -> None:
    harbour = make_account("harbour")
    make_account("pilot", company_name="Pilot Air")
    make_user(harbour)
    actions.deactivate_user(actor=SYSTEM, by=make_user(harbour), user=make_user(harbour, role="agent"))
    jon = make_operator()

    assert [(found.name, found.seats) for found in queries.list_accounts(jon)] == [("harbour", 2), ("pilot", 0)]
    assert [found.name for found in queries.list_accounts(jon, text="air")] == ["pilot"]
    assert queries.get_account(jon, harbour.pk) == harbour
    assert queries.find_account(jon, "harbour") == queries.find_account(jon, harbour.pk) == harbour
    assert queries.find_account(jon, "nobody") is None
    kinds = [event.kind for event in queries.list_events(jon, account_id=harbour.pk)]
    assert kinds == ["user.deactivated", "account.created"]
    assert queries.list_events(jon, kind="account.created").count() == 2
    with pytest.raises(NotFound):
        queries.get_account(jon, "nobody")

    Operator.objects.update(is_active=False)
    gone = Operator.objects.get()
    for read in (queries.list_accounts, queries.list_events):
        with pytest.raises(Forbidden):
            read(gone)


@pytest.mark.django_db
def test_T26_a_page_loaded_before_a_promotion_takes_no_last_administrator_away() -> None:
    ada = make_user()
    as_loaded = make_user(ada.account, role="supervisor")
    admin, agent = ada.account.roles.get(key="admin"), ada.account.roles.get(key="agent")
    actions.change_user_role(actor=SYSTEM, by=ada, user=User.objects.get(pk=as_loaded.pk), role=admin)
    actions.deactivate_user(actor=SYSTEM, by=User.objects.get(pk=as_loaded.pk), user=ada)
    with pytest.raises(LastAdmin):
        actions.change_user_role(actor=SYSTEM, by=User.objects.get(pk=as_loaded.pk), user=as_loaded, role=agent)
    assert User.objects.get(pk=as_loaded.pk).role == admin
