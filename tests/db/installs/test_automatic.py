"""Licences by auto-install rules and of people who left: gathered, asked of the partner, and nobody is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.factories.accounts import SYSTEM, actor_for, make_account, make_person, make_role, make_user
from tests.factories.catalog import make_plan, make_published_version
from tests.factories.installs import PARTNER_PROGRAM, make_completed, order

from fondaco.accounts.actions import add_user, change_user_role, deactivate_user, reactivate_user
from fondaco.accounts.models import User
from fondaco.audit.models import Event
from fondaco.catalog.models import Plan
from fondaco.installs.actions import answer_operation, fail_open_operation, uninstall_app, update_settings
from fondaco.installs.auto_install import AutoInstall
from fondaco.installs.changes import Settings, quote
from fondaco.installs.errors import SettingsUnusable
from fondaco.installs.models import AwaitedLicence, Installation, Operation
from fondaco.installs.queries import list_licensed_users
from fondaco.installs.rules import find_waiting
from fondaco.installs.snapshots import Rule
from fondaco.kit import clock, deadlines
from fondaco.kit.models import Deadline
from fondaco.messaging.models import Message

pytestmark = pytest.mark.django_db
SOON = timedelta(minutes=5, seconds=1)
AGENTS: Rule = {"filter": "role", "match": "agent"}
ALL: Rule = {"filter": "all", "match": ""}


def installed(*rules: Rule, cap: int = 9, plan: str | Plan = "Trial", **options: object) -> Installation:
    """Ada and Samir use it; others follow by rule."""
    account = make_account()
    version = options.pop("version", None) or make_published_version()
    users = [make_user(account), make_user(account, role="supervisor")]
    auto = AutoInstall(rules, cap) if rules else AutoInstall()
    operation = order(version, users, plan=plan, auto_install=auto)  # type: ignore[arg-type]
    answer(operation.installation, "approve")
    return Installation.objects.get(pk=operation.installation_id)


def answer(installation: Installation, decision: str) -> Operation:
    return answer_operation(actor=PARTNER_PROGRAM, installation=installation, decision=decision)


def join(installation: Installation, role: str = "agent", name: str = "Nia New") -> User:
    account = installation.account
    return add_user(actor=SYSTEM, account=account, person=make_person(name), role=account.roles.get(key=role))


def leave(user: User) -> None:
    by = User.objects.filter(account_id=user.account_id, role__key="admin", is_active=True).exclude(pk=user.pk).first()
    assert by is not None
    deactivate_user(actor=SYSTEM, by=by, user=user)


def settle(after: timedelta = SOON) -> Operation | None:
    """The sweeper's turn when the five minutes are over; what waits for an answer then."""
    with clock.travel(after):
        deadlines.sweep_once()
    return Operation.objects.filter(status="open").first()


def holders(installation: Installation) -> set[str]:
    return set(installation.licences.values_list("user_id", flat=True))


def told() -> list[tuple[list[str], list[str]]]:
    """Who was added and who removed, by each change that the partner was asked for."""
    messages = Message.objects.filter(type="app.updated").order_by("sequence")
    users = [message.content["data"]["users"] for message in messages]
    return [(each["adding"], each["removing"]) for each in users]


def change(installation: Installation, **wanted: object) -> Operation:
    by = installation.installed_by
    installation.refresh_from_db()
    now = Settings(installation.plan, list(list_licensed_users(installation)), installation.total_licences)
    settings = replace(now, **wanted)  # type: ignore[arg-type]
    return update_settings(actor=actor_for(by.person), by=by, installation=installation, wanted=settings)


def test_who_comes_within_five_minutes_comes_in_one_change() -> None:
    installation = installed(AGENTS)
    first, boss = join(installation), join(installation, "supervisor")
    with clock.travel(timedelta(minutes=4)):
        deadlines.sweep_once()
        second = join(installation, name="Ole Other")
        assert not Operation.objects.filter(kind="update").exists()
    operation = settle()
    assert operation is not None
    assert (operation.kind, operation.is_automatic, operation.requested_by) == ("update", True, None)
    assert set(operation.proposed["users"]) == holders(installation) | {first.pk, second.pk}
    message = Message.objects.filter(type="app.updated").get().content["data"]
    assert message["users"] == {"adding": sorted([first.pk, second.pk]), "removing": []}
    assert message["subscription"] == {"adding": {"name": "Trial", "licenses": "4"}}
    answer(installation, "approve")
    deadlines.sweep_once()
    assert {first.pk, second.pk} < holders(installation)
    assert boss.pk not in holders(installation)
    assert not AwaitedLicence.objects.exists()
    assert not Deadline.objects.filter(kind="installation.licences_due").exists()


