from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.factories.accounts import actor_for, make_account, make_user
from tests.factories.catalog import make_plan, make_published_version
from tests.factories.installs import PARTNER_PROGRAM, make_completed, make_installing, make_pending, order

from fondaco.installs.actions import answer_operation, cancel_installation
from fondaco.installs.badges import Badge
from fondaco.installs.queries import (
    consent_text,
    find_installed,
    get_installation,
    has_tried,
    list_installations,
    list_licensed_users,
    list_operations,
    purchase_summary,
)
from fondaco.kit import clock
from fondaco.kit.errors import NotFound
from fondaco.kit.money import Money

pytestmark = pytest.mark.django_db


def test_my_apps_of_a_manager_a_licensed_user_and_an_agent() -> None:
    installation = make_completed()
    account = installation.account
    ada = installation.installed_by
    samir = installation.licences.exclude(user=ada).get().user
    (seen,) = list_installations(ada)
    assert (seen.installation, seen.can_launch, seen.can_manage, seen.trial_days_left) == (installation, True, True, 30)
    assert seen.badges == (Badge.ACTIVE, Badge.MANAGEABLE)
    (seen,) = list_installations(samir)
    assert (seen.can_launch, seen.can_manage, seen.badges) == (True, False, (Badge.ACTIVE,))
    assert list_installations(make_user(account, role="supervisor")) == []
    assert list_installations(make_user(account, role="agent")) == []
    (seen,) = list_installations(make_user(account))
    assert not seen.can_launch
    assert "no licence" in str(seen.why_not_launch)
    assert list_installations(make_user()) == []


def test_the_number_of_queries_does_not_grow_with_the_apps() -> None:
    account = make_account()
    by = make_user(account)
    counts = []
    for _ in range(3):
        installation = order(make_published_version(), [by]).installation
        answer_operation(actor=PARTNER_PROGRAM, installation=installation, decision="approve")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            list_installations(by)
        counts.append(len(queries))
    assert counts == [1, 1, 1]  # and one for the account's clock, which this transaction knows already


def test_one_app_by_id_is_scoped() -> None:
    installation = make_completed()
    ada = installation.installed_by
    assert get_installation(ada, installation.pk.hex).installation == installation
    outsiders = (make_user(), make_user(installation.account, role="supervisor"))
    for by, wanted in [*((user, installation.pk.hex) for user in outsiders), (ada, "x"), (ada, "0" * 32)]:
        with pytest.raises(NotFound):
            get_installation(by, wanted)


def test_what_is_gone_leaves_my_apps_but_a_manager_still_finds_its_history() -> None:
    installation = make_installing()
    by = installation.installed_by
    cancel_installation(actor=actor_for(by.person), by=by, installation=installation)
    assert list_installations(by) == []
    found = get_installation(by, installation.pk.hex)
    assert found.badges == ()
    assert [operation.kind for operation in list_operations(found.installation)] == ["install"]
    assert find_installed(by.account_id, installation.app_id) is None


def test_days_left_count_begun_days() -> None:
    installation = make_completed()
    by = installation.installed_by
    started = installation.trial.started_at
    for days, left in ((0, 30), (29, 1), (29.99, 1)):
        with clock.freeze(started + timedelta(days=days)):
            assert list_installations(by)[0].trial_days_left == left


def test_licensed_users_by_name_and_still_while_an_uninstall_waits() -> None:
    installation = make_pending()
    assert [user.person.name for user in list_licensed_users(installation)] == ["Ada Adler", "Samir Sol"]


def test_a_trial_counts_as_used_once_it_began() -> None:
    installation = make_installing()
    assert not has_tried(installation.account_id, installation.app_id)
    answer_operation(actor=PARTNER_PROGRAM, installation=installation, decision="approve")
    assert has_tried(installation.account_id, installation.app_id)
    assert not has_tried(make_account().pk, installation.app_id)


def test_summaries_count_seats_only_where_seats_are_paid() -> None:
    version = make_published_version()
    team = version.plans.get(name="Team")
    flat = make_plan(version, name="Flat", model="per_account", price_minor=9900)
    assert purchase_summary(team, 3).monthly_total == Money(5400)
    assert purchase_summary(flat, 3).monthly_total == Money(9900)
    trial = purchase_summary(version.plans.get(name="Trial"), 3)
    assert (trial.monthly_total, trial.trial_days) == (Money(0), 30)


def test_the_words_that_are_agreed_to_name_every_access() -> None:
    version = make_published_version()
    text = consent_text(version)
    partner = version.app.partner.name
    assert text.splitlines() == [
        f"I install {version.app.name} by {partner} for my account. I may order on its behalf.",
        f"What {version.app.name} may do:",
        "• Reads your account's name and time zone",
        "• Adds and changes your contacts",
        "• Reads the people in your account",
    ]
    version.technical.data_fields = ["user.email", "account.timezone", "user.name"]
    assert consent_text(version).splitlines()[2:] == [
        "• Reads your account's name and time zone: the time zone",
        "• Adds and changes your contacts",
        "• Reads the people in your account: their names, their e-mail addresses",
    ]
    assert "asks for no access" in consent_text(make_published_version(scopes=[], scope_reasons={}))
