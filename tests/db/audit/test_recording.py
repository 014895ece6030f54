"""Facts are written with their change or not at all, and stay as they were written."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction
from django.utils.functional import SimpleLazyObject

from fondaco.accounts import events
from fondaco.accounts.models import Account
from fondaco.audit import chain
from fondaco.audit.actor import Actor
from fondaco.audit.models import Event, Seal
from fondaco.audit.recording import record

ACTOR = Actor.system("test")


def facts(count: int) -> list[Event]:
    account = Account.objects.create(name="acme", company_name="Acme")
    return [
        record(events.ACCOUNT_CREATED, account, actor=ACTOR, account_id=account.pk, data={"number": number})
        for number in range(count)
    ]


@pytest.mark.django_db(transaction=True)
def test_a_fact_outside_a_transaction_is_refused() -> None:
    account = Account.objects.create(name="acme", company_name="Acme")
    with pytest.raises(transaction.TransactionManagementError):
        record(events.ACCOUNT_CREATED, account, actor=ACTOR)
    assert not Event.objects.exists()


@pytest.mark.django_db
def test_a_fact_about_who_is_signed_in_names_them() -> None:
    """A request's user is loaded when it is looked at."""
    account = Account.objects.create(name="acme", company_name="Acme")
    event = record(events.ACCOUNT_CREATED, SimpleLazyObject(lambda: account), actor=ACTOR)  # type: ignore[arg-type]
    assert (event.subject_type, event.subject_id) == ("account", account.pk)


@pytest.mark.django_db
@pytest.mark.parametrize("change", [lambda event: Event.objects.filter(pk=event.pk).update(kind="x.y"), Event.delete])
def test_the_database_refuses_to_change_or_remove_a_fact(change) -> None:  # type: ignore[no-untyped-def]
    [event] = facts(1)
    with pytest.raises(DatabaseError, match="an event is a fact"), transaction.atomic():
        change(event)
    assert Event.objects.get().data == {"number": 0}


@pytest.mark.django_db
def test_the_chain_holds_over_several_sealings() -> None:
    facts(3)
    assert chain.seal(limit=2) == 2
    assert chain.seal() == 1
    assert chain.seal() == 0
    assert list(Seal.objects.order_by("position").values_list("position", flat=True)) == [1, 2, 3]
    assert chain.verify() == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("sql", "problem"),
    [
        ("UPDATE audit_event SET data = '{}' WHERE data->>'number' = '1'", "the event or a seal was changed"),
        ("DELETE FROM audit_event WHERE data->>'number' = '1'", "the event was removed"),
    ],
)
def test_the_chain_shows_what_was_tampered_with(sql: str, problem: str) -> None:
    second = facts(3)[1]
    chain.seal()
    with transaction.get_connection().cursor() as cursor:
        cursor.execute("ALTER TABLE audit_event DISABLE TRIGGER event_append_only")
        cursor.execute(sql)
        cursor.execute("ALTER TABLE audit_event ENABLE TRIGGER event_append_only")

    breaks = chain.verify()

    assert [(found.position, found.event_id, found.problem) for found in breaks] == [(2, second.pk.hex, problem)]


@pytest.mark.django_db
def test_the_chain_shows_a_missing_seal() -> None:
    facts(3)
    chain.seal()
    Seal.objects.filter(position=2).delete()
    assert [found.problem for found in chain.verify()] == [
        "a seal is missing before this one",
        "the event or a seal was changed",
    ]