@pytest.mark.parametrize(("former", "rules", "is_new"), [
    ("supervisor", (AGENTS,), True), ("agent", (AGENTS,), False), ("supervisor", (ALL,), False),
])  # fmt: skip
def test_a_role_brings_its_apps_and_only_what_is_new(former: str, rules: tuple[Rule, ...], is_new: bool) -> None:
    installation = installed(*rules)
    user = make_user(installation.account, role=former, person=make_person("Mia Moves"))
    agent = installation.account.roles.get(key="agent")
    change_user_role(actor=SYSTEM, by=installation.installed_by, user=user, role=agent)
    operation = settle()
    assert (operation is not None) == is_new
    assert operation is None or user.pk in operation.proposed["users"]


def test_a_rule_by_id_and_one_for_all_and_none() -> None:
    account = make_account()
    lead = make_role(account, name="Team lead")
    make_user(account)
    version = make_published_version()
    by_id: Rule = {"filter": "roleid", "match": lead.pk.hex}
    found = order(version, [make_user(account)], auto_install=AutoInstall((by_id,), 5)).installation
    everyone = order(make_published_version(), [make_user(account)], auto_install=AutoInstall((ALL,), 5)).installation
    nobody = order(
        make_published_version(), [make_user(account)], auto_install=AutoInstall(({**ALL, "filter": "none"},))
    )
    newcomer = add_user(actor=SYSTEM, account=account, person=make_person("Lea Lead"), role=lead)
    join(found)
    waiting = {row.installation_id: row for row in AwaitedLicence.objects.filter(user=newcomer)}
    assert set(waiting) == {found.pk, everyone.pk}
    assert AwaitedLicence.objects.count() == 3
    assert nobody.installation.awaited_licences.count() == 0


def test_who_left_gives_the_licence_back_and_who_is_back_at_once_keeps_it() -> None:
    installation = installed()
    samir = installation.account.users.get(role__key="supervisor")
    leave(samir)
    reactivate_user(actor=SYSTEM, by=installation.installed_by, user=samir)
    assert settle() is None
    leave(samir)
    operation = settle()
    assert operation is not None
    message = Message.objects.get(type="app.updated").content["data"]
    assert (message["users"], "subscription" in message) == ({"adding": [], "removing": [samir.pk]}, False)
    answer(installation, "approve")
    found = Installation.objects.get(pk=installation.pk)
    assert (holders(found), found.total_licences) == ({installation.installed_by_id}, 2)


def test_while_another_change_is_open_it_waits_and_then_goes() -> None:
    installation = installed(AGENTS)
    samir = installation.account.users.get(role__key="supervisor")
    change(installation, licences=5)
    newcomer = join(installation)
    leave(samir)
    operation = settle()
    assert operation is not None
    assert not operation.is_automatic
    with clock.travel(SOON):
        answer(installation, "reject")
        deadlines.sweep_once()
    operation = Operation.objects.get(status="open")
    assert operation.is_automatic
    assert set(operation.proposed["users"]) == {installation.installed_by_id, newcomer.pk}
    assert told()[-1] == ([newcomer.pk], [samir.pk])
    assert operation.proposed["total_licences"] == 2


def test_who_leaves_while_a_change_gives_them_a_licence_does_not_keep_it_and_the_partner_is_told() -> None:
    installation = installed()
    newcomer = join(installation)
    change(installation, users=[*installation.account.users.all()], licences=3)
    leave(newcomer)
    settle()
    with clock.travel(SOON):
        answer(installation, "approve")
        assert newcomer.pk in holders(installation)  # as the partner has it now
        deadlines.sweep_once()
        answer(installation, "approve")
    assert newcomer.pk not in holders(installation)
    assert told() == [([newcomer.pk], []), ([], [newcomer.pk])]


@pytest.mark.parametrize("decision", ["approve", "reject"])
def test_who_is_back_while_the_partner_is_asked_to_release_their_licence_has_one_in_the_end(decision: str) -> None:
    installation = installed(AGENTS)
    newcomer = join(installation)
    settle()
    answer(installation, "approve")
    leave(newcomer)
    assert settle() is not None
    with clock.travel(SOON):
        reactivate_user(actor=SYSTEM, by=installation.installed_by, user=newcomer)
        answer(installation, decision)
        assert (newcomer.pk in holders(installation)) == (decision == "reject")
    with clock.travel(timedelta(days=1, minutes=6)):  # after a change that was declined there is a pause
        deadlines.sweep_once()
        assert Operation.objects.filter(status="open").exists() == (decision == "approve")
        answer(installation, decision)
        deadlines.sweep_once()
    assert newcomer.pk in holders(installation)
    assert not AwaitedLicence.objects.exists()


@pytest.mark.parametrize("decision", ["approve", "reject"])
def test_the_partner_is_told_who_left_while_another_change_was_open(decision: str) -> None:
    installation = installed()
    samir = installation.account.users.get(role__key="supervisor")
    change(installation, licences=5)
    leave(samir)
    settle()
    with clock.travel(SOON):
        answer(installation, decision)
        deadlines.sweep_once()
        answer(installation, "approve")
    assert samir.pk not in holders(installation)
    assert told() == [([], []), ([], [samir.pk])]


