"""Two at once about the same app: one wins, the other is told, and nothing is half done."""

from __future__ import annotations

import pytest
from tests.factories.accounts import actor_for, make_operator, make_user
from tests.factories.catalog import make_app, make_published_version, make_version
from tests.factories.installs import order
from tests.factories.lifecycle import accept, admin_of, make_tester, make_transfer, owner_of
from tests.factories.partners import make_member, make_partner
from tests.racing import at_once

from fondaco.accounts.permissions import OperatorRole
from fondaco.audit.models import Event
from fondaco.catalog import actions
from fondaco.catalog.models import App, AppTester, AppTransfer
from fondaco.catalog.states import Track
from fondaco.installs.actions import retire_app
from fondaco.installs.models import Installation
from fondaco.review.actions import submit

pytestmark = pytest.mark.django_db(transaction=True)


def test_accept_and_withdraw() -> None:
    transfer = make_transfer()
    old, new = owner_of(transfer.giver), owner_of(transfer.receiver)
    outcomes = at_once(
        lambda: actions.accept_transfer(actor=actor_for(new.person), by=new, transfer=transfer),
        lambda: actions.withdraw_transfer(actor=actor_for(old.person), by=old, transfer=transfer),
    )
    assert sorted(outcomes) == ["done", "transfer-over"]
    assert AppTransfer.objects.get().status == ("accepted" if outcomes[0] == "done" else "withdrawn")


def test_two_owners_accept() -> None:
    transfer = make_transfer()
    first, second = owner_of(transfer.receiver), make_member(transfer.receiver)
    outcomes = at_once(
        *(
            lambda by=by: actions.accept_transfer(actor=actor_for(by.person), by=by, transfer=transfer)
            for by in (first, second)
        )
    )
    assert sorted(outcomes) == ["done", "transfer-over"]
    assert Event.objects.filter(kind="app_transfer.accepted").count() == 2  # one for each partner


def test_two_operators_confirm() -> None:
    transfer = accept(make_transfer())
    managers = [make_operator(OperatorRole.PARTNER_MANAGER) for _number in range(2)]
    outcomes = at_once(
        *(
            lambda by=by: actions.confirm_transfer(actor=actor_for(by.person), by=by, transfer=transfer)
            for by in managers
        )
    )
    assert sorted(outcomes) == ["done", "transfer-over"]
    assert Event.objects.filter(kind="app.received").count() == 1


def test_two_offers_of_one_app() -> None:
    app = make_app()
    first, second = owner_of(app.partner), make_member(app.partner)
    for name in ("Northwind Labs", "Tempo Labs"):
        owner_of(make_partner(name))
    outcomes = at_once(
        lambda: actions.offer_app(actor=actor_for(first.person), by=first, app=app, receiver="Northwind Labs"),
        lambda: actions.offer_app(actor=actor_for(second.person), by=second, app=app, receiver="Tempo Labs"),
    )
    assert sorted(outcomes) == ["done", "transfer-open"]
    assert AppTransfer.objects.count() == 1


def test_a_submission_and_the_confirmation() -> None:
    transfer = accept(make_transfer())
    version = make_version(transfer.app)
    old, jon = owner_of(transfer.giver), make_operator(OperatorRole.PARTNER_MANAGER)
    outcomes = at_once(
        lambda: submit(actor=actor_for(old.person), by=old, version=version, track=Track.TECHNICAL),
        lambda: actions.confirm_transfer(actor=actor_for(jon.person), by=jon, transfer=transfer),
    )
    assert outcomes in (["done", "still-in-review"], ["not-found", "done"])
    owner = App.objects.get(pk=transfer.app_id).partner
    assert owner == (transfer.giver if outcomes[0] == "done" else transfer.receiver)


def test_an_order_and_the_end_of_the_app() -> None:
    version = make_published_version()
    by, user = owner_of(version.app.partner), make_user()
    outcomes = at_once(
        lambda: order(version, [user]),
        lambda: retire_app(actor=actor_for(by.person), by=by, app=version.app),
    )
    assert outcomes in (["done", "still-installed"], ["not-installable", "done"])
    assert (Installation.objects.count(), App.objects.get().is_retired) == (
        (1, False) if outcomes[0] == "done" else (0, True)
    )


def test_the_account_answers_and_the_partner_takes_back() -> None:
    tester = make_tester(accepts=False)
    user, by = admin_of(tester.account), owner_of(tester.app.partner)
    outcomes = at_once(
        lambda: actions.decline_test(actor=actor_for(user.person), by=user, tester=tester),
        lambda: actions.remove_tester(actor=actor_for(by.person), by=by, tester=tester),
    )
    assert sorted(outcomes) == ["done", "test-account-over"]
    assert AppTester.objects.get().status == ("declined" if outcomes[0] == "done" else "removed")
