"""While a change waits, or when it failed, the page of the app says what it is about: to managers alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from pytest_django.fixtures import DjangoAssertNumQueries
from tests.factories.accounts import SYSTEM, make_account, make_person, make_user
from tests.factories.faults import break_on
from tests.factories.installs import PARTNER_PROGRAM, make_completed
from tests.factories.upgrades import agree, make_newer
from tests.http.console.test_my_apps import signed_in

from fondaco.accounts.models import User
from fondaco.accounts.permissions import Permission
from fondaco.installs import events
from fondaco.installs.actions import answer_operation, update_settings
from fondaco.installs.auto_install import AutoInstall, rule_for
from fondaco.installs.changes import Settings
from fondaco.installs.models import Installation, Licence
from fondaco.installs.states import InstallationStatus
from fondaco.surfaces.console.views import installation as installation_view

pytestmark = pytest.mark.django_db


def text_of(installation: Installation, user: User | None = None) -> str:
    response = signed_in(user or installation.installed_by).get(f"/my-apps/{installation.pk.hex}")
    assert response.status_code == 200
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", response.content.decode())))


def ask(installation: Installation, users: list[User], licences: int, auto: AutoInstall | None = None) -> None:
    """The installer wants this on the plan Team."""
    plan = installation.version.plans.get(name="Team")
    wanted = Settings(plan, users, licences, auto)
    update_settings(actor=SYSTEM, by=installation.installed_by, installation=installation, wanted=wanted)


def test_who_gets_and_loses_a_licence_and_what_it_costs_stand_there_until_it_is_answered() -> None:
    account = make_account()
    installation = make_completed(account)
    nora, installer = make_user(account, role="agent", person=make_person("Nora Nunes")), installation.installed_by
    ask(installation, [installer, nora], 4)
    text = text_of(installation)
    assert "What changes Before Once it is confirmed" in text
    assert "Plan Trial Team Licences 2 4 Total per month $0.00 $72.00" in text
    assert "Get a licence: Nora Nunes" in text
    assert "Lose theirs: Samir Sol" in text
    assert "It was proposed by itself" not in text
    answer_operation(actor=PARTNER_PROGRAM, installation=installation, decision="approve")
    assert "What changes" not in text_of(installation)


def test_rules_are_named_in_words_and_what_stays_is_left_out() -> None:
    installation = make_completed(plan="Team")
    agent = installation.account.roles.get(key="agent")
    users = [licence.user for licence in installation.licences.select_related("user")]
    ask(installation, users, 2, AutoInstall((rule_for(agent),), 9))
    text = text_of(installation)
    assert "Who gets it by itself Nobody gets it by itself. Who gets a role: Agent Stop at – 9" in text
    for absent in ("Get a licence:", "Lose theirs:", "Licences 2 2", "Version 1.0.0 1.0.0"):
        assert absent not in text


def test_a_move_to_another_version_names_both() -> None:
    installation = make_completed(plan="Team")
    newer = make_newer(installation)
    agree(installation)
    assert f"Version {installation.version.name} {newer.name} Plan Team Team" in text_of(installation)


def test_a_failed_change_still_says_what_it_was_about(monkeypatch: pytest.MonkeyPatch) -> None:
    installation = make_completed(plan="Team")
    users = [licence.user for licence in installation.licences.select_related("user")]
    ask(installation, users, 7)
    with monkeypatch.context() as patch:
        break_on(patch, events.OPERATION_APPROVED)
        answer_operation(actor=PARTNER_PROGRAM, installation=installation, decision="approve")
    installation.refresh_from_db()
    assert installation.status == InstallationStatus.FAILED
    assert "What was to change Before Asked for Licences 2 7 Total per month $36.00 $126.00" in text_of(installation)


def test_the_page_of_a_failed_change_stays_within_its_queries(
    monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    installation = make_completed()
    change_all_at_once(installation)
    with monkeypatch.context() as patch:
        break_on(patch, events.OPERATION_APPROVED)
        answer_operation(actor=PARTNER_PROGRAM, installation=installation, decision="approve")
    client = signed_in(installation.installed_by)
    with django_assert_max_num_queries(12):
        assert "What was to change" in client.get(f"/my-apps/{installation.pk.hex}").content.decode()


def test_who_may_only_open_apps_is_told_no_prices_and_no_names() -> None:
    installation = make_completed(plan="Team")
    samir = Licence.objects.get(installation=installation, user__role__key="supervisor").user
    assert samir.can(Permission.APPS_LAUNCH)
    ask(installation, [installation.installed_by, samir], 5)
    text = text_of(installation, samir)
    assert "A change waits for the app's maker." in text
    assert "What changes" not in text
    assert "$" not in text


def change_people_and_plan(installation: Installation) -> None:
    nora = make_user(installation.account, role="agent", person=make_person("Nora Nunes"))
    ask(installation, [installation.installed_by, nora], 4)


def change_rules(installation: Installation) -> None:
    agent = installation.account.roles.get(key="agent")
    users = [licence.user for licence in installation.licences.select_related("user")]
    ask(installation, users, 2, AutoInstall((rule_for(agent),), 9))


def change_all_at_once(installation: Installation) -> None:
    agent = installation.account.roles.get(key="agent")
    nora = make_user(installation.account, role="agent", person=make_person("Nora Nunes"))
    ask(installation, [installation.installed_by, nora], 4, AutoInstall((rule_for(agent),), 9))


def change_version(installation: Installation) -> None:
    make_newer(installation)
    agree(installation)


@pytest.mark.parametrize("change", [change_people_and_plan, change_rules, change_all_at_once, change_version])
def test_the_page_stays_within_its_queries(
    change: Callable[[Installation], None], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    installation = make_completed()
    change(installation)
    client = signed_in(installation.installed_by)
    with django_assert_max_num_queries(12):
        assert "What changes" in client.get(f"/my-apps/{installation.pk.hex}").content.decode()


def test_who_changes_is_named_also_when_there_are_more_people_than_are_shown(
    monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    monkeypatch.setattr(installation_view, "_MOST_NAMES", 1)
    installation = make_completed()
    change_all_at_once(installation)
    client = signed_in(installation.installed_by)
    with django_assert_max_num_queries(12):
        client.get(f"/my-apps/{installation.pk.hex}")
    text = text_of(installation)
    assert "Get a licence: Nora Nunes" in text
    assert "Lose theirs: Samir Sol" in text
    assert "2 of 4 licences" in text
