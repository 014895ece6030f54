"""Personal access tokens: what they may be limited to, how many there may be, and when they end by themselves."""

from __future__ import annotations

import threading
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from tests.factories.accounts import SYSTEM, actor_for, make_account, make_operator, make_person, make_user
from tests.factories.mail import deliver
from tests.factories.partners import make_member

from fondaco.accounts.actions import deactivate_user, reactivate_user
from fondaco.accounts.models import Person
from fondaco.accounts.permissions import OperatorRole
from fondaco.audit.models import Event
from fondaco.identity.actions import (
    create_personal_token,
    personal_tokens,
    revoke_all_personal_tokens,
    revoke_personal_token,
)
from fondaco.identity.actions.personal_tokens import Origin
from fondaco.identity.errors import (
    TokenExpiryWrong,
    TokenLimited,
    TokenMade,
    TokenRefused,
    TokenScopeUnknown,
    TooManyTokens,
)
from fondaco.identity.models import PersonalAccessToken
from fondaco.identity.places import list_workplaces, permissions_of
from fondaco.identity.tokens import find_personal_token
from fondaco.kit import clock, deadlines
from fondaco.kit.errors import DomainError, NotFound
from fondaco.kit.models import Deadline
from fondaco.partners.actions import remove_member
from fondaco.partners.models import MemberRole

pytestmark = pytest.mark.django_db


def make_token(person: Person, **more: object) -> tuple[PersonalAccessToken, str]:
    return create_personal_token(actor=actor_for(person), person=person, **{"name": "drive", **more})  # type: ignore[arg-type]


def opens(plain: str) -> bool:
    try:
        return bool(find_personal_token(plain))
    except TokenRefused:
        return False


# Limits ---------------------------------------------------------------------------------------------------------------


def test_workplaces_of_every_kind() -> None:
    user = make_user(role="supervisor")
    member = make_member(person=user.person, role=MemberRole.FINANCE)
    make_operator(OperatorRole.FINANCE, person=user.person)
    keys = [place.key for place in list_workplaces(user.person)]
    assert keys == [f"account:{user.account_id}", f"partner:{member.partner_id.hex}", "operator:staff"]
    held = permissions_of(user.person)
    assert {"apps.view", "partner.revenue.view", "operator.finance"} <= held
    assert permissions_of(user.person, place="operator:staff") == {"operator.view", "operator.finance"}
    assert permissions_of(user.person, place="account:" + "0" * 24) == frozenset()


def test_scopes_are_permissions_that_the_person_has() -> None:
    user = make_user(role="supervisor")
    token, _ = make_token(user.person, scopes=["people.view", "apps.view", "people.view"])
    assert token.scopes == ["people.view", "apps.view"]
    for scope in ("people.manage", "operator.view", "nonsense", ""):
        with pytest.raises(TokenScopeUnknown):
            make_token(user.person, scopes=["people.view", scope])
    assert PersonalAccessToken.objects.count() == 1


def test_a_place_is_one_of_the_persons_and_its_scopes_are_held_there() -> None:
    user = make_user(role="supervisor")
    admin = make_user(person=user.person)
    here, there = f"account:{user.account_id}", f"account:{admin.account_id}"
    assert make_token(user.person, place=here)[0].place == here
    assert make_token(user.person, place=there, scopes=["people.manage"])[0].scopes == ["people.manage"]
    with pytest.raises(TokenScopeUnknown):
        make_token(user.person, place=here, scopes=["people.manage"])
    for place in (f"account:{make_account().pk}", "operator:staff", "nonsense"):
        with pytest.raises(NotFound):
            make_token(user.person, place=place)
    assert PersonalAccessToken.objects.count() == 2


def test_a_token_cannot_end_in_the_past() -> None:
    person = make_person()
    with clock.freeze() as now, pytest.raises(TokenExpiryWrong):
        make_token(person, expires_at=now)
    assert not PersonalAccessToken.objects.exists()


def test_what_is_made_with_a_token_does_no_more_than_it() -> None:
    user = make_user()
    place, other = f"account:{user.account_id}", f"account:{make_user(person=user.person).account_id}"
    soon, later = clock.now() + timedelta(days=7), clock.now() + timedelta(days=8)
    parent, _ = make_token(user.person, scopes=["people.view", "apps.view"], place=place, expires_at=soon)
    origin = Origin(made_with=parent)
    fine = {"scopes": ["people.view"], "place": place, "expires_at": soon, "origin": origin}
    refused: list[tuple[dict[str, object], type[DomainError]]] = [
        ({"scopes": []}, TokenLimited),
        ({"scopes": ["people.manage"]}, TokenLimited),
        ({"scopes": ["people.view", "people.manage"]}, TokenLimited),
        ({"place": ""}, TokenLimited),
        ({"place": other}, TokenLimited),
        ({"expires_at": None}, TokenExpiryWrong),
        ({"expires_at": later}, TokenExpiryWrong),
    ]
    for change, error in refused:
        with pytest.raises(error):
            make_token(user.person, **{**fine, **change})
    assert PersonalAccessToken.objects.count() == 1
    assert make_token(user.person, **fine)[0].made_with == parent


def test_a_form_that_is_sent_twice_makes_one() -> None:
    person, request_id = make_person(), uuid.uuid4()
    make_token(person, origin=Origin(request_id=request_id))
    with pytest.raises(TokenMade):
        make_token(person, origin=Origin(request_id=request_id))
    assert PersonalAccessToken.objects.count() == 1
    assert Event.objects.filter(kind="personal_token.created").count() == 1
    make_token(make_person(), origin=Origin(request_id=request_id))  # somebody else's form is another one


