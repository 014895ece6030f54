"""Invitations that are sent again: open ones get a new term, expired ones become new ones, others are over."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.factories.accounts import PASSWORD, SYSTEM, make_role, make_user
from tests.factories.mail import deliver, link_in
from tests.factories.partners import make_member, make_partner

from fondaco.accounts import actions, queries
from fondaco.accounts.actions.invitations import EXPIRES, LIFETIME, expire_invitation
from fondaco.accounts.errors import AlreadyHere, InvitationOver, MayNotGive
from fondaco.accounts.models import Invitation, User
from fondaco.accounts.permissions import Permission
from fondaco.kit import clock
from fondaco.kit.errors import NotFound, TooMany
from fondaco.kit.models import Deadline
from fondaco.partners.actions import invite_member, resend_member_invitation
from fondaco.partners.models import MemberRole

pytestmark = pytest.mark.django_db


def invited(by: User, role: str = "agent") -> Invitation:
    return actions.invite_user(
        actor=SYSTEM,
        by=by,
        account=by.account,
        email="ben@people.example",
        name="Ben",
        role=by.account.roles.get(key=role),
    )


def resend(by: User, invitation: Invitation) -> Invitation:
    return actions.resend_invitation(actor=SYSTEM, by=by, invitation=invitation)


def test_an_open_one_gets_a_new_term_and_the_old_link_still_works() -> None:
    ada = make_user()
    invitation = invited(ada)
    [first] = deliver()
    with clock.travel(timedelta(days=10)):
        assert resend(ada, invitation).pk == invitation.pk
        [second] = deliver()
        assert link_in(first) == link_in(second)
    with clock.travel(timedelta(days=20)):
        assert queries.find_invitation(queries.invitation_token(invitation)) == invitation
        expire_invitation(invitation.pk.hex, clock.now())  # a sweeper that was late with the first deadline
        invitation.refresh_from_db()
        assert invitation.status == "pending"
    deadline = Deadline.objects.get(kind=EXPIRES)
    assert deadline.due_at == invitation.expires_at
    assert invitation.expires_at - invitation.created_at >= LIFETIME + timedelta(days=9)


@pytest.mark.parametrize("is_swept", [True, False])
def test_an_expired_one_says_so_and_becomes_a_new_one(is_swept: bool) -> None:
    ada = make_user()
    invitation = invited(ada)
    deliver()
    with clock.travel(timedelta(days=15)):
        if is_swept:
            expire_invitation(invitation.pk.hex, clock.now())
        invitation.refresh_from_db()
        assert invitation.standing == "expired"
        again = resend(ada, invitation)
        assert again.pk != invitation.pk
        assert (again.email, again.role, again.standing) == (invitation.email, invitation.role, "pending")
        assert len(deliver()) == 1
    standing = [one.status for one in queries.list_invitations(ada.account_id, only_open=False)]
    assert standing == ["pending", "expired"]
    assert Deadline.objects.filter(kind=EXPIRES, subject_id=again.pk.hex).count() == 1


def test_what_is_over_stays_over() -> None:
    ada = make_user()
    invitation = invited(ada)
    actions.withdraw_invitation(actor=SYSTEM, by=ada, invitation=invitation)
    with pytest.raises(InvitationOver):
        resend(ada, invitation)
    second = invited(ada)
    actions.accept_invitation(actor=SYSTEM, invitation=second, name="Ben", password=PASSWORD)
    with pytest.raises(AlreadyHere):
        resend(ada, second)
    assert Invitation.objects.count() == 2


def test_nobody_sends_what_is_not_theirs_or_more_than_they_may_give() -> None:
    ada, stranger = make_user(), make_user()
    invitation = invited(ada, "supervisor")
    bea = make_user(ada.account, role=make_role(ada.account, Permission.PEOPLE_MANAGE))
    with pytest.raises(NotFound):
        resend(stranger, invitation)
    with pytest.raises(MayNotGive):
        resend(bea, invitation)
    mara, other = make_member(), make_member(make_partner())
    joining = invite_member(actor=SYSTEM, by=mara, email="d@people.example", name="Devi", role=MemberRole.DEVELOPER)
    with pytest.raises(NotFound):
        resend_member_invitation(actor=SYSTEM, by=other, invitation=joining)
    with clock.travel(timedelta(days=1)):
        assert resend_member_invitation(actor=SYSTEM, by=mara, invitation=joining).expires_at > joining.expires_at


def test_an_address_is_mailed_again_five_times_in_an_hour_whoever_asks() -> None:
    ada, mara = make_user(), make_member()
    invitation = invited(ada)
    joining = invite_member(actor=SYSTEM, by=mara, email=invitation.email, name="Ben", role=MemberRole.DEVELOPER)
    for _ in range(4):
        resend(ada, invitation)
    resend_member_invitation(actor=SYSTEM, by=mara, invitation=joining)
    before = list(Invitation.objects.order_by("pk").values_list("status", "expires_at"))
    with pytest.raises(TooMany):
        resend(ada, invitation)
    with pytest.raises(TooMany):
        resend_member_invitation(actor=SYSTEM, by=mara, invitation=joining)
    assert list(Invitation.objects.order_by("pk").values_list("status", "expires_at")) == before
