"""When someone leaves an account, nothing that they signed in to stays open."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.factories.accounts import SYSTEM, actor_for, make_account, make_operator, make_user
from tests.factories.identity import make_login_session, make_program

from fondaco.accounts.actions import deactivate_user, reactivate_user
from fondaco.accounts.models import User
from fondaco.audit.models import Event
from fondaco.identity.errors import TokenRefused
from fondaco.identity.models import LoginSession, TokenFamily
from fondaco.identity.tokens import issue_access_token, verify_access_token
from fondaco.kit import clock

pytestmark = pytest.mark.django_db


def sign_in(user: User) -> str:
    """The user's token at an app of the account."""
    program = make_program(user.account)
    family = TokenFamily.objects.create(
        client=program.client,
        user=user,
        login_session=make_login_session(user.person),
        expires_at=clock.now() + timedelta(days=30),
    )
    return issue_access_token(credentials=program.issued.set, scope="openid", family=family)


def test_a_deactivated_user_is_signed_out_and_stays_so() -> None:
    account = make_account()
    admin, agent = make_user(account), make_user(account, role="agent")
    token = sign_in(agent)
    assert verify_access_token(token).user == agent
    deactivate_user(actor=actor_for(admin.person), by=admin, user=agent)
    assert LoginSession.objects.get(person=agent.person).ended_at is not None
    ended = Event.objects.get(kind="login_session.ended")
    assert (ended.actor_id, ended.data) == (admin.person.pk.hex, {"person": agent.person.pk.hex})
    with pytest.raises(TokenRefused):
        verify_access_token(token)
    reactivate_user(actor=actor_for(admin.person), by=admin, user=agent)
    with pytest.raises(TokenRefused):
        verify_access_token(token)


def test_who_works_elsewhere_too_stays_signed_in_there() -> None:
    here, there = make_account(), make_account()
    admin, agent = make_user(here), make_user(here, role="agent")
    elsewhere = make_user(there, role="agent", person=agent.person)
    token, other = sign_in(agent), sign_in(elsewhere)
    deactivate_user(actor=actor_for(admin.person), by=admin, user=agent)
    with pytest.raises(TokenRefused):
        verify_access_token(token)
    assert verify_access_token(other).user == elsewhere
    assert not LoginSession.objects.exclude(ended_at=None).exists()


def test_staff_stay_signed_in() -> None:
    account = make_account()
    admin, agent = make_user(account), make_user(account, role="agent")
    make_operator(person=agent.person)
    session = make_login_session(agent.person)
    deactivate_user(actor=SYSTEM, by=admin, user=agent)
    session.refresh_from_db()
    assert session.ended_at is None