def test_fifty_live_tokens_are_enough() -> None:
    person = make_person()
    rows = [PersonalAccessToken(person=person, name="x", token_hash=f"h{n}", hint="fdp_x") for n in range(50)]
    PersonalAccessToken.objects.bulk_create(rows)
    with pytest.raises(TooManyTokens, match="50"):
        make_token(person)
    rows[0].expires_at = clock.now()
    rows[0].save()
    make_token(person)
    with pytest.raises(TooManyTokens):
        make_token(person)
    revoke_personal_token(actor=SYSTEM, by=person, token=rows[1])
    make_token(person)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_do_not_make_fifty_one() -> None:
    person = make_person()
    rows = [PersonalAccessToken(person=person, name="x", token_hash=f"h{n}", hint="fdp_x") for n in range(49)]
    PersonalAccessToken.objects.bulk_create(rows)
    results: list[str] = []

    def run() -> None:
        try:
            make_token(person)
            results.append("made")
        except TooManyTokens:
            results.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["made", "refused", "refused", "refused"]
    assert PersonalAccessToken.objects.count() == 50


# Ends -----------------------------------------------------------------------------------------------------------------


def test_a_token_takes_those_made_with_it_along() -> None:
    person = make_person()
    parent, one = make_token(person)
    child, two = make_token(person, origin=Origin(made_with=parent))
    _grandchild, three = make_token(person, origin=Origin(made_with=child))
    _other, bystander = make_token(person)
    revoke_personal_token(actor=SYSTEM, by=person, token=parent)
    assert [opens(each) for each in (one, two, three, bystander)] == [False, False, False, True]
    assert Event.objects.filter(kind="personal_token.revoked").count() == 3


def test_all_at_once() -> None:
    person, stranger = make_person(), make_person()
    parent, _ = make_token(person)
    make_token(person, origin=Origin(made_with=parent))
    make_token(person, expires_at=clock.now() + timedelta(days=30))
    _, others = make_token(stranger)
    assert revoke_all_personal_tokens(actor=SYSTEM, by=person) == 3
    assert revoke_all_personal_tokens(actor=SYSTEM, by=person) == 0
    assert opens(others)
    assert Event.objects.filter(kind="personal_token.revoked").count() == 3
    assert not Deadline.objects.exists()


def test_who_leaves_the_last_place_leaves_their_tokens_behind() -> None:
    account = make_account()
    admin, agent = make_user(account), make_user(account, role="agent")
    _, plain = make_token(agent.person)
    deactivate_user(actor=actor_for(admin.person), by=admin, user=agent)
    assert not opens(plain)
    reactivate_user(actor=actor_for(admin.person), by=admin, user=agent)
    assert not opens(plain)
    assert Event.objects.get(kind="personal_token.revoked").actor_id == admin.person.pk.hex


def test_who_leaves_one_of_several_places_loses_the_tokens_for_it_alone() -> None:
    account = make_account()
    admin, user = make_user(account), make_user(account, role="supervisor")
    owner = make_member()
    member = make_member(owner.partner, person=user.person, role=MemberRole.DEVELOPER)
    make_operator(person=user.person)
    account_key, partner_key = f"account:{account.pk}", f"partner:{member.partner_id.hex}"
    here, there, anywhere = (make_token(user.person, place=key)[1] for key in (account_key, partner_key, ""))
    deactivate_user(actor=SYSTEM, by=admin, user=user)
    assert [opens(each) for each in (here, there, anywhere)] == [False, True, True]
    remove_member(actor=SYSTEM, by=owner, member=member)
    assert [opens(each) for each in (here, there, anywhere)] == [False, False, True]


# What the owner is told -----------------------------------------------------------------------------------------------


def test_the_owner_is_told_when_one_is_made() -> None:
    person = make_person()
    token, plain = make_token(person)
    [letter] = deliver()
    assert (letter.to, letter.subject) == ([person.email], "A new access token: drive")
    assert token.hint in letter.body
    assert plain not in letter.body
    assert "/you/tokens" in letter.body


def test_the_owner_is_told_a_week_before_one_ends() -> None:
    person = make_person()
    with clock.freeze() as now:
        token, _ = make_token(person, expires_at=now + timedelta(days=30))
        deliver()
        assert Deadline.objects.get().due_at == now + timedelta(days=23)
        with clock.travel(timedelta(days=23, seconds=-1)):
            assert deadlines.sweep_once() == 0
        with clock.travel(timedelta(days=23)):
            assert deadlines.sweep_once() == 1
            [letter] = deliver()
    assert (letter.to, letter.subject) == ([person.email], "Your access token drive ends soon")
    assert Event.objects.get(kind="personal_token.expiring").subject_id == token.pk.hex


def test_nobody_is_told_of_the_end_of_what_is_revoked_endless_or_short() -> None:
    person, now = make_person(), clock.now()
    gone, _ = make_token(person, expires_at=now + timedelta(days=30))
    make_token(person)
    make_token(person, expires_at=now + timedelta(days=7))
    revoke_personal_token(actor=SYSTEM, by=person, token=gone)
    assert not Deadline.objects.exists()
    deliver()
    personal_tokens.announce_expiry(gone.pk.hex, now)  # a repetition of an old row
    assert deliver() == []
