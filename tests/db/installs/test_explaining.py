"""T17: whatever keeps somebody from an app is named by its rule, and what is explained is what the actions do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.factories.accounts import actor_for, make_account, make_operator, make_role, make_user
from tests.factories.catalog import make_app, make_published_version, make_version
from tests.factories.installs import PARTNER_PROGRAM, make_completed, make_installing, order
from tests.factories.lifecycle import owner_of

from fondaco.accounts.models import Account, User
from fondaco.accounts.permissions import OperatorRole, Permission
from fondaco.catalog.actions import deprecate_version, unlist_version
from fondaco.catalog.models import Version
from fondaco.catalog.states import ListingStatus, TechnicalStatus
from fondaco.installs.actions import (
    answer_operation,
    cut_off,
    fail_open_operation,
    force_uninstall_app,
    record_launch,
    retire_app,
)
from fondaco.installs.explaining import Explanation, Rule, explain, get_explainable
from fondaco.installs.models import Installation
from fondaco.installs.reach import Target, TargetKind
from fondaco.kit import clock, deadlines
from fondaco.kit.errors import DomainError, NotFound

pytestmark = pytest.mark.django_db


def rules(found: Explanation) -> dict[str, list[str]]:
    return {
        name: [reason.rule.value for reason in getattr(found, name)] for name in ("see", "install", "launch", "notes")
    }


def shut(version: Version, how: str) -> None:
    """Keeps the published version from everybody, in one of the ways there are."""
    owner = owner_of(version.app.partner)
    actor = actor_for(owner.person)
    if how == "deprecated":
        deprecate_version(actor=actor, by=owner, version=version, reason="Old")
    elif how == "retired":
        retire_app(actor=actor, by=owner, app=version.app)
    elif how == "unlisted":
        unlist_version(actor=actor, by=owner, version=version, reason="A bug")
    else:
        jon = make_operator(OperatorRole.SUPPORT)
        target = Target(TargetKind.VERSION, version.app, version)
        cut_off(actor=actor_for(jon.person), by=jon, target=target, reason="It leaks", confirmation=version.app.name)


def _unadvertised() -> Version:
    return make_version(technical=TechnicalStatus.AVAILABLE, listing=ListingStatus.APPROVED)


@pytest.mark.parametrize(
    ("make", "rule"),
    [
        (make_published_version, None),
        (lambda: make_version(technical=TechnicalStatus.IN_REVIEW), Rule.NOT_AVAILABLE),
        (lambda: make_version(is_complete=False), Rule.NOT_AVAILABLE),
        (
            lambda: make_version(technical=TechnicalStatus.AVAILABLE, listing=ListingStatus.APPROVED),
            Rule.NOT_ADVERTISED,
        ),
        ("deprecated", Rule.DEPRECATED),
        ("retired", Rule.RETIRED),
        ("unlisted", Rule.UNLISTED),
        ("cut off", Rule.CUT_OFF),
    ],
)
def test_T17_what_keeps_an_account_from_installing(make: Callable[[], Version] | str, rule: Rule | None) -> None:
    version = make_published_version() if isinstance(make, str) else make()
    if isinstance(make, str):
        shut(version, make)
    version = Version.objects.select_related("app__partner", "technical", "listing").get(pk=version.pk)
    admin, colleague = make_user(), None
    colleague = make_user(admin.account, role="supervisor")
    found = rules(explain(admin, version.app))
    assert found["install"] == ([rule.value] if rule else [])
    assert (found["see"], found["launch"]) == (["not-installed"], ["not-installed"])
    if rule != Rule.NOT_ADVERTISED:  # whoever has its link may
        assert _can(lambda: order(version, [admin, colleague], plan=version.plans.latest("id"))) == (rule is None)


def test_T17_an_app_without_a_version_and_one_that_nobody_may_know() -> None:
    app, admin = make_app(), make_user()
    assert rules(explain(admin, app))["install"] == ["no-version"]
    with pytest.raises(NotFound):
        get_explainable(admin, app.slug)
    with pytest.raises(NotFound):
        get_explainable(admin, "no-such-app")
    own = make_user(app.partner.developer_account)
    make_version(app, is_complete=False)
    assert rules(explain(own, app))["install"] == ["version-incomplete"]
    assert get_explainable(own, app.slug) == app
    assert get_explainable(admin, make_published_version().app.slug).versions.exists()


def _installing(account: Account) -> Installation:
    return make_installing(account, plan="Team")


def _failed(account: Account) -> Installation:
    installation = _installing(account)
    fail_open_operation(actor=PARTNER_PROGRAM, installation=installation, reason="down")
    return installation


def _rejected(account: Account) -> Installation:
    installation = _installing(account)
    answer_operation(actor=PARTNER_PROGRAM, installation=installation, decision="reject")
    return installation


def _swept(make: Callable[[Account], Installation], days: int) -> Callable[[Account], Installation]:
    def live(account: Account) -> Installation:
        installation = make(account)
        with clock.travel(timedelta(days=days)):
            while deadlines.sweep_once():
                pass
        return installation

    return live


def _removed(account: Account) -> Installation:
    installation, jon = make_completed(account), make_operator(OperatorRole.SUPPORT)
    actor = actor_for(jon.person)
    return force_uninstall_app(actor=actor, by=jon, installation=installation, reason="Asked by phone")


def _cut(account: Account) -> Installation:
    installation, jon = make_completed(account, plan="Team"), make_operator(OperatorRole.SUPPORT)
    target = Target(TargetKind.INSTALLATION, installation.app, installation=installation)
    cut_off(actor=actor_for(jon.person), by=jon, target=target, reason="It leaks")
    return installation


@pytest.mark.parametrize(
    ("live", "launch", "notes"),
    [
        (lambda account: make_completed(account, plan="Team"), [], []),
        (_installing, ["still-installing"], []),
        (_failed, ["installation-failed"], []),
        (_rejected, ["installation-declined"], []),
        (_swept(_installing, 8), ["installation-not-answered"], []),
        (_swept(make_completed, 31), ["trial-over"], []),
        (_cut, ["cut-off"], []),
        (_removed, ["removed"], ["trial-used"]),
    ],
)
def test_T17_what_keeps_somebody_from_launching(
    live: Callable[[Account], Installation], launch: list[str], notes: list[str]
) -> None:
    installation = live(make_account())
    found = Installation.objects.select_related("app", "client", "account", "version__technical").get(
        pk=installation.pk
    )
    by = User.objects.select_related("role", "account", "person").get(pk=found.installed_by_id)
    told = rules(explain(by, found.app))
    assert (told["launch"], told["notes"]) == (launch, notes)
    assert told["install"] == ([] if found.is_gone else ["already-installed"])
    assert _can(lambda: record_launch(actor=actor_for(by.person), user=by, installation=found)) == (launch == [])


def test_T17_what_a_role_and_a_licence_have_to_do_with_it() -> None:
    installation = make_completed(plan="Team")
    account = installation.account
    agent = make_user(account, role="agent")
    launcher = make_user(
        account, role=make_role(account, Permission.APPS_VIEW, Permission.APPS_LAUNCH, name="Launcher")
    )
    role = "role-lacks-permission"
    assert rules(explain(agent, installation.app)) == {
        "see": [role, role, "no-licence"],
        "install": [role, "already-installed"],
        "launch": [role, "no-licence"],
        "notes": [],
    }
    lacking = [reason.permission for reason in explain(agent, installation.app).see]
    assert lacking == [Permission.APPS_VIEW, Permission.APPS_LAUNCH, None]
    assert rules(explain(launcher, installation.app))["see"] == ["no-licence"]
    launcher.is_active = False
    assert rules(explain(launcher, installation.app))["see"] == ["person-inactive"]


def _can(do: Callable[[], object]) -> bool:
    try:
        do()
    except DomainError:
        return False
    return True


@pytest.mark.parametrize("how", ["never installed", "draft", "removed", "installed", "cut off"])
def test_explaining_takes_four_questions_whatever_is_the_case(how: str) -> None:
    if how in {"never installed", "draft"}:
        app, user = (make_published_version() if how == "never installed" else make_version()).app, make_user()
    else:
        installation = make_completed()
        app, user = installation.app, installation.installed_by
        if how == "removed":
            jon = make_operator(OperatorRole.PARTNER_MANAGER)
            force_uninstall_app(actor=actor_for(jon.person), by=jon, installation=installation, reason="asked for")
        elif how == "cut off":
            shut(installation.version, how)
    app, user = get_explainable(user, app.slug, is_for_staff=True), User.objects.select_related("role").get(pk=user.pk)
    user.account  # noqa: B018 - as every viewer has it
    with CaptureQueriesContext(connection) as asked:
        explain(user, app)
    assert len(asked) <= 4


def test_T17_what_was_never_available_is_not_called_cut_off() -> None:
    version = make_version()
    shut(version, "cut off")
    found = explain(make_user(), version.app)
    assert [reason.rule for reason in found.install] == [Rule.NOT_AVAILABLE]
