"""People of a partner: joining, changing role, leaving with their seat in the sandbox, coming back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.factories.accounts import SYSTEM, make_operator, make_user
from tests.factories.partners import make_member, make_partner
from tests.racing import at_once

from fondaco.accounts.actions import accept_invitation
from fondaco.accounts.errors import AlreadyHere, AlreadyInvited
from fondaco.accounts.models import Invitation, User
from fondaco.audit.models import Event
from fondaco.kit.errors import Forbidden, NotFound
from fondaco.kit.money import Money
from fondaco.partners import actions, queries
from fondaco.partners.errors import LastOwner
from fondaco.partners.models import Member, MemberRole

pytestmark = pytest.mark.django_db
PASSWORD = "correct-horse-battery"


def owner() -> Member:
    mara = make_member()
    make_user(mara.partner.developer_account, person=mara.person)
    return mara


def invited(by: Member, email: str = "devi@people.example", role: MemberRole = MemberRole.DEVELOPER) -> Invitation:
    return actions.invite_member(actor=SYSTEM, by=by, email=email, name="Devi Rao", role=role)


def joined(by: Member) -> Member:
    person = accept_invitation(actor=SYSTEM, invitation=invited(by), name="Devi Rao", password=PASSWORD)
    return Member.objects.get(person=person)


def test_who_joins_is_a_member_and_administers_the_sandbox() -> None:
    mara = owner()
    devi = joined(mara)
    seat = User.objects.get(person=devi.person)
    assert (devi.partner, devi.role) == (mara.partner, "developer")
    assert (seat.account, seat.role.key) == (mara.partner.developer_account, "admin")
    assert [member.person.name for member in queries.list_members(mara.partner)] == ["Devi Rao", "Mara Lind"]


def test_who_leaves_loses_the_sandbox_and_who_comes_back_gets_it_again() -> None:
    mara = owner()
    devi = joined(mara)

    actions.remove_member(actor=SYSTEM, by=mara, member=devi)

    assert not User.objects.get(person=devi.person).is_active
    assert Member.objects.get(pk=devi.pk).permissions == frozenset()
    kinds = set(Event.objects.values_list("kind", flat=True))
    assert {"member.removed", "user.deactivated"} <= kinds
    with pytest.raises(NotFound):
        queries.get_member(mara.partner, devi.pk.hex)

    accept_invitation(actor=SYSTEM, invitation=invited(mara, role=MemberRole.FINANCE))
    devi.refresh_from_db()
    assert (devi.is_active, devi.role) == (True, "finance")
    assert User.objects.get(person=devi.person).is_active


def test_the_last_owner_stays() -> None:
    mara = owner()
    with pytest.raises(LastOwner):
        actions.remove_member(actor=SYSTEM, by=mara, member=mara)
    with pytest.raises(LastOwner):
        actions.change_member_role(actor=SYSTEM, by=mara, member=mara, role=MemberRole.FINANCE)
    mara = Member.objects.get(pk=mara.pk)
    assert (mara.role, mara.is_active) == ("owner", True)
    assert not Event.objects.filter(kind__startswith="member.").exists()

    second = make_member(mara.partner)
    actions.change_member_role(actor=SYSTEM, by=second, member=mara, role=MemberRole.FINANCE)
    assert Member.objects.get(pk=mara.pk).role == "finance"


def test_only_owners_manage_and_only_their_own() -> None:
    mara, stranger = owner(), make_member()
    devi = joined(mara)
    invitation = invited(mara, email="x@people.example")
    for attempt in (
        lambda: actions.invite_member(actor=SYSTEM, by=devi, email="y@z.example", name="Y", role=MemberRole.FINANCE),
        lambda: actions.change_member_role(actor=SYSTEM, by=devi, member=mara, role=MemberRole.FINANCE),
        lambda: actions.remove_member(actor=SYSTEM, by=devi, member=mara),
        lambda: actions.withdraw_member_invitation(actor=SYSTEM, by=devi, invitation=invitation),
    ):
        with pytest.raises(Forbidden):
            attempt()
    for attempt in (
        lambda: actions.change_member_role(actor=SYSTEM, by=stranger, member=mara, role=MemberRole.FINANCE),
        lambda: actions.remove_member(actor=SYSTEM, by=stranger, member=mara),
        lambda: actions.withdraw_member_invitation(actor=SYSTEM, by=stranger, invitation=invitation),
    ):
        with pytest.raises(NotFound):
            attempt()
    assert Invitation.objects.filter(status="pending").count() == 1
    assert Member.objects.filter(is_active=True).count() == 3


def test_who_is_here_or_invited_is_not_invited() -> None:
    mara = owner()
    with pytest.raises(AlreadyHere):
        invited(mara, email=mara.person.email.upper())
    invitation = invited(mara)
    with pytest.raises(AlreadyInvited):
        invited(mara)
    assert [found.pk for found in queries.list_member_invitations(mara.partner)] == [invitation.pk]
    actions.withdraw_member_invitation(actor=SYSTEM, by=mara, invitation=invitation)
    assert not queries.list_member_invitations(mara.partner).exists()
    assert queries.get_member_invitation(mara.partner, invitation.pk.hex).status == "withdrawn"
    with pytest.raises(NotFound):
        queries.get_member_invitation(make_partner("Whisper Labs"), invitation.pk.hex)


def test_staff_finds_partners_and_what_they_were_given() -> None:
    jon, partner = make_operator(), make_partner("Whisper Labs")
    make_member(partner)
    made = actions.create_partner(
        actor=SYSTEM, name="Ledgerline", website="https://ledgerline.example", contact_email="a@b.example"
    )
    assert [(found.name, found.people) for found in queries.list_partners(jon)] == [
        ("Ledgerline", 0),
        ("Whisper Labs", 1),
    ]
    assert [found.name for found in queries.list_partners(jon, text="whisp")] == ["Whisper Labs"]
    assert queries.get_partner(jon, partner.pk.hex) == partner
    assert [(grant.kind, grant.quantity, grant.amount) for grant in queries.list_developer_grants(made)] == [
        ("licences", 3, Money(0)),
        ("credit", 0, Money(25_00)),
    ]


def test_a_page_loaded_before_a_promotion_takes_no_last_owner_away() -> None:
    mara = owner()
    as_loaded = joined(mara)
    devi = Member.objects.get(pk=as_loaded.pk)
    actions.change_member_role(actor=SYSTEM, by=mara, member=devi, role=MemberRole.OWNER)
    actions.remove_member(actor=SYSTEM, by=devi, member=mara)
    with pytest.raises(LastOwner):
        actions.change_member_role(actor=SYSTEM, by=devi, member=as_loaded, role=MemberRole.FINANCE)
    assert Member.objects.get(pk=devi.pk).role == "owner"


def test_who_was_removed_a_moment_ago_decides_nothing() -> None:
    mara = owner()
    devi = joined(mara)
    actions.change_member_role(actor=SYSTEM, by=mara, member=devi, role=MemberRole.OWNER)
    as_loaded = Member.objects.select_related("partner", "person").get(pk=devi.pk)
    actions.remove_member(actor=SYSTEM, by=mara, member=devi)
    before = Event.objects.count()

    for attempt in (
        lambda: invited(as_loaded, email="x@people.example"),
        lambda: actions.change_member_role(actor=SYSTEM, by=as_loaded, member=mara, role=MemberRole.FINANCE),
        lambda: actions.remove_member(actor=SYSTEM, by=as_loaded, member=mara),
    ):
        as_loaded.is_active = True
        with pytest.raises(Forbidden):
            attempt()

    assert Event.objects.count() == before
    assert not Invitation.objects.filter(email="x@people.example").exists()
    assert Member.objects.get(pk=mara.pk).role == "owner"


@pytest.mark.django_db(transaction=True)
def test_two_who_remove_one_colleague_at_once_do_it_once() -> None:
    partner = make_partner()
    owners = [make_member(partner), make_member(partner)]
    devi = make_member(partner, role=MemberRole.DEVELOPER)

    def remove(by: Member) -> Callable[[], Member]:
        return lambda: actions.remove_member(actor=SYSTEM, by=by, member=Member.objects.get(pk=devi.pk))

    assert sorted(at_once(*map(remove, owners))) == ["done", "not-found"]
    assert Event.objects.filter(kind="member.removed").count() == 1
