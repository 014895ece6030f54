from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from tests.factories.accounts import actor_for, make_account, make_operator
from tests.factories.installs import PARTNER_PROGRAM, make_completed, make_installing

from fondaco.accounts.permissions import OperatorRole
from fondaco.audit.models import Event
from fondaco.identity.states import ClientStatus
from fondaco.installs.actions import (
    answer_operation,
    cancel_installation,
    extend_trial,
    uninstall_app,
    update_settings,
)
from fondaco.installs.actions.trials import remind_when_due
from fondaco.installs.changes import Settings
from fondaco.installs.errors import TrialNotRunning
from fondaco.installs.models import Installation, Trial
from fondaco.kit import clock, deadlines
from fondaco.kit.errors import Forbidden, Invalid
from fondaco.kit.models import Deadline
from fondaco.messaging.models import Message

pytestmark = pytest.mark.django_db
OVER = timedelta(days=30, seconds=1)


def test_expiry_suspends_and_tells_the_partner() -> None:
    installation = make_completed()
    with clock.travel(OVER):
        assert deadlines.sweep_once() >= 1
    installation = Installation.objects.select_related("client").get(pk=installation.pk)
    assert installation.status == "suspended"
    assert installation.client.status == ClientStatus.SUSPENDED
    assert not installation.can_be_launched
    trial = Trial.objects.get()
    assert (trial.status, trial.ended_reason, trial.ended_by) == ("ended", "trial_expired", "system")
    message = Message.objects.get(type="app.trial_ended")
    assert message.content["data"]["ended_by"] == "system"


def test_nothing_ends_a_second_early_or_twice() -> None:
    installation = make_completed()
    with clock.travel(timedelta(days=29, hours=23, minutes=59)):
        deadlines.sweep_once()
        assert Installation.objects.get(pk=installation.pk).status == "completed"
    with clock.travel(OVER):
        deadlines.sweep_once()
        deadlines.sweep_once()
    assert Message.objects.filter(type="app.trial_ended").count() == 1


def test_a_paid_plan_has_no_trial() -> None:
    make_completed(plan="Team")
    with clock.travel(OVER):
        deadlines.sweep_once()
    assert Installation.objects.get().status == "completed"
    assert not Trial.objects.exists()
    assert set(Message.objects.values_list("type", flat=True)) == {"app.installed"}


def test_a_trial_that_runs_out_during_an_uninstall_lets_nobody_in_and_ends_once() -> None:
    with clock.travel(timedelta(days=-25)):
        installation = make_completed()
    with clock.travel(timedelta(days=4)):
        by = installation.installed_by
        uninstall_app(actor=actor_for(by.person), by=by, installation=installation, reason_type="trial_only")
    with clock.travel(timedelta(days=6)):
        deadlines.sweep_once()
        found = Installation.objects.select_related("client").get(pk=installation.pk)
        assert (found.status, found.can_be_launched) == ("pending", False)
        answer_operation(actor=PARTNER_PROGRAM, installation=installation, decision="approve")
    assert Installation.objects.get().status == "revoked"
    assert Trial.objects.get().ended_reason == "trial_expired"
    assert Message.objects.filter(type="app.trial_ended").count() == 1


def test_a_trial_that_never_began_is_not_announced() -> None:
    installation = make_installing()
    by = installation.installed_by
    cancel_installation(actor=actor_for(by.person), by=by, installation=installation)
    trial = Trial.objects.get()
    assert (trial.status, trial.started_at, trial.ended_reason) == ("ended", None, "app_uninstalled")
    assert not Message.objects.filter(type="app.trial_ended").exists()


def reminded() -> list[int]:
    return [event.data["days"] for event in Event.objects.filter(kind="trial.ending").order_by("id")]


def pass_days(*days: int) -> None:
    for each in days:
        with clock.travel(timedelta(days=each, seconds=1)):
            deadlines.sweep_once()


def test_reminders_come_at_15_7_and_1_days_and_once() -> None:
    make_completed()
    pass_days(14)
    assert reminded() == []
    pass_days(15)
    assert reminded() == [15]
    with clock.travel(timedelta(days=16)):
        remind_when_due(Trial.objects.get().pk.hex, clock.now())  # a sweeper that was killed runs it again
    pass_days(22, 23, 28, 29, 30)
    assert reminded() == [15, 7, 1]
    assert Trial.objects.get().status == "ended"
    assert not Deadline.objects.filter(kind__startswith="trial.").exists()


