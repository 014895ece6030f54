"""Mails about an app's life: to whom each goes. Most of transfers and tests are in tests/db/catalog."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.core import mail
from tests.db.catalog.test_testers import take
from tests.db.catalog.test_transfers import expire, step
from tests.db.installs.test_retiring import ended_version
from tests.db.notify.test_letters import told
from tests.db.review.test_check_runs import live, watch
from tests.factories.accounts import actor_for, make_operator
from tests.factories.catalog import make_app, make_published_version, make_version
from tests.factories.lifecycle import accept, make_tester, make_transfer, owner_of
from tests.factories.mail import deliver, link_in
from tests.factories.partners import make_member

from fondaco.accounts.permissions import OperatorRole
from fondaco.catalog import actions as catalog
from fondaco.catalog.lifecycle_states import TesterStatus as Standing
from fondaco.catalog.lifecycle_states import TransferStatus
from fondaco.installs.actions import retire_app, retire_version
from fondaco.installs.models import Installation
from fondaco.kit import deadlines
from fondaco.notify.mails.version_ended import tell_customers
from fondaco.partners.models import MemberRole, Partner

pytestmark = pytest.mark.django_db


def addresses(partner: Partner, *roles: MemberRole) -> list[str]:
    """Those of the partner's people in these roles; it gets one for every role."""
    for role in set(MemberRole) - {MemberRole(one) for one in partner.members.values_list("role", flat=True)}:
        make_member(partner, role=role)
    return sorted(partner.members.filter(role__in=roles).values_list("person__email", flat=True))


def test_the_end_of_a_version_is_for_those_who_publish_and_that_of_an_app_for_everyone() -> None:
    app = make_app()
    version, by = make_published_version(app), owner_of(app.partner)
    publishers = addresses(app.partner, MemberRole.OWNER, MemberRole.DEVELOPER)
    actor = actor_for(by.person)
    catalog.deprecate_version(actor=actor, by=by, version=version, reason="Use 2.0.0")
    deliver()
    retire_version(actor=actor, by=by, version=version)
    assert [told(letter) for letter in deliver()] == [(publishers, f"{version} is retired")]
    retire_app(actor=actor, by=by, app=app)
    assert [told(letter) for letter in deliver()] == [(addresses(app.partner, *MemberRole), f"{app.name} is retired")]


def test_the_last_day_of_a_version_reaches_its_partner_its_customers_and_staff() -> None:
    version = ended_version(installations=2)
    publishers = addresses(version.app.partner, MemberRole.OWNER, MemberRole.DEVELOPER)
    staff = [make_operator(role).person.email for role in (OperatorRole.SUPPORT, OperatorRole.PARTNER_MANAGER)]
    make_operator(OperatorRole.TECHNICAL_REVIEWER)  # not their business
    deliver()
    assert version.ends_on
    deadlines.find_handler("version.ends")(version.pk.hex, datetime.combine(version.ends_on, datetime.min.time(), UTC))
    tell_customers(version.pk.hex)
    customers = [[one.installed_by.person.email] for one in Installation.objects.select_related("installed_by__person")]
    assert sorted(told(letter) for letter in deliver()) == sorted(
        [
            *((people, f"The last day of {version} has come") for people in [publishers, *customers]),
            (sorted(staff), f"{version} has ended and is still installed"),
        ]
    )


def test_an_account_that_declines_a_test_is_told_to_those_who_publish() -> None:
    tester = make_tester(accepts=False)
    publishers = addresses(tester.app.partner, MemberRole.OWNER, MemberRole.DEVELOPER)
    deliver()
    take(tester, Standing.DECLINED)
    assert [told(letter) for letter in deliver()] == [(publishers, "Harbour Bank does not test Ledgerline")]


def test_both_partners_are_told_of_a_transfer_that_is_done_and_land_on_their_own_side() -> None:
    transfer = accept(make_transfer())
    manager = make_operator(OperatorRole.PARTNER_MANAGER)
    owners = [addresses(side, MemberRole.OWNER) for side in (transfer.giver, transfer.receiver)]
    deliver()
    step(TransferStatus.COMPLETED, manager, transfer)
    letters = deliver()
    assert [told(letter) for letter in letters] == [
        (owners[0], "Ledgerline belongs to Northwind Labs now"),
        (owners[1], "Ledgerline is yours now"),
    ]
    assert [side_of(letter) for letter in letters] == [transfer.giver_id.hex, transfer.receiver_id.hex]


def test_an_offer_that_ran_out_takes_each_partner_to_its_own_side() -> None:
    transfer = make_transfer()
    deliver()
    expire(transfer)
    letters = deliver()
    assert [(letter.to, side_of(letter)) for letter in letters] == [
        (addresses(side, MemberRole.OWNER), side.pk.hex) for side in (transfer.giver, transfer.receiver)
    ]


def side_of(letter: mail.EmailMessage) -> str:
    """The partner as which the link is opened."""
    return link_in(letter).partition("?place=partner:")[2]


def test_what_stops_working_and_works_again_is_for_the_technical_people() -> None:
    app = make_app()
    version = make_version(app)
    developers = addresses(app.partner, MemberRole.OWNER, MemberRole.DEVELOPER)
    live(version)
    before = len(mail.outbox)
    for hours, found in ((24, True), (49, True), (74, False)):
        watch(version, found=("callback-accepts-event",) if found else (), after=hours)
    assert [told(letter) for letter in mail.outbox[before:]] == [
        ([app.technical_email, *developers], f"{version}: something stopped working"),
        ([app.technical_email, *developers], f"{version}: it works again"),
    ]
