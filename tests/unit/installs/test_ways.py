"""T1, over everything that the states allow: somebody always has a way, and each way leads somewhere."""

from __future__ import annotations

from itertools import product

from fondaco.installs.states import INSTALLATION, OperationKind
from fondaco.installs.states import InstallationStatus as S
from fondaco.installs.ways import Situation, Way, customer_ways, staff_ways

# Where each way leads at once. Waiting leads wherever the end of the open operation does.
LEADS = {
    Way.RETRY: {S.INSTALLING, S.FAILED},  # what was not reached stays failed until it is
    Way.CHANGE: {S.PENDING},
    Way.CANCEL: {S.REVOKED},
    Way.UNINSTALL: {S.PENDING},
    Way.FORCE: {S.REVOKED},
    Way.MEND: {S.COMPLETED, S.SUSPENDED, S.PENDING},
    Way.WAIT: {S.COMPLETED, S.SUSPENDED, S.FAILED, S.TIMEOUT, S.REVOKED},
}
CHANGES = (OperationKind.UPDATE, OperationKind.UPGRADE, OperationKind.UNINSTALL)
# (state, whether it ever worked) → what may be open there.
POSSIBLE: dict[tuple[S, bool], tuple[OperationKind | None, ...]] = {
    (S.INSTALLING, False): (OperationKind.INSTALL,),
    (S.PENDING, True): CHANGES,
    (S.COMPLETED, True): (None,),
    (S.FAILED, False): (None, OperationKind.INSTALL),
    (S.FAILED, True): (None,),
    (S.REJECTED, False): (None,),
    (S.TIMEOUT, False): (None,),
    (S.SUSPENDED, True): (None,),
    (S.REVOKED, False): (None,),
    (S.REVOKED, True): (None,),
}
SITUATIONS = [
    Situation(status, has_worked, kind, is_cut_off)
    for (status, has_worked), kinds in POSSIBLE.items()
    for kind, is_cut_off in product(kinds, (False, True))
]


def test_every_state_is_looked_at() -> None:
    assert {status for status, _has_worked in POSSIBLE} == set(S)


def test_T01_somebody_always_has_a_way_and_what_is_gone_needs_none() -> None:
    for at in SITUATIONS:
        if at.status == S.REVOKED:
            assert not customer_ways(at, may_force=True) | staff_ways(at)
            continue
        assert customer_ways(at), at
        assert Way.FORCE in staff_ways(at)
        assert customer_ways(at, may_force=True) - customer_ways(at) == {Way.FORCE}


def test_T01_each_way_takes_a_step_that_the_machine_allows() -> None:
    for at in SITUATIONS:
        for way in customer_ways(at, may_force=True) | staff_ways(at):
            steps = {to for to in LEADS[way] if to == at.status or INSTALLATION.allows(at.status, to)}
            assert steps, (at, way)


def test_T01_from_everywhere_the_end_can_be_reached() -> None:
    """Whatever happens on the way: no state but the last one is without a step, and none is a trap."""
    reached = {S.REVOKED}
    while more := {state for state in S if INSTALLATION.table[state] & reached} - reached:
        reached |= more
    assert reached == set(S)


def test_a_failed_update_is_nothing_that_a_customer_tries_again() -> None:
    broken = Situation(S.FAILED, has_worked=True)
    assert customer_ways(broken) == {Way.UNINSTALL}
    assert staff_ways(broken) == {Way.FORCE, Way.MEND}
    assert Way.RETRY in customer_ways(Situation(S.FAILED, open=OperationKind.INSTALL))
    assert Way.RETRY not in customer_ways(Situation(S.FAILED, open=OperationKind.INSTALL, is_cut_off=True))
