"""Two at once, on real connections: one wins, the other is told, and nothing is done twice."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.factories.accounts import actor_for, make_account, make_user
from tests.factories.catalog import make_published_version
from tests.factories.installs import PARTNER_PROGRAM, make_completed, make_installing, make_pending, order
from tests.racing import at_once

from fondaco.audit.models import Event
from fondaco.installs.actions import answer_operation, retry_installation, uninstall_app
from fondaco.installs.models import Installation, Operation, Trial
from fondaco.messaging.models import Message

pytestmark = pytest.mark.django_db(transaction=True)


def answer(installation: Installation, decision: str) -> Callable[[], object]:
    return lambda: answer_operation(actor=PARTNER_PROGRAM, installation=installation, decision=decision)


def test_two_installs_of_one_app() -> None:
    account = make_account()
    version = make_published_version()
    ada, ida = make_user(account), make_user(account)
    outcomes = at_once(lambda: order(version, [ada]), lambda: order(version, [ida]))
    assert sorted(outcomes) == ["already-installed", "done"]
    assert (Installation.objects.count(), Operation.objects.count(), Message.objects.count()) == (1, 1, 1)


def test_T25_approve_and_reject() -> None:
    installation = make_installing()
    outcomes = at_once(answer(installation, "approve"), answer(installation, "reject"))
    assert sorted(outcomes) == ["done", "nothing-to-answer"]
    expected = "completed" if outcomes[0] == "done" else "rejected"
    assert Installation.objects.get().status == expected
    assert Event.objects.filter(kind__in=["operation.approved", "operation.rejected"]).count() == 1


def test_T25_approve_twice_starts_one_trial() -> None:
    installation = make_installing()
    assert at_once(answer(installation, "approve"), answer(installation, "approve")) == ["done", "done"]
    assert Trial.objects.get().status == "active"
    assert Message.objects.filter(type="app.trial_started").count() == 1


def test_two_managers_uninstall() -> None:
    installation = make_completed()
    ada, ida = installation.installed_by, make_user(installation.account)

    def uninstall(by: object) -> Callable[[], object]:
        return lambda: uninstall_app(
            actor=actor_for(by.person), by=by, installation=installation, reason_type="not_needed"
        )

    assert sorted(at_once(uninstall(ada), uninstall(ida))) == ["done", "operation-open"]
    assert Message.objects.filter(type="app.uninstalled").count() == 1


def test_the_customer_removes_what_the_partner_approves() -> None:
    installation = make_installing()
    by = installation.installed_by
    outcomes = at_once(
        answer(installation, "approve"),
        lambda: uninstall_app(actor=actor_for(by.person), by=by, installation=installation, reason_type="other"),
    )
    status = Installation.objects.get().status
    assert (outcomes, status) in [(["done", "done"], "pending"), (["answer-too-late", "done"], "revoked")]


def test_two_managers_ask_anew() -> None:
    installation = make_installing()
    answer(installation, "reject")()
    ada, ida = installation.installed_by, make_user(installation.account)

    def retry(by: object) -> Callable[[], object]:
        return lambda: retry_installation(actor=actor_for(by.person), by=by, installation=installation)

    assert sorted(at_once(retry(ada), retry(ida))) == ["done", "not-retryable"]
    assert Operation.objects.filter(status="open").count() == 1


def test_an_uninstall_is_acknowledged_twice_at_once() -> None:
    installation = make_pending()
    assert at_once(answer(installation, "approve"), answer(installation, "approve")) == ["done", "done"]
    assert Event.objects.filter(kind="installation.revoked").count() == 1
