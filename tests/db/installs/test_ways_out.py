"""T1: from every state, after every fault, the customer and the operator each have a legal way out.

The states are reached by really living through them; the list of states and faults comes from the machine's table, so
that a new state without a recipe here fails.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from tests.factories.accounts import actor_for, make_operator
from tests.factories.faults import break_on
from tests.factories.installs import PARTNER_PROGRAM, make_completed, make_installing
from tests.http.world import undone

from fondaco.accounts.models import Operator
from fondaco.accounts.permissions import OperatorRole
from fondaco.audit.actor import Actor
from fondaco.audit.status import IllegalTransition, Machine, Stateful, transition
from fondaco.installs import events
from fondaco.installs.actions import (
    answer_operation,
    cancel_installation,
    cut_off,
    fail_open_operation,
    force_uninstall_app,
    mend_update,
    retry_installation,
    uninstall_app,
    update_settings,
)
from fondaco.installs.changes import Settings
from fondaco.installs.models import Installation, Operation, Trial
from fondaco.installs.queries import get_open_operation
from fondaco.installs.reach import Target, TargetKind
from fondaco.installs.states import CHANGES, INSTALLATION, OPERATION, TRIAL, Mending, OperationKind
from fondaco.installs.states import InstallationStatus as S
from fondaco.installs.ways import Situation, Way, customer_ways, staff_ways
from fondaco.kit import clock, deadlines
from fondaco.kit.errors import Conflict

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("tests")
WEEK, MONTH = timedelta(days=7, seconds=1), timedelta(days=30, seconds=1)


def _failed() -> Installation:
    installation = make_installing()
    fail_open_operation(actor=SYSTEM, installation=installation, reason="timeout")
    return installation


def _rejected() -> Installation:
    installation = make_installing()
    answer_operation(actor=PARTNER_PROGRAM, installation=installation, decision="reject")
    return installation


def _swept(make: Callable[[], Installation], after: timedelta) -> Installation:
    installation = make()
    with clock.travel(after):
        deadlines.sweep_once()
    return installation


def _updating() -> Installation:
    installation = make_completed()
    _change(installation, None)
    return installation


REACH: dict[S, Callable[[], Installation]] = {
    S.INSTALLING: make_installing,
    S.PENDING: _updating,
    S.COMPLETED: make_completed,
    S.FAILED: _failed,
    S.REJECTED: _rejected,
    S.TIMEOUT: lambda: _swept(make_installing, WEEK),
    S.SUSPENDED: lambda: _swept(make_completed, MONTH),
}


def _nothing(installation: Installation, _patch: pytest.MonkeyPatch) -> None:
    """No fault."""


def _unreachable(installation: Installation, _patch: pytest.MonkeyPatch) -> None:
    fail_open_operation(actor=SYSTEM, installation=installation, reason="connect")


def _refuses(installation: Installation, _patch: pytest.MonkeyPatch) -> None:
    if get_open_operation(installation):
        answer_operation(actor=PARTNER_PROGRAM, installation=installation, decision="reject", reason="no")


def _silent(installation: Installation, _patch: pytest.MonkeyPatch) -> None:
    with clock.travel(WEEK):
        deadlines.sweep_once()


def _trial_over(installation: Installation, _patch: pytest.MonkeyPatch) -> None:
    with clock.travel(MONTH):
        deadlines.sweep_once()


def _breaks(installation: Installation, patch: pytest.MonkeyPatch) -> None:
    """The answer comes, and we cannot write down what follows from it."""
    operation = get_open_operation(installation)
    if operation is not None and operation.kind in CHANGES:
        with patch.context() as fault:
            break_on(fault, events.OPERATION_APPROVED)
            answer_operation(actor=PARTNER_PROGRAM, installation=installation, decision="approve")


def _cut_off(installation: Installation, _patch: pytest.MonkeyPatch) -> None:
    support = make_operator(OperatorRole.SUPPORT)
    target = Target(TargetKind.INSTALLATION, installation.app, installation=installation)
    cut_off(actor=actor_for(support.person), by=support, target=target, reason="It copied contacts")


FAULTS = [_nothing, _unreachable, _refuses, _silent, _trial_over, _breaks, _cut_off]


def _reload(installation: Installation) -> Installation:
    return Installation.objects.get(pk=installation.pk)


def test_every_state_is_reached_here() -> None:
    assert set(REACH) == set(S) - {S.REVOKED}
    for status, make in REACH.items():
        assert _reload(make()).status == status


@pytest.mark.parametrize("status", list(REACH))
def test_T01_every_way_that_is_offered_can_be_gone_and_no_other(status: S, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each state with each fault, and there each way of the customer and of support, tried for real."""
    support = make_operator(OperatorRole.SUPPORT)
    for fault in FAULTS:
        with undone():
            installation = REACH[status]()
            fault(installation, monkeypatch)
            found = _reload(installation)
            ways = {"customer": customer_ways(_situation(found)), "support": staff_ways(_situation(found))}
            assert ways["customer"] or found.status == S.REVOKED
            for (who, way), go in TRIES.items():
                with undone():
                    assert _goes(go, found, support) == (way in ways[who]), (status, fault.__name__, who, way)