@pytest.mark.parametrize("end", ["reject", "time out", "not reached"])
def test_a_change_that_came_to_nothing_is_proposed_again_later_and_less_and_less_often(end: str) -> None:
    installation = installed(AGENTS)
    newcomer = join(installation)
    passed = SOON
    for pause in (1, 2, 4):
        with clock.travel(passed):
            assert deadlines.sweep_once() >= 1
            assert Operation.objects.filter(status="open", is_automatic=True).count() == 1
        if end == "time out":
            passed += timedelta(days=7)
        with clock.travel(passed):
            if end == "reject":
                answer(installation, "reject")
            elif end == "not reached":
                fail_open_operation(actor=SYSTEM, installation=installation, reason="connect")
            deadlines.sweep_once()
            assert not Operation.objects.filter(status="open").exists()
            due = Deadline.objects.get(kind="installation.licences_due").due_at
            assert timedelta(days=pause) - SOON < due - clock.now() <= timedelta(days=pause)
        passed += timedelta(days=pause, seconds=1)
    with clock.travel(passed):
        deadlines.sweep_once()
        answer(installation, "approve")
    assert newcomer.pk in holders(installation)


def test_T27_the_cap_stops_and_says_so_once_and_a_higher_one_lets_go_on() -> None:
    installation = installed(AGENTS, cap=3, plan="Team")
    names = ["Ann First", "Bo Second", "Cy Third"]
    people = []
    for turn, name in enumerate(names):
        with clock.travel(timedelta(seconds=turn)):
            people.append(join(installation, name=name))
    operation = settle()
    assert operation is not None
    assert set(operation.proposed["users"]) == holders(installation) | {people[0].pk}
    assert operation.proposed["total_licences"] == 3
    with clock.travel(SOON):
        answer(installation, "approve")
        deadlines.sweep_once()
        deadlines.sweep_once()
        assert not Operation.objects.filter(status="open").exists()
        told = Event.objects.get(kind="licence.withheld")
        assert told.data == {"users": sorted(user.pk for user in people[1:]), "limit": 3}
        assert find_waiting(installation).withheld == tuple(people[1:])
        change(installation, auto_install=AutoInstall((AGENTS,), 9))
        answer(installation, "approve")
        deadlines.sweep_once()
        operation = Operation.objects.get(status="open")
        assert {user.pk for user in people} < set(operation.proposed["users"])
    assert Event.objects.filter(kind="licence.withheld").count() == 1


def test_the_plans_maximum_counts_too_and_licences_that_are_bought_are_used_first() -> None:
    version = make_published_version()
    plan = make_plan(version, name="Small", max_licences=3, min_licences=1)
    installation = installed(AGENTS, cap=3, plan=plan, version=version)
    change(installation, licences=3)
    answer(installation, "approve")
    first, second = join(installation), join(installation, name="Ole Other")
    operation = settle()
    assert operation is not None
    assert first.pk in operation.proposed["users"]
    assert second.pk not in operation.proposed["users"]
    assert "subscription" not in Message.objects.filter(type="app.updated").latest("sequence").content["data"]


def test_rules_alone_are_a_change_with_empty_users_and_are_put_back_when_declined() -> None:
    installation = installed()
    rules = AutoInstall((AGENTS,), 6)
    found = quote(installation.installed_by, installation, Settings(
        installation.version.plans.get(name="Team"), list(installation.account.users.all()), 2, rules
    ))  # fmt: skip
    assert found.most is not None
    assert (found.rules_then, found.most.licences, found.most.monthly_total.minor) == (rules, 6, 6 * 1800)
    operation = change(installation, auto_install=rules)
    data = Message.objects.get(type="app.updated").content["data"]
    assert (data["users"], "subscription" in data) == ({"adding": [], "removing": []}, False)
    answer(installation, "reject")
    assert (installation.auto_install_rules.count(), Installation.objects.get().auto_install_cap) == (0, None)
    change(installation, auto_install=rules)
    answer(installation, "approve")
    row = installation.auto_install_rules.get()
    assert (row.filter, row.match, Installation.objects.get().auto_install_cap) == ("role", "agent", 6)
    assert operation.pk != Operation.objects.latest("id").pk
    for wrong, fields in ((AutoInstall((AGENTS,)), {"cap"}), (AutoInstall(({**AGENTS, "match": "x"},), 3), {"rules"})):
        with pytest.raises(SettingsUnusable) as refusal:
            change(installation, auto_install=wrong)
        assert set(refusal.value.fields) == fields


def test_nothing_is_settled_of_what_is_suspended_or_gone() -> None:
    installation = installed(AGENTS)
    with clock.travel(timedelta(days=30, seconds=1)):
        deadlines.sweep_once()
        newcomer = join(installation)
    assert settle(timedelta(days=31)) is None
    assert AwaitedLicence.objects.get().user == newcomer
    with clock.travel(timedelta(days=32)):
        by = installation.installed_by
        uninstall_app(actor=actor_for(by.person), by=by, installation=installation, reason_type="trial_only")
        answer(installation, "approve")
        deadlines.sweep_once()
    assert not Operation.objects.filter(is_automatic=True).exists()
    assert make_completed().awaited_licences.count() == 0
