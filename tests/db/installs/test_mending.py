"""Failed updates: recorded and never lost, and every way in which staff end one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.factories.accounts import SYSTEM, actor_for, make_operator
from tests.factories.faults import break_on
from tests.factories.installs import PARTNER_PROGRAM, follow_cutoffs, make_completed
from tests.factories.mail import deliver
from tests.factories.upgrades import agree, make_newer

from fondaco.accounts.actions import deactivate_user
from fondaco.accounts.models import Operator
from fondaco.accounts.permissions import OperatorRole
from fondaco.audit.models import Event
from fondaco.installs import errors, events, snapshots
from fondaco.installs.actions import (
    answer_operation,
    cut_off,
    mend_update,
    restore_access,
    retry_installation,
    uninstall_app,
    update_settings,
)
from fondaco.installs.badges import Badge
from fondaco.installs.changes import Settings
from fondaco.installs.mends import find_damage, list_broken
from fondaco.installs.models import Installation, Operation
from fondaco.installs.queries import get_installation
from fondaco.installs.reach import Target, TargetKind
from fondaco.installs.states import Mending
from fondaco.kit import clock, deadlines
from fondaco.kit.errors import Forbidden, Invalid
from fondaco.messaging.models import Message

pytestmark = pytest.mark.django_db


@pytest.fixture
def support() -> Operator:
    return make_operator(OperatorRole.SUPPORT)


def reload(installation: Installation) -> Installation:
    found = Installation.objects.select_related("app__partner", "client", "plan", "version", "installed_by__person")
    return found.get(pk=installation.pk)


def ask(installation: Installation, licences: int = 9) -> Operation:
    by = installation.installed_by
    users = [licence.user for licence in installation.licences.select_related("user")]
    wanted = Settings(installation.plan, users, licences)
    return update_settings(actor=actor_for(by.person), by=by, installation=installation, wanted=wanted)


def approve(installation: Installation) -> Operation:
    return answer_operation(actor=PARTNER_PROGRAM, installation=installation, decision="approve", reason="Fine.")


def mend(installation: Installation, by: Operator, way: Mending, reason: str = "Looked at both sides") -> Operation:
    return mend_update(actor=actor_for(by.person), by=by, installation=installation, way=way, reason=reason)


def break_approval(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> Operation:
    """A change that the partner approved while we had a fault; the fault is gone again."""
    ask(installation)
    with monkeypatch.context() as patch:
        break_on(patch, events.OPERATION_APPROVED)
        return approve(installation)


def test_an_approval_that_cannot_be_carried_out_is_recorded_and_everybody_is_told(
    support: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation = make_completed(plan="Team")
    before = snapshots.take(installation)
    deliver()
    operation = break_approval(installation, monkeypatch)
    assert (operation.status, operation.answer, operation.failed_side) == ("failed", "Fine.", "proposed")
    assert operation.failure == "Fault: nobody thought of this"
    found = reload(installation)
    assert {**snapshots.take(found), "status": "completed"} == before
    assert (found.status, found.can_be_launched, found.can_be_retried) == ("failed", True, False)
    shown = get_installation(found.installed_by, found.pk.hex)
    assert (shown.badges, shown.can_launch) == ((Badge.FAILED_UPDATE, Badge.MANAGEABLE), True)
    assert [(list(letter.to), letter.subject) for letter in deliver()] == [
        ([found.installed_by.person.email], f"A change of {found.app.name} could not be completed"),
        ([support.person.email], f"To mend: {found.app.name} at Harbour Bank"),
    ]
    assert not Event.objects.filter(kind="operation.approved", subject_id=operation.pk.hex).exists()
    assert approve(found).pk == operation.pk  # said again, it changes nothing and is no error
    for refused in (lambda: ask(found), lambda: agree(found)):
        with pytest.raises((errors.UpdateBroken, errors.NotUpgradable)):
            refused()
    with pytest.raises(errors.NotRetryable):
        retry_installation(actor=PARTNER_PROGRAM, by=found.installed_by, installation=found)
    assert list(list_broken(support)) == [operation]
    damage = find_damage(support, found)
    assert damage is not None
    assert (damage.current.licences, damage.proposed.licences) == (2, 9)


@pytest.mark.parametrize(
    ("way", "licences", "told"),
    [
        (Mending.RETRY, 9, []),
        (Mending.PROPOSED, 9, []),
        (Mending.CURRENT, 2, [{"adding": {"name": "Team", "licenses": "2"}}]),
    ],
)
def test_staff_let_either_side_hold_and_the_partner_hears_what_it_does_not_know(
    support: Operator,
    monkeypatch: pytest.MonkeyPatch,
    way: Mending,
    licences: int,
    told: list[object],
) -> None:
    installation = make_completed(plan="Team")
    operation = break_approval(installation, monkeypatch)
    sent = set(Message.objects.values_list("pk", flat=True))
    deliver()
    mend(installation, support, way)
    found = reload(installation)
    assert (found.status, found.total_licences, found.reason) == ("completed", licences, "")
    messages = Message.objects.exclude(pk__in=sent)
    assert [message.content["data"]["subscription"] for message in messages] == told
    [letter] = deliver()
    assert letter.subject == f"{found.app.name} is mended"
    event = Event.objects.get(kind="operation.settled")
    assert (event.data["way"], event.data["reason"]) == (way.value, "Looked at both sides")
    assert event.actor_id == support.person.pk.hex
    for decision in ("approve", "reject"):  # the program may answer what it was told; it changes nothing
        answer_operation(actor=PARTNER_PROGRAM, installation=found, decision=decision)
    assert reload(installation).total_licences == licences
    with pytest.raises(errors.NotBroken):
        mend(installation, support, way)
    operation.refresh_from_db()
    assert operation.settled == ("current" if way == Mending.CURRENT else "proposed")
    ask(reload(installation), licences=12)  # and life goes on


def test_the_partner_is_asked_once_more(support: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    installation = make_completed(plan="Team")
    break_approval(installation, monkeypatch)
    deliver()
    again = mend(installation, support, Mending.ASK_AGAIN)
    assert [letter.subject for letter in deliver()] == ["Ledgerline GmbH is asked once more about Ledgerline"]
    assert (again.kind, again.status, reload(installation).status) == ("update", "open", "pending")
    assert Message.objects.filter(type="app.updated").count() == 2
    approve(installation)
    assert (reload(installation).status, reload(installation).total_licences) == ("completed", 9)


@pytest.mark.parametrize("end", ["reject", "time out"])
def test_a_change_whose_end_cannot_be_written_down(
    support: Operator, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    installation = make_completed(plan="Team")
    operation = ask(installation)
    with monkeypatch.context() as patch:
        if end == "reject":
            break_on(patch, events.OPERATION_REJECTED)
            answer_operation(actor=PARTNER_PROGRAM, installation=installation, decision="reject", reason="Full.")
        else:
            break_on(patch, events.OPERATION_TIMED_OUT)
            with clock.travel(timedelta(days=8)):
                deadlines.sweep_once()
    operation.refresh_from_db()
    assert (operation.status, operation.failed_side) == ("failed", "current")
    mend(installation, support, Mending.RETRY)
    assert (reload(installation).status, reload(installation).total_licences) == ("completed", 2)


def test_a_version_that_was_cut_off_meanwhile_is_not_moved_to(support: Operator) -> None:
    installation = make_completed(plan="Team")
    newer = make_newer(installation)
    agree(installation)
    target = Target(TargetKind.VERSION, newer.app, newer)
    actor = actor_for(support.person)
    cutoff = cut_off(actor=actor, by=support, target=target, reason="It leaks", confirmation=newer.app.name)
    operation = approve(installation)
    found = reload(installation)
    assert (operation.failed_side, found.version.name, found.can_be_launched) == ("proposed", "1.0.0", True)
    assert "It leaks" in operation.failure
    for way in (Mending.RETRY, Mending.PROPOSED):  # nor by staff
        with pytest.raises(errors.AccessCutOff):
            mend(installation, support, way)
    found = reload(installation)
    assert (found.status, found.version.name, found.can_be_launched) == ("failed", "1.0.0", True)
    assert not Event.objects.filter(kind="operation.settled").exists()
    restore_access(actor=actor, by=support, cutoff=cutoff, reason="Mended")
    mend(installation, support, Mending.RETRY)
    assert (reload(installation).status, reload(installation).version) == ("completed", newer)


@pytest.mark.parametrize("way", [Mending.PROPOSED, Mending.RETRY])
def test_who_leaves_a_version_that_is_cut_off_gets_new_credentials(
    support: Operator, monkeypatch: pytest.MonkeyPatch, way: Mending
) -> None:
    installation = make_completed(plan="Team")
    make_newer(installation)
    agree(installation)
    with monkeypatch.context() as patch:
        break_on(patch, events.OPERATION_APPROVED)
        approve(installation)
    target = Target(TargetKind.VERSION, installation.app, installation.version)
    actor = actor_for(support.person)
    cut_off(actor=actor, by=support, target=target, reason="It leaks", confirmation=installation.app.name)
    follow_cutoffs()
    assert not installation.client.credential_sets.exclude(status="revoked").exists()
    mend(installation, support, way)
    found = reload(installation)
    assert (found.status, found.version.name, found.is_cut_off) == ("completed", "2.0.0", False)
    message = Message.objects.get(type="app.credentials_rotated")
    alive = installation.client.credential_sets.exclude(status="revoked").get()
    assert message.content["data"]["client_id"] == alive.wire_client_id
    assert message.delivery.url == "https://next.ledgerline.example/events"
    assert Event.objects.get(kind="installation.restored").subject_id == installation.pk.hex


def test_a_change_of_the_house_that_is_asked_again_is_still_one(
    support: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that its letter says what rules did, and what that costs."""
    installation = make_completed(plan="Team")
    samir = installation.account.users.get(role__key="supervisor")
    deactivate_user(actor=SYSTEM, by=installation.installed_by, user=samir)
    with clock.travel(timedelta(minutes=6)):
        deadlines.sweep_once()
        with monkeypatch.context() as patch:
            break_on(patch, events.OPERATION_APPROVED)
            broken = approve(installation)
        again = mend(installation, support, Mending.ASK_AGAIN)
    assert (broken.is_automatic, again.is_automatic, again.requested_by) == (True, True, None)


def test_a_mending_that_fails_or_is_not_allowed_changes_nothing(
    support: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation = make_completed(plan="Team")
    with pytest.raises(errors.NotBroken):
        mend(installation, support, Mending.CURRENT)
    break_approval(installation, monkeypatch)
    with pytest.raises(Invalid):
        mend(installation, support, Mending.CURRENT, reason=" ")
    with pytest.raises(Forbidden):
        mend(installation, make_operator(OperatorRole.MARKETING_REVIEWER), Mending.CURRENT)
    with monkeypatch.context() as patch:
        break_on(patch, events.OPERATION_SETTLED)
        with pytest.raises(Exception, match="nobody thought"):
            mend(installation, support, Mending.PROPOSED)
    assert (reload(installation).status, reload(installation).total_licences) == ("failed", 2)
    by = installation.installed_by  # the customer is never locked in
    uninstall_app(actor=actor_for(by.person), by=by, installation=installation, reason_type="other")
    approve(installation)
    assert reload(installation).status == "revoked"
    assert not list_broken(support).exists()
