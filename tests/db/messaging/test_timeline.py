"""One line of time for an installation, and what each side sees of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries
from tests.factories.accounts import actor_for, make_operator
from tests.factories.faults import break_on
from tests.factories.installs import PARTNER_PROGRAM, make_completed, make_installing
from tests.factories.upgrades import agree, make_newer

from fondaco.accounts.models import Operator
from fondaco.accounts.permissions import OperatorRole
from fondaco.audit.actor import Actor
from fondaco.identity.actions import acknowledge_credentials
from fondaco.identity.models import CredentialSet
from fondaco.installs import events
from fondaco.installs.actions import answer_operation, extend_trial, mend_update, record_launch, rotate_credentials
from fondaco.installs.models import Installation
from fondaco.installs.states import Mending
from fondaco.kit import clock, deadlines
from fondaco.messaging.actions import Outcome
from fondaco.messaging.models import Delivery
from fondaco.messaging.results import record_attempt
from fondaco.messaging.timeline import Entry, Side, read_timeline

pytestmark = pytest.mark.django_db


def live(monkeypatch: pytest.MonkeyPatch) -> Installation:
    """Ordered, reached, launched, moved to a newer version in spite of a fault, given new credentials."""
    installation, jon = make_completed(plan="Team"), make_operator(OperatorRole.SUPPORT)
    delivery = Delivery.objects.get(installation=installation, message__type="app.installed")
    for outcome in (Outcome(clock.now(), 3, error="connect"), Outcome(clock.now(), 40, response_status=204)):
        record_attempt(actor=Actor.system("dispatcher"), delivery_id=delivery.pk, outcome=outcome)
    by = installation.installed_by
    record_launch(actor=actor_for(by.person), user=by, installation=installation)
    make_newer(installation)
    agree(installation)
    with monkeypatch.context() as patch:
        break_on(patch, events.OPERATION_APPROVED)
        answer_operation(actor=PARTNER_PROGRAM, installation=installation, decision="approve")
    actor = actor_for(jon.person)
    mend_update(actor=actor, by=jon, installation=installation, way=Mending.RETRY, reason="A slip of ours")
    rotate_credentials(actor=actor, by=jon, installation=installation)
    return Installation.objects.get(pk=installation.pk)


def test_each_side_sees_its_part(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    installation = live(monkeypatch)
    seen: dict[Side, list[Entry]] = {}
    for side in Side:
        with django_assert_num_queries(2):
            seen[side], following = read_timeline(installation, side, limit=100)
        assert following is None
    kinds = [entry.kind for entry in reversed(seen[Side.STAFF])]
    for kind in ("installation.requested", "operation.opened", "credentials.issued", "installation.completed",
                 "attempt.missed", "attempt.reached", "installation.launched", "operation.failed", "client.regranted",
                 "operation.settled", "credentials.rotated"):  # fmt: skip
        assert kind in kinds, kind
    assert (
        kinds.index("installation.requested") < kinds.index("installation.launched") < kinds.index("client.regranted")
    )
    assert {entry.kind for entry in seen[Side.STAFF]} - {entry.kind for entry in seen[Side.PARTNER]} == {
        "licence.assigned"
    }

    for side in Side:  # which version, in words
        meanings = [entry.meaning for entry in seen[side]]
        assert "The app was ordered in version 1.0.0." in meanings
        assert "The app runs in version 2.0.0, and its program may do what that asks for." in meanings

    def names(side: Side) -> set[str]:
        return {entry.who for entry in seen[side]}

    def words(side: Side) -> str:
        return " ".join(entry.words for entry in seen[side])

    ada = installation.installed_by.person.name
    assert (ada in names(Side.CUSTOMER), ada in names(Side.PARTNER), ada in names(Side.STAFF)) == (True, False, True)
    jon = Operator.objects.get().person.name
    assert (jon in names(Side.CUSTOMER), jon in names(Side.PARTNER), jon in names(Side.STAFF)) == (False, False, True)
    for note in ("A slip of ours", "nobody thought of this"):
        assert (note in words(Side.STAFF), note in words(Side.CUSTOMER), note in words(Side.PARTNER)) == (
            True, False, False,
        )  # fmt: skip
    assert "The app's program cannot be reached." in words(Side.CUSTOMER)


def test_what_the_house_does_by_itself_has_no_name_and_no_code_for_others() -> None:
    installation = make_installing()
    answer_operation(actor=PARTNER_PROGRAM, installation=installation, decision="approve", reason="Welcome.")
    with clock.travel(timedelta(days=31)):
        deadlines.sweep_once()
    for side, who in ((Side.STAFF, "sweeper"), (Side.CUSTOMER, ""), (Side.PARTNER, "")):
        entries, _older = read_timeline(installation, side)
        assert [entry.kind for entry in entries if entry.words == "Welcome."] == ["operation.approved"]  # once
        [over] = [entry for entry in entries if entry.kind == "installation.suspended"]
        assert (over.who, over.words, over.meaning) == (who, "", "The trial is over, so nobody gets in.")


def test_why_credentials_were_replaced_is_read_by_those_it_was_written_for() -> None:
    """The form says that the app's developers read it; that old ones ended needs no words at all."""
    installation, jon = make_completed(plan="Team"), make_operator()
    actor = actor_for(jon.person)
    rotate_credentials(actor=actor, by=jon, installation=installation, is_forced=True, reason="It was in a log.")
    rotate_credentials(actor=actor, by=jon, installation=installation)
    newest = CredentialSet.objects.filter(client=installation.client).latest("id")
    acknowledge_credentials(actor=PARTNER_PROGRAM, client=installation.client, wire_client_id=newest.wire_client_id)
    for side, said in ((Side.PARTNER, "It was in a log."), (Side.STAFF, "It was in a log."), (Side.CUSTOMER, "")):
        entries, _older = read_timeline(installation, side, limit=100)
        assert [entry.words for entry in entries if entry.kind == "credentials.revoked"] == ["", ""], side
        assert [entry.words for entry in entries if entry.kind == "credentials.rotated"] == ["", said], side


def test_why_a_trial_lasts_longer_is_read_by_staff_alone() -> None:
    """The form says that it is for the audit trail."""
    installation, jon = make_completed(), make_operator(OperatorRole.SUPPORT)
    last = (clock.now() + timedelta(days=60)).date()
    extend_trial(
        actor=actor_for(jon.person), by=jon, installation=installation, last_day=last, reason="A friend of the boss"
    )
    for side, who, said in (
        (Side.CUSTOMER, "", ""),
        (Side.PARTNER, "", ""),
        (Side.STAFF, jon.person.name, "A friend of the boss"),
    ):
        [entry] = [each for each in read_timeline(installation, side)[0] if each.kind == "trial.extended"]
        assert (entry.who, entry.words) == (who, said), side


def test_pages_follow_each_other_without_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    installation = live(monkeypatch)
    whole, _none = read_timeline(installation, Side.STAFF, limit=100)
    found: list[Entry] = []
    before = None
    while True:
        page, before = read_timeline(installation, Side.STAFF, limit=7, before=before)
        found += page
        if before is None:
            break
    assert found == whole
