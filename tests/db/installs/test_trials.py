from __future__ import annotations

from datetime import timedelta

import pytest
from tests.factories.accounts import actor_for
from tests.factories.installs import PARTNER_PROGRAM, make_completed, make_installing

from fondaco.identity.states import ClientStatus
from fondaco.installs.actions import answer_operation, cancel_installation, uninstall_app
from fondaco.installs.models import Installation, Trial
from fondaco.kit import clock, deadlines
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
