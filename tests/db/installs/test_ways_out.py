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
from tests.factories.installs import PARTNER_PROGRAM, make_completed, make_installing, make_pending

from fondaco.accounts.permissions import OperatorRole
from fondaco.audit.actor import Actor
from fondaco.audit.status import IllegalTransition, Machine, Stateful, transition
from fondaco.installs.actions import answer_operation, fail_open_operation, force_uninstall_app, uninstall_app
from fondaco.installs.models import Installation, Operation, Trial
from fondaco.installs.queries import get_open_operation
from fondaco.installs.states import INSTALLATION, OPERATION, TRIAL
from fondaco.installs.states import InstallationStatus as S
from fondaco.kit import clock, deadlines

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


REACH: dict[S, Callable[[], Installation]] = {
    S.INSTALLING: make_installing,
    S.PENDING: make_pending,
    S.COMPLETED: make_completed,
    S.FAILED: _failed,
    S.REJECTED: _rejected,
    S.TIMEOUT: lambda: _swept(make_installing, WEEK),
    S.SUSPENDED: lambda: _swept(make_completed, MONTH),
}


def _nothing(installation: Installation) -> None:
    """No fault."""


def _unreachable(installation: Installation) -> None:
    fail_open_operation(actor=SYSTEM, installation=installation, reason="connect")


def _refuses(installation: Installation) -> None:
    if get_open_operation(installation):
        answer_operation(actor=PARTNER_PROGRAM, installation=installation, decision="reject", reason="no")


def _silent(installation: Installation) -> None:
    with clock.travel(WEEK):
        deadlines.sweep_once()


def _trial_over(installation: Installation) -> None:
    with clock.travel(MONTH):
        deadlines.sweep_once()


FAULTS = [_nothing, _unreachable, _refuses, _silent, _trial_over]


def _reload(installation: Installation) -> Installation:
    return Installation.objects.get(pk=installation.pk)


def test_every_state_is_reached_here() -> None:
    assert set(REACH) == set(S) - {S.REVOKED}
    for status, make in REACH.items():
        assert _reload(make()).status == status


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("status", list(REACH))
def test_T01_the_customer_gets_rid_of_it(status: S, fault: Callable[[Installation], None]) -> None:
    installation = REACH[status]()
    fault(installation)
    found = _reload(installation)
    by = found.installed_by
    if found.status not in {S.PENDING, S.REVOKED}:
        uninstall_app(actor=actor_for(by.person), by=by, installation=found, reason_type="other")
    with clock.travel(MONTH + WEEK):  # no partner answers any more; the house converges by itself
        deadlines.sweep_once()
    assert _reload(installation).status == S.REVOKED
    assert not Operation.objects.filter(status="open").exists()


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("status", list(REACH))
def test_T01_the_operator_gets_rid_of_it_at_once(status: S, fault: Callable[[Installation], None]) -> None:
    installation = REACH[status]()
    fault(installation)
    operator = make_operator(OperatorRole.SUPPORT)
    if _reload(installation).status != S.REVOKED:
        force_uninstall_app(
            actor=actor_for(operator.person), by=operator, installation=installation, reason="Asked by phone"
        )
    assert _reload(installation).status == S.REVOKED
    assert not Operation.objects.filter(status="open").exists()


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
