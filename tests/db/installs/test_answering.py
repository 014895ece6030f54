"""The partner's answer, its repetition, its lateness, and its absence."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.factories.accounts import actor_for
from tests.factories.installs import PARTNER_PROGRAM, make_completed, make_installing, make_pending

from fondaco.audit.models import Event
from fondaco.identity.states import ClientStatus
from fondaco.installs import errors
from fondaco.installs.actions import answer_operation, fail_open_operation, force_uninstall_app, retry_installation
from fondaco.installs.models import Installation, Licence, Operation, Trial
from fondaco.kit import clock, deadlines
from fondaco.kit.errors import Invalid
from fondaco.kit.models import ClockOffset, Deadline
from fondaco.messaging.models import Message

pytestmark = pytest.mark.django_db


def reload(installation: Installation) -> Installation:
    return Installation.objects.select_related("client").get(pk=installation.pk)


def answer(installation: Installation, decision: str, reason: str = "") -> Operation:
    return answer_operation(actor=PARTNER_PROGRAM, installation=installation, decision=decision, reason=reason)


def test_approve_puts_an_install_in_force_and_starts_the_trial() -> None:
    installation = make_installing()
    with clock.freeze() as now:
        operation = answer(installation, "approve", "welcome")
    assert (operation.status, operation.answer) == ("approved", "welcome")
    found = reload(installation)
    assert (found.status, found.reason, found.status_changed_at) == ("completed", "welcome", now)
    trial = Trial.objects.get()
    assert (trial.status, trial.started_at, trial.expires_at) == ("active", now, now + timedelta(days=30))
    assert set(Deadline.objects.values_list("kind", "due_at")) >= {("trial.ends", now + timedelta(days=30))}
    assert not Deadline.objects.filter(kind="operation.answer_due").exists()
    assert list(Message.objects.order_by("sequence").values_list("sequence", "type")) == [
        (1, "app.installed"),
        (2, "app.trial_started"),
    ]


def test_reject_of_an_install_keeps_the_choices_for_another_try() -> None:
    installation = make_installing()
    operation = answer(installation, "reject", "no capacity")
    assert (operation.status, operation.answer) == ("rejected", "no capacity")
    found = reload(installation)
    assert (found.status, found.reason) == ("rejected", "no capacity")
    assert Trial.objects.get().status == "pending"
    assert Licence.objects.count() == 2


def test_approve_of_an_uninstall_ends_everything() -> None:
    installation = make_pending()
    answer(installation, "approve")
    found = reload(installation)
    assert found.status == "revoked"
    assert found.client.status == ClientStatus.REVOKED
    assert set(found.client.credential_sets.values_list("status", flat=True)) == {"revoked"}
    assert not Licence.objects.exists()
    trial = Trial.objects.get()
    assert (trial.status, trial.ended_reason, trial.ended_by) == ("ended", "app_uninstalled", "user")
    assert not Deadline.objects.exclude(kind="message.secrets_expire").exists()
    types = list(Message.objects.order_by("sequence").values_list("type", flat=True))
    assert types == ["app.installed", "app.trial_started", "app.uninstalled", "app.trial_ended"]


def test_reject_of_an_uninstall_is_recorded_and_changes_nothing_else() -> None:
    installation = make_pending()
    operation = answer(installation, "reject", "unpaid invoice")
    assert (operation.status, operation.answer) == ("open", "unpaid invoice")
    assert operation.objected_at is not None
    assert reload(installation).status == "pending"
    assert Event.objects.filter(kind="operation.objected").get().data == {"reason": "unpaid invoice"}
    answer(installation, "reject", "unpaid invoice")
    assert Event.objects.filter(kind="operation.objected").count() == 1
    assert answer(installation, "approve").status == "approved"


def test_the_same_decision_again_is_fine_and_does_nothing() -> None:
    installation = make_installing()
    answer(installation, "approve", "first")
    before = Event.objects.count()
    assert answer(installation, "approve", "second").answer == "first"
    assert Event.objects.count() == before
    with pytest.raises(errors.NothingToAnswer):
        answer(installation, "reject")
    assert Event.objects.count() == before


def test_T12_a_late_answer_is_refused_whole() -> None:
    installation = make_installing()
    with clock.travel(timedelta(days=7)):
        deadlines.sweep_once()
    assert reload(installation).status == "timeout"
    assert Operation.objects.get().status == "timed_out"
    before = Event.objects.count(), Message.objects.count()
    for decision in ("approve", "reject"):
        with pytest.raises(errors.AnswerTooLate) as caught:
            answer(installation, decision)
        assert "closed as timed out" in str(caught.value)
    assert (Event.objects.count(), Message.objects.count()) == before
    assert reload(installation).status == "timeout"


def test_T12_after_a_removal_nothing_is_adopted() -> None:
    installation = make_installing()
    by = installation.installed_by
    by.account.features = ["force_uninstall"]
    by.account.save()
    force_uninstall_app(actor=actor_for(by.person), by=by, installation=installation, reason="Over")
    with pytest.raises(errors.AnswerTooLate):
        answer(installation, "approve")
    assert reload(installation).status == "revoked"


def test_T18_silence_commits_nothing_until_the_seven_days_are_over() -> None:
    installation = make_installing()
    with clock.travel(timedelta(days=7, seconds=-1)):
        deadlines.sweep_once()
        assert reload(installation).status == "installing"
    with clock.travel(timedelta(days=7, seconds=1)):
        deadlines.sweep_once()
    assert reload(installation).status == "timeout"
    assert Trial.objects.get().started_at is None


@pytest.mark.parametrize("objects", [False, True])
def test_an_uninstall_happens_after_seven_days_whatever_the_partner_says(objects: bool) -> None:
    installation = make_pending()
    if objects:
        answer(installation, "reject", "never")
    with clock.travel(timedelta(days=7, seconds=1)):
        deadlines.sweep_once()
    found = reload(installation)
    assert found.status == "revoked"
    assert found.client.status == ClientStatus.REVOKED
    assert Operation.objects.order_by("-id")[0].status == "timed_out"


def test_a_developer_account_lets_the_seven_days_pass_at_once() -> None:
    installation = make_installing()
    other = make_installing()
    clock.set_offset(installation.account_id, timedelta(days=8))
    deadlines.sweep_once()
    assert reload(installation).status == "timeout"
    assert reload(other).status == "installing"
    assert ClockOffset.objects.count() == 1


@pytest.mark.parametrize(("decision", "reason"), [("maybe", ""), ("", ""), ("approve", "x" * 1001)])
def test_refuses_what_is_no_answer(decision: str, reason: str) -> None:
    installation = make_installing()
    before = Event.objects.count()
    with pytest.raises(Invalid):
        answer(installation, decision, reason)
    assert Event.objects.count() == before
    assert reload(installation).status == "installing"


def test_a_rejected_install_may_be_asked_for_anew_with_new_credentials() -> None:
    installation = make_installing()
    answer(installation, "reject")
    by = installation.installed_by
    operation = retry_installation(actor=actor_for(by.person), by=by, installation=installation)
    assert operation.is_open
    assert reload(installation).status == "installing"
    assert Message.objects.filter(type="app.installed").count() == 2
    assert sorted(installation.client.credential_sets.values_list("status", flat=True)) == ["issued", "revoked"]
    answer(installation, "approve")
    assert reload(installation).status == "completed"


def test_a_working_app_is_not_retried() -> None:
    installation = make_completed()
    by = installation.installed_by
    before = Event.objects.count()
    with pytest.raises(errors.NotRetryable):
        retry_installation(actor=actor_for(by.person), by=by, installation=installation)
    assert Event.objects.count() == before


def test_tried_again_in_vain_people_read_the_latest_reason() -> None:
    installation = make_installing()
    for reason in ("The app's program cannot be reached.", "The app's program answered with HTTP status 500."):
        fail_open_operation(actor=PARTNER_PROGRAM, installation=installation, reason=reason)
        assert (reload(installation).status, reload(installation).reason) == ("failed", reason)