def test_a_clock_that_jumps_reminds_once_and_one_that_jumps_over_the_end_never() -> None:
    account = make_account(is_sandbox=True)
    make_completed(account)
    clock.set_offset(account.pk, timedelta(days=28))
    deadlines.sweep_once()
    assert reminded() == [7]
    clock.set_offset(account.pk, timedelta(days=40))
    deadlines.sweep_once()
    assert reminded() == [7]
    assert Trial.objects.get().status == "ended"


def test_nobody_is_reminded_after_a_move_to_a_paid_plan_or_while_it_is_removed() -> None:
    paid, leaving = make_completed(), make_completed()
    by = paid.installed_by
    plan = paid.version.plans.get(type="paid")
    wanted = Settings(plan, list(paid.account.users.all()), max(2, plan.min_licences))
    update_settings(actor=actor_for(by.person), by=by, installation=paid, wanted=wanted)
    answer_operation(actor=PARTNER_PROGRAM, installation=paid, decision="approve")
    with clock.travel(timedelta(days=14)):
        by = leaving.installed_by
        uninstall_app(actor=actor_for(by.person), by=by, installation=leaving, reason_type="trial_only")
    pass_days(15, 20)
    answer_operation(actor=PARTNER_PROGRAM, installation=leaving, decision="approve")
    pass_days(23, 29, 30)
    assert reminded() == []
    assert list(Trial.objects.order_by("id").values_list("ended_reason", flat=True)) == [
        "plan_upgraded",
        "app_uninstalled",
    ]


def test_an_operator_lets_a_running_trial_last_longer_and_reminders_are_planned_anew() -> None:
    with clock.freeze(datetime(2030, 1, 1, 10, tzinfo=UTC)) as start:
        account = make_account()
        account.timezone = "Europe/Vienna"
        account.save()
        installation = make_completed(account)
        jon = make_operator(OperatorRole.SUPPORT)
    actor = actor_for(jon.person)
    with clock.freeze(start + timedelta(days=24)):
        deadlines.sweep_once()
        assert reminded() == [7]
        day = datetime(2030, 2, 10, tzinfo=UTC).date()
        trial = extend_trial(actor=actor, by=jon, installation=installation, last_day=day, reason="Two weeks of snow")
        assert trial.expires_at == datetime(2030, 2, 10, 23, tzinfo=UTC)
        message = Message.objects.get(type="app.trial_extended")
        assert message.content["data"] == {
            "installation_id": installation.pk.hex,
            "account_id": account.pk,
            "expires_at": "2030-02-10T23:00:00.000Z",
        }
        event = Event.objects.get(kind="trial.extended")
        assert (event.data["reason"], event.account_id) == ("Two weeks of snow", account.pk)
    for day_, days in ((27, [7, 15]), (31, [7, 15]), (35, [7, 15, 7]), (40, [7, 15, 7, 1])):
        with clock.freeze(start + timedelta(days=day_)):
            deadlines.sweep_once()
            assert reminded() == days
            assert Trial.objects.get().status == "active"
    with clock.freeze(datetime(2030, 2, 10, 23, tzinfo=UTC)):
        deadlines.sweep_once()
    assert Installation.objects.get().status == "suspended"


def test_only_a_running_trial_can_be_extended_and_only_to_later_and_by_support() -> None:
    installation, paid, waiting = make_completed(), make_completed(plan="Team"), make_installing()
    jon, ben = make_operator(OperatorRole.SUPPORT), make_operator(OperatorRole.PARTNER_MANAGER)
    before = Trial.objects.get(installation=installation).expires_at
    assert before is not None
    later = (before + timedelta(days=20)).date()

    def extend(**changes: object) -> None:
        fields = {"by": jon, "installation": installation, "last_day": later, "reason": "Holidays", **changes}
        extend_trial(actor=actor_for(jon.person), **fields)  # type: ignore[arg-type]

    for field, value in (("last_day", before.date() - timedelta(days=1)), ("last_day", date(9999, 12, 31)),
                         ("reason", " "), ("reason", "x" * 1001)):  # fmt: skip
        with pytest.raises(Invalid) as refusal:
            extend(**{field: value})
        assert set(refusal.value.fields) == {field}
    with pytest.raises(Forbidden):
        extend(by=ben)
    for other in (paid, waiting):
        with pytest.raises(TrialNotRunning):
            extend(installation=other)
    with clock.travel(before), pytest.raises(TrialNotRunning):  # over, though nobody has swept yet
        extend()
    pass_days(31)
    with pytest.raises(TrialNotRunning):
        extend()
    assert not Event.objects.filter(kind="trial.extended").exists()
    assert not Message.objects.filter(type="app.trial_extended").exists()
    assert Trial.objects.get(installation=installation).expires_at == before
