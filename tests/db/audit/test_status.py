"""The one door for a status: judged by the database, alone for one row at a time, and never without its fact."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from tests.factories.accounts import make_person

from fondaco.audit.actor import Actor
from fondaco.audit.models import Event
from fondaco.audit.status import IllegalTransition, Stateful, transition
from fondaco.identity.models import DeviceAuthorization
from fondaco.identity.states import DeviceStatus
from fondaco.kit import clock
from fondaco.partners.models import PartnerApplication
from fondaco.partners.states import ApplicationStatus

ACTOR = Actor.system("test")
STATEFUL = [model for model in apps.get_models() if issubclass(model, Stateful)]


def application(status: ApplicationStatus = ApplicationStatus.PENDING) -> PartnerApplication:
    made = PartnerApplication.objects.create(
        company_name="Acme",
        website="https://acme.example",
        contact_name="Mara",
        contact_email="mara@acme.example",
        intention="A wallboard.",
    )
    PartnerApplication.objects.filter(pk=made.pk).update(status=status)
    made.refresh_from_db()
    return made


@pytest.mark.django_db
@pytest.mark.parametrize("model", STATEFUL, ids=lambda model: model._meta.label)
def test_database_lists_the_same_states(model: type[Stateful]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'c'",
            [model._meta.db_table],
        )
        definitions = [row[0] for row in cursor.fetchall() if "status" in row[0]]
    expected = {state.value for state in model.MACHINE.states}
    assert any({part.split("'")[1] for part in text.split("'::") if "'" in part} for text in definitions), definitions
    listed = {piece for text in definitions for piece in text.split("'")[1::2]}
    assert expected <= listed
    assert model.MACHINE.initial.value == model._meta.get_field("status").default


@pytest.mark.django_db
def test_a_step_changes_the_row_and_records_the_fact() -> None:
    subject = application()

    transition(subject, ApplicationStatus.REJECTED, actor=ACTOR, reason="no product yet")

    subject.refresh_from_db()
    event = Event.objects.get(kind="partner_application.rejected")
    assert subject.status == "rejected"
    assert event.data == {"from": "pending", "to": "rejected", "reason": "no product yet"}
    assert (event.subject_type, event.subject_id) == ("partnerapplication", subject.pk.hex)
    assert event.actor_label == "test"


@pytest.mark.django_db
def test_fields_change_with_the_step_or_not_at_all() -> None:
    subject = application()
    words = {"decision_reason": "no product yet"}

    with CaptureQueriesContext(connection) as asked:
        transition(subject, ApplicationStatus.REJECTED, actor=ACTOR, fields=words)
    assert [query["sql"].split()[0] for query in asked][:2] == ["WITH", "INSERT"]  # the step, and the fact
    assert subject.decision_reason == "no product yet"
    subject.refresh_from_db()
    assert (subject.status, subject.decision_reason) == ("rejected", "no product yet")

    with pytest.raises(IllegalTransition) as refusal:
        transition(subject, ApplicationStatus.REJECTED, actor=ACTOR, fields={"decision_reason": "again"})
    assert refusal.value.params == {"current": "rejected", "wanted": "rejected"}
    assert (subject.status, subject.decision_reason) == ("rejected", "no product yet")
    subject.refresh_from_db()
    assert (subject.status, subject.decision_reason) == ("rejected", "no product yet")


@pytest.mark.django_db
def test_a_field_of_a_step_may_be_another_row() -> None:
    person = make_person()
    device = DeviceAuthorization.objects.create(
        device_code_hash="1", user_code_hash="2", program="fondaco", expires_at=clock.now() + timedelta(minutes=5)
    )

    transition(device, DeviceStatus.DENIED, actor=ACTOR, fields={"decided_by": person})

    assert device.decided_by == person
    device.refresh_from_db()
    assert device.decided_by == person


@pytest.mark.django_db
@pytest.mark.parametrize("current", list(ApplicationStatus))
@pytest.mark.parametrize("wanted", list(ApplicationStatus))
def test_every_cell_of_the_table(current: ApplicationStatus, wanted: ApplicationStatus) -> None:
    subject = application(current)
    allowed = wanted in PartnerApplication.MACHINE.table[current]

    if allowed:
        transition(subject, wanted, actor=ACTOR, data={"message": "0" * 32})
    else:
        with pytest.raises(IllegalTransition) as refusal:
            transition(subject, wanted, actor=ACTOR)
        assert refusal.value.params == {"current": current.value, "wanted": wanted.value}
        assert not Event.objects.exists()
    subject.refresh_from_db()
    assert subject.status == (wanted if allowed else current)


@pytest.mark.django_db(transaction=True)
def test_T25_of_two_at_once_one_wins_and_the_other_is_told() -> None:
    subject = application()
    start, outcomes = threading.Barrier(2), []

    def decide(to: ApplicationStatus) -> None:
        mine = PartnerApplication.objects.get(pk=subject.pk)
        start.wait()
        try:
            with transaction.atomic():
                transition(mine, to, actor=ACTOR)
            outcomes.append(to.value)
        except IllegalTransition:
            outcomes.append("told")
        finally:
            connection.close()

    threads = [
        threading.Thread(target=decide, args=[to]) for to in (ApplicationStatus.APPROVED, ApplicationStatus.REJECTED)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    subject.refresh_from_db()
    assert sorted(outcomes) == sorted([subject.status, "told"])
    assert Event.objects.count() == 1
