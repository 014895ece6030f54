"""Auto-install rules: every filter against every kind of role, what is refused, and who goes first."""

from __future__ import annotations

from itertools import product
from uuid import UUID

import pytest

from fondaco.accounts.models import Role
from fondaco.catalog.models import Plan
from fondaco.installs.auto_install import (
    AutoInstall,
    find_rule_problems,
    least,
    roles_of,
    rule_for,
    share_out,
)
from fondaco.installs.snapshots import Rule

AGENT = Role(pk=UUID(int=1), name="Agent", key="agent")
LEAD = Role(pk=UUID(int=2), name="Team lead")
ROLES = [AGENT, LEAD]
FREE, SMALL = Plan(name="Free"), Plan(name="Small", max_licences=3)


def rule(filter_: str, match: str = "") -> Rule:
    return {"filter": filter_, "match": match}


@pytest.mark.parametrize(
    ("rules", "fitting"),
    [
        ((), []),
        ((rule("none"),), []),
        ((rule("all"),), ROLES),
        ((rule("role", "agent"),), [AGENT]),
        ((rule("role", "team LEAD"),), [LEAD]),
        ((rule("role", "agent"), rule("roleid", LEAD.pk.hex)), ROLES),
        ((rule("roleid", LEAD.pk.hex),), [LEAD]),
        ((rule("roleid", UUID(int=9).hex), rule("role", "gone")), []),
    ],
)
def test_whom_rules_fit(rules: tuple[Rule, ...], fitting: list[Role]) -> None:
    auto = AutoInstall(rules, cap=3)
    assert [role for role in ROLES if auto.fits(role)] == fitting
    assert auto.admits_anybody == any(one["filter"] != "none" for one in rules)
    assert roles_of(rules, ROLES) == ([] if rule("all") in rules else fitting)


def test_a_role_of_every_account_is_named_by_its_key_and_another_by_its_id() -> None:
    assert [rule_for(role) for role in ROLES] == [rule("role", "agent"), rule("roleid", LEAD.pk.hex)]


@pytest.mark.parametrize(
    ("rules", "cap", "plan", "wrong"),
    [
        ((), None, FREE, set()),
        ((rule("none"),), None, FREE, set()),
        ((rule("all"),), 3, SMALL, set()),
        ((rule("role", "agent"), rule("roleid", LEAD.pk.hex)), 9, FREE, set()),
        ((rule("all"),), None, FREE, {"cap"}),
        ((rule("none"),), 3, FREE, {"cap"}),
        ((rule("all"),), 4, SMALL, {"cap"}),
        ((rule("everyone"),), 3, FREE, {"rules"}),
        ((rule("all"), rule("role", "agent")), 3, FREE, {"rules"}),
        ((rule("none"), rule("role", "agent")), 3, FREE, {"rules"}),
        ((rule("all", "agent"),), 3, FREE, {"rules"}),
        ((rule("role", "gone"),), 3, FREE, {"rules"}),
        ((rule("role"),), 3, FREE, {"rules"}),
        ((rule("role", "agent"), rule("role", "agent")), 3, FREE, {"rules"}),
    ],
)
def test_what_is_wrong_with_rules(rules: tuple[Rule, ...], cap: int | None, plan: Plan, wrong: set[str]) -> None:
    found = find_rule_problems(AutoInstall(rules, cap), ROLES, plan)
    assert {name for name, words in found.items() if words} == wrong


def test_who_came_first_goes_first_and_nobody_beyond_the_limit() -> None:
    for many, held, limit in product(range(4), range(4), (None, 0, 2, 5)):
        waiting = list(range(many))
        coming, stopped = share_out(waiting, held=held, limit=limit)
        assert coming + stopped == waiting
        if limit is None:
            assert stopped == []
        else:
            assert held + len(coming) <= max(limit, held)
            assert not stopped or held + len(coming) >= limit
    assert (least(None, None), least(3, None), least(None, 4), least(3, 4)) == (None, 3, 4, 3)


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ([], "Nobody gets it by itself."),
        ([rule("none")], "Nobody gets it by itself."),
        ([rule("all")], "Everybody who joins the account"),
        ([rule("role", "agent"), rule("roleid", LEAD.pk.hex)], "Who gets a role: Agent, Team lead"),
        ([rule("role", "agent"), rule("role", "gone")], "Who gets a role: Agent"),
        ([rule("role", "gone")], "Roles that this account no longer has"),
    ],
)
def test_rules_are_described_in_one_way(rules: list[Rule], words: str) -> None:
    assert AutoInstall(tuple(rules)).describe(ROLES) == words
