"""Accounts that test an app: invited by the partner, answered by the account, ended by either."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.factories.accounts import actor_for, make_account, make_person, make_role, make_user
from tests.factories.catalog import make_app, make_version
from tests.factories.lifecycle import admin_of, link_of, make_tester, owner_of
from tests.factories.mail import deliver, link_in
from tests.factories.partners import make_member
from tests.http.world import undone

from fondaco.accounts.models import User
from fondaco.accounts.permissions import ADMIN, Permission
from fondaco.audit.models import Event
from fondaco.catalog import actions, errors
from fondaco.catalog.lifecycle_states import TESTER
from fondaco.catalog.lifecycle_states import TesterStatus as Standing
from fondaco.catalog.models import AppTester
from fondaco.catalog.queries import count_tests, get_test, get_tester, list_testers, list_tests
from fondaco.kit.errors import Forbidden, Invalid, NotFound
from fondaco.partners.models import Member, MemberRole

pytestmark = pytest.mark.django_db
E = Standing
STEPS: dict[Standing, Callable[..., AppTester]] = {
    E.ACCEPTED: actions.accept_test,
    E.DECLINED: actions.decline_test,
    E.LEFT: actions.leave_test,
    E.REMOVED: actions.remove_tester,
}


def take(tester: AppTester, to: Standing) -> AppTester:
    by: Member | User = owner_of(tester.app.partner) if to == E.REMOVED else admin_of(tester.account)
    return STEPS[to](actor=actor_for(by.person), by=by, tester=tester)


def in_state(status: Standing) -> AppTester:
    tester = make_tester(accepts=False)
    if status == E.LEFT:
        take(tester, E.ACCEPTED)
    return tester if status == E.INVITED else take(tester, status)


@pytest.mark.parametrize("before", Standing)
def test_every_cell_of_the_machine(before: Standing) -> None:
    tester = in_state(before)
    facts = Event.objects.count()
    for to in set(Standing) - {E.INVITED}:
        if not TESTER.allows(before, to):
            with pytest.raises(errors.TesterOver):
                take(tester, to)
            tester.refresh_from_db()
            assert (tester.status, Event.objects.count()) == (before, facts)
            continue
        with undone():
            assert take(tester, to).status == to
            event = Event.objects.latest("id")
            assert (event.kind, event.account_id) == (f"app_tester.{to}", tester.account_id)
            assert event.partner_id == tester.app.partner_id


def test_strangers_and_others_of_the_account() -> None:
    tester = make_tester(accepts=False)
    stranger, other_partner = make_user(make_account()), make_member()
    agent, marketing = make_user(tester.account, role="agent"), make_member(tester.app.partner, role=MemberRole.FINANCE)
    facts = Event.objects.count()
    for by, to, refusal in (
        (stranger, E.ACCEPTED, NotFound),
        (stranger, E.DECLINED, NotFound),
        (stranger, E.LEFT, NotFound),
        (agent, E.ACCEPTED, Forbidden),
        (other_partner, E.REMOVED, NotFound),
        (marketing, E.REMOVED, Forbidden),
    ):
        with pytest.raises(refusal):
            STEPS[to](actor=actor_for(by.person), by=by, tester=tester)
    tester.refresh_from_db()
    assert (tester.status, Event.objects.count()) == ("invited", facts)
    for look in (
        lambda: get_test(stranger, tester.pk.hex),
        lambda: get_tester(other_partner, tester.app, tester.pk.hex),
    ):
        with pytest.raises(NotFound):
            look()
    assert (list(list_tests(stranger)), list(list_testers(other_partner, tester.app))) == ([], [])
    with pytest.raises(Forbidden):
        list_tests(agent)
    assert (count_tests(agent), count_tests(admin_of(tester.account))) == ((0, 0), (1, 0))


def test_one_permission_of_the_account_is_enough() -> None:
    tester = make_tester(accepts=False)
    role = make_role(tester.account, Permission.APPS_INSTALL)
    user = make_user(tester.account, role=role)
    assert actions.accept_test(actor=actor_for(user.person), by=user, tester=tester).is_testing
    for permission in ADMIN - {Permission.APPS_INSTALL}:
        other = make_user(tester.account, role=make_role(tester.account, permission))
        with pytest.raises(Forbidden):
            actions.leave_test(actor=actor_for(other.person), by=other, tester=tester)


def test_an_account_is_found_by_its_name_and_by_an_administrator() -> None:
    app = make_app()
    by = owner_of(app.partner)
    account = make_account("lumen", company_name="Lumen Bank")
    ida = make_user(account, person=make_person("Ida Ives", email="ida@lumen.example"))
    first = actions.invite_tester(actor=actor_for(by.person), by=by, app=app, account=" Lumen ")
    assert first.account == account
    with pytest.raises(errors.TesterOpen):
        actions.invite_tester(actor=actor_for(by.person), by=by, app=app, account="IDA@lumen.example")
    take(first, E.DECLINED)
    again = actions.invite_tester(actor=actor_for(by.person), by=by, app=app, account="IDA@lumen.example")
    assert (again.account, again.status, again.pk == first.pk) == (account, "invited", False)
    make_user(make_account(), person=ida.person)
    with pytest.raises(Invalid, match="Some entries") as refusal:
        actions.invite_tester(actor=actor_for(by.person), by=by, app=make_app(app.partner), account=ida.person.email)
    assert "several accounts" in refusal.value.fields["account"][0]


@pytest.mark.parametrize(
    ("account", "note", "field", "words"),
    [
        ("", "", "account", "This is required."),
        ("x" * 255, "", "account", "Use at most 254 characters"),
        ("lu\0men", "", "account", "cannot be shown"),
        ("nowhere", "", "account", "There is no account of this name."),
        ("nobody@people.example", "", "account", "Nobody with this address administers an account."),
        ("agnes@people.example", "", "account", "Nobody with this address administers an account."),
        ("own", "", "account", "Your own developer account needs no invitation."),
        ("lumen", "x" * 1001, "note", "Use at most 1000 characters"),
    ],
)
def test_bad_input(account: str, note: str, field: str, words: str) -> None:
    app = make_app()
    by = owner_of(app.partner)
    lumen = make_account("lumen")
    make_user(lumen, role="agent", person=make_person("Agnes Ahl", email="agnes@people.example"))
    name = app.partner.developer_account.name if account == "own" else account
    facts = Event.objects.count()
    with pytest.raises(Invalid) as refusal:
        actions.invite_tester(actor=actor_for(by.person), by=by, app=app, account=name, note=note)
    assert list(refusal.value.fields) == [field]
    assert words in refusal.value.fields[field][0]
    assert (AppTester.objects.count(), Event.objects.count()) == (0, facts)


def test_the_account_sees_what_is_switched_on() -> None:
    app = make_app()
    first, _second = make_version(app), make_version(app, name="2.0.0")
    tester = make_tester(app)
    token = link_of(first)
    shown = list_tests(admin_of(tester.account)).get()
    assert [(one.name, one.install_link.token.decode()) for one in shown.app.linked_versions] == [("1.0.0", token)]


def test_the_mails() -> None:
    tester = make_tester(accepts=False)
    admin, owner = admin_of(tester.account), owner_of(tester.app.partner)
    (invited,) = deliver()
    assert (invited.to, invited.subject) == (
        [admin.person.email],
        "Ledgerline GmbH invites Harbour Bank to test Ledgerline",
    )
    assert "Please try the new first page." in str(invited.body)
    assert link_in(invited).startswith("/my-apps/tests?place=account:")
    take(tester, E.ACCEPTED)
    take(tester, E.LEFT)
    accepted, left = deliver()
    assert (accepted.to, accepted.subject) == ([owner.person.email], "Harbour Bank tests Ledgerline")
    assert (left.to, left.subject) == ([owner.person.email], "Harbour Bank no longer tests Ledgerline")
    again = make_tester(tester.app, tester.account)
    deliver()
    take(again, E.REMOVED)
    (removed,) = deliver()
    assert (removed.to, removed.subject) == ([admin.person.email], "The test of Ledgerline is over")
