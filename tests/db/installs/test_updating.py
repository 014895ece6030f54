"""Changing who uses an app, its plan and its licences: asked of the partner first, and undone by being left undone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.factories.accounts import actor_for, make_account, make_role, make_user
from tests.factories.catalog import make_plan, make_published_version
from tests.factories.installs import PARTNER_PROGRAM, make_completed, make_installing, make_pending

from fondaco.accounts.models import User
from fondaco.accounts.permissions import Permission
from fondaco.audit.models import Event
from fondaco.installs import errors, snapshots
from fondaco.installs.actions import answer_operation, fail_open_operation, update_settings
from fondaco.installs.changes import Quote, Settings, quote
from fondaco.installs.models import Installation, Licence, Operation, Trial
from fondaco.installs.queries import list_licensed_users
from fondaco.kit import clock, deadlines
from fondaco.kit.errors import Forbidden, NotFound
from fondaco.messaging.models import Message

pytestmark = pytest.mark.django_db


@pytest.fixture
def installation() -> Installation:
    """On the trial, with two licences and two people."""
    return make_completed()


def settings_of(installation: Installation) -> Settings:
    return Settings(installation.plan, list(list_licensed_users(installation)), installation.total_licences)


def manager(installation: Installation) -> User:
    return installation.installed_by


def change(installation: Installation, **wanted: object) -> Operation:
    by = manager(installation)
    settings = replace(settings_of(installation), **wanted)  # type: ignore[arg-type]
    return update_settings(actor=actor_for(by.person), by=by, installation=installation, wanted=settings)


def with_newcomer(installation: Installation, **options: object) -> dict[str, object]:
    newcomer = make_user(installation.account, **options)  # type: ignore[arg-type]
    return {"users": [*settings_of(installation).users, newcomer], "licences": 3}


def answer(installation: Installation, decision: str) -> Operation:
    return answer_operation(actor=PARTNER_PROGRAM, installation=installation, decision=decision, reason="we looked")


def reload(installation: Installation) -> Installation:
    return Installation.objects.select_related("client", "plan").get(pk=installation.pk)


def untouched(installation: Installation, before: object) -> None:
    """What is in force is exactly what was, and nothing waits."""
    assert snapshots.take(reload(installation)) == before
    assert not Operation.objects.filter(status="open").exists()


def last_update() -> dict[str, object]:
    found: dict[str, object] = Message.objects.filter(type="app.updated").latest("sequence").content["data"]
    return found


def test_a_change_waits_and_touches_nothing(installation: Installation) -> None:
    before = snapshots.take(installation)
    wanted = with_newcomer(installation)
    operation = change(installation, **wanted)
    found = reload(installation)
    assert (found.status, operation.kind, operation.current) == ("pending", "update", before)
    assert snapshots.take(found) == {**before, "status": "pending"}
    assert found.can_be_launched
    assert {user.pk for user in list_licensed_users(found)} == {user.pk for user in wanted["users"]}  # type: ignore[attr-defined]
    assert operation.answer_due_at - operation.created_at == timedelta(days=7)


def test_approval_puts_it_in_force(installation: Installation) -> None:
    wanted = with_newcomer(installation)
    newcomer = wanted["users"][-1]  # type: ignore[index]
    change(installation, **wanted)
    assert last_update()["users"] == {"adding": [newcomer.pk], "removing": []}
    assert last_update()["subscription"] == {"adding": {"name": "Trial", "licenses": "3"}}
    answer(installation, "approve")
    found = reload(installation)
    assert (found.status, found.total_licences, Licence.objects.count()) == ("completed", 3, 3)
    assert Event.objects.filter(kind="licence.assigned").latest("id").data == {"users": [newcomer.pk]}


def test_removing_keeps_what_was_bought(installation: Installation) -> None:
    change(installation, users=[manager(installation)])
    gone = User.objects.filter(account=installation.account).exclude(pk=manager(installation).pk).get()
    assert last_update()["users"] == {"adding": [], "removing": [gone.pk]}
    assert "subscription" not in last_update()
    answer(installation, "approve")
    assert (reload(installation).total_licences, Licence.objects.get().user_id) == (2, manager(installation).pk)


@pytest.mark.parametrize("end", ["reject", "time out", "not reached"])
def test_T18_whatever_is_no_yes_leaves_all_as_it_was(installation: Installation, end: str) -> None:
    before = snapshots.take(installation)
    operation = change(installation, **with_newcomer(installation))
    if end == "reject":
        answer(installation, "reject")
    elif end == "time out":
        with clock.travel(timedelta(days=8)):
            deadlines.sweep_once()
    else:
        fail_open_operation(actor=PARTNER_PROGRAM, installation=installation, reason="nobody answers")
    operation.refresh_from_db()
    assert operation.status == {"reject": "rejected", "time out": "timed_out", "not reached": "failed"}[end]
    untouched(installation, before)
    late = "approve"
    with pytest.raises(errors.NothingToAnswer if end == "reject" else errors.AnswerTooLate):
        answer(installation, late)
    untouched(installation, before)


def test_from_trial_to_paid_the_trial_ends_as_upgraded_exactly_once(installation: Installation) -> None:
    paid = installation.version.plans.get(type="paid")
    change(installation, plan=paid, licences=max(2, paid.min_licences))
    assert last_update()["subscription"]["removing"] == {"name": "Trial"}  # type: ignore[index]
    answer(installation, "approve")
    trial = Trial.objects.get()
    assert (trial.status, trial.ended_reason, trial.ended_by) == ("ended", "plan_upgraded", "user")
    ended = Message.objects.filter(type="app.trial_ended")
    assert [message.content["data"]["ended_reason"] for message in ended] == ["plan_upgraded"]
    assert reload(installation).plan == paid


def test_after_the_trial_a_paid_plan_lets_people_in_again(installation: Installation) -> None:
    paid = installation.version.plans.get(type="paid")
    with clock.travel(timedelta(days=31)):
        deadlines.sweep_once()
        assert reload(installation).status == "suspended"
        with pytest.raises(errors.TrialUsed, match=r"begins when the app is installed, and never again\."):
            change(reload(installation), licences=9)
        change(reload(installation), plan=paid, licences=max(2, paid.min_licences))
        assert (reload(installation).status, reload(installation).can_be_launched) == ("pending", False)
        answer(installation, "approve")
    found = reload(installation)
    assert (found.status, found.can_be_launched) == ("completed", True)
    reasons = [m.content["data"]["ended_reason"] for m in Message.objects.filter(type="app.trial_ended")]
    assert reasons == ["trial_expired"]


@pytest.mark.parametrize("decision", ["approve", "reject"])
def test_a_trial_that_ends_while_a_change_waits_suspends(installation: Installation, decision: str) -> None:
    with clock.travel(timedelta(days=29)):
        change(installation, **with_newcomer(installation))
    with clock.travel(timedelta(days=30, hours=1)):
        deadlines.sweep_once()
        assert reload(installation).status == "pending"
        answer(installation, decision)
    assert reload(installation).status == "suspended"


def test_what_it_comes_to_is_said_before(installation: Installation) -> None:
    paid = installation.version.plans.get(type="paid")
    idle = make_user(installation.account, role=make_role(installation.account, Permission.APPS_VIEW, name="Idle"))
    users = [manager(installation), idle]
    found: Quote = quote(manager(installation), installation, Settings(paid, users, 5))
    assert found.adding == found.unable == (idle,)
    assert [user.role.key for user in found.removing] == ["supervisor"]
    assert found.added == paid.monthly_total(5) - installation.plan.monthly_total(2)
    assert found.is_change
    assert not quote(manager(installation), installation, settings_of(installation)).is_change


def test_settings_that_do_not_fit_change_nothing(installation: Installation) -> None:
    before = snapshots.take(installation)
    own, stranger = settings_of(installation).users, make_user(make_account("lumen"))
    few = make_plan(installation.version, name="Few", max_licences=2)
    elsewhere = make_published_version().plans.get(type="paid")
    others = [user for user in own if user != manager(installation)]
    refused: list[tuple[type[Exception], dict[str, object], set[str]]] = [
        (errors.SettingsUnusable, {"users": [*own, stranger], "licences": 3}, {"users"}),
        (errors.SettingsUnusable, {"users": [*own, own[0]], "licences": 3}, {"users"}),
        (errors.SettingsUnusable, {"users": others}, {"users"}),
        (errors.SettingsUnusable, {"licences": 1}, {"licences"}),
        (errors.SettingsUnusable, {"plan": few, "licences": 3}, {"licences"}),
        (errors.PlanElsewhere, {"plan": elsewhere}, set()),
        (errors.NothingToChange, {}, set()),
    ]
    for error, wanted, fields in refused:
        with pytest.raises(error) as refusal:
            change(installation, **wanted)
        assert set(getattr(refusal.value, "fields", {})) == fields, wanted
    untouched(installation, before)


def test_the_installer_keeps_a_licence_until_they_leave(installation: Installation) -> None:
    """T26."""
    with pytest.raises(errors.SettingsUnusable) as refusal:
        change(installation, users=[user for user in settings_of(installation).users if user != manager(installation)])
    assert refusal.value.fields == {"users": ["Ada Adler installed the app and keeps a licence."]}


def test_one_change_at_a_time_and_only_of_what_works(installation: Installation) -> None:
    change(installation, **with_newcomer(installation))
    with pytest.raises(errors.OperationOpen) as refusal:
        change(installation, licences=9)
    first = installation.operations.get(kind="update")
    due = first.answer_due_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    assert refusal.value.members == {"operation": {"id": first.pk.hex, "kind": "update", "answer_due_at": due}}
    with pytest.raises(errors.OperationOpen):
        change(make_pending(), licences=9)
    with pytest.raises(errors.OperationOpen):
        change(make_installing(), licences=9)
    declined = make_installing()
    answer(declined, "reject")
    with pytest.raises(errors.NotChangeable):
        change(reload(declined), licences=9)


def test_somebody_else_was_faster(installation: Installation) -> None:
    by = manager(installation)
    seen = snapshots.mark(snapshots.take(installation))
    change(installation, **with_newcomer(installation))
    answer(installation, "approve")
    wanted = replace(settings_of(reload(installation)), licences=7)
    with pytest.raises(errors.SettingsMoved):
        update_settings(actor=actor_for(by.person), by=by, installation=installation, wanted=wanted, seen=seen)
    assert reload(installation).total_licences == 3


def test_only_managers_of_the_account(installation: Installation) -> None:
    wanted = replace(settings_of(installation), licences=9)
    agent, stranger = make_user(installation.account, role="agent"), make_user(make_account("lumen"))
    for who, error in ((agent, Forbidden), (stranger, NotFound)):
        with pytest.raises(error):
            update_settings(actor=actor_for(who.person), by=who, installation=installation, wanted=wanted)
    assert not Operation.objects.filter(kind="update").exists()