@pytest.mark.parametrize("status", list(REACH))
def test_T01_without_any_answer_the_house_converges(status: S, monkeypatch: pytest.MonkeyPatch) -> None:
    for fault in FAULTS:
        with undone():
            installation = REACH[status]()
            fault(installation, monkeypatch)
            ways = customer_ways(_situation(_reload(installation)))
            for way in (Way.UNINSTALL, Way.CANCEL):
                if way in ways:
                    TRIES[("customer", way)](_reload(installation), None)
            with clock.travel(MONTH + WEEK):
                while deadlines.sweep_once():
                    pass
            found = _reload(installation)
            if fault is not _breaks or Way.UNINSTALL in ways or Way.CANCEL in ways:
                assert found.status in {S.REVOKED, S.COMPLETED, S.SUSPENDED}, (status, fault.__name__)
            assert not Operation.objects.filter(installation=found, status="open").exists()


def _situation(installation: Installation) -> Situation:
    operation = get_open_operation(installation)
    kind = OperationKind(operation.kind) if operation else None
    return Situation(S(installation.status), installation.has_worked, kind, installation.is_cut_off)


def _goes(go: Callable[[Installation, Operator | None], object], installation: Installation, by: Operator) -> bool:
    try:
        go(installation, by)
    except Conflict:
        return False
    return True


def _change(installation: Installation, _by: Operator | None) -> object:
    by = installation.installed_by
    users = [licence.user for licence in installation.licences.select_related("user")]
    paid = installation.version.plans.get(name="Team")
    wanted = Settings(paid, users, 9)
    return update_settings(actor=actor_for(by.person), by=by, installation=installation, wanted=wanted)


def _uninstall(installation: Installation, _by: Operator | None) -> object:
    if not installation.has_worked:
        raise Conflict
    by = installation.installed_by
    return uninstall_app(actor=actor_for(by.person), by=by, installation=installation, reason_type="other")


def _cancel(installation: Installation, _by: Operator | None) -> object:
    by = installation.installed_by
    return cancel_installation(actor=actor_for(by.person), by=by, installation=installation)


def _retry(installation: Installation, _by: Operator | None) -> object:
    by = installation.installed_by
    return retry_installation(actor=actor_for(by.person), by=by, installation=installation)


def _force(installation: Installation, by: Operator | None) -> object:
    assert by is not None
    actor = actor_for(by.person)
    return force_uninstall_app(actor=actor, by=by, installation=installation, reason="Asked by phone")


def _mend(installation: Installation, by: Operator | None) -> object:
    assert by is not None
    actor = actor_for(by.person)
    return mend_update(actor=actor, by=by, installation=installation, way=Mending.CURRENT, reason="Looked at it")


TRIES: dict[tuple[str, Way], Callable[[Installation, Operator | None], object]] = {
    ("customer", Way.RETRY): _retry,
    ("customer", Way.CHANGE): _change,
    ("customer", Way.UNINSTALL): _uninstall,
    ("customer", Way.CANCEL): _cancel,
    ("support", Way.FORCE): _force,
    ("support", Way.MEND): _mend,
}


@pytest.mark.parametrize("machine", [INSTALLATION, OPERATION, TRIAL], ids=lambda machine: machine.name)
def test_every_cell_of_the_tables(machine: Machine) -> None:
    """Each step of the table is taken and recorded, each other one is refused and changes nothing."""
    make_installing()
    Trial.objects.update(started_at=clock.now(), expires_at=clock.now(), ended_at=clock.now())  # its messages tell them
    model = {INSTALLATION.name: Installation, OPERATION.name: Operation, TRIAL.name: Trial}[machine.name]
    for current in machine.states:
        for wanted in machine.states:
            row = model.objects.get()
            _put(model, current)
            if wanted in machine.table[current]:
                assert transition(row, wanted, actor=SYSTEM).status == wanted
                assert model.objects.get().status == wanted
            else:
                with pytest.raises(IllegalTransition):
                    transition(row, wanted, actor=SYSTEM)
                assert model.objects.get().status == current


def _put(model: type[Stateful], status: str) -> None:
    """A status the back way, which only a test of the door itself may use."""
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {model._meta.db_table} SET status = %s", [status])
