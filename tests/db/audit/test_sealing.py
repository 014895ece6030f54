"""The sweeper seals what was committed, again and again, and shows what was slipped in."""

from __future__ import annotations

import threading
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection, transaction
from tests.db.kit.processes import wait_for

from fondaco.accounts import events
from fondaco.accounts.models import Account
from fondaco.audit import chain
from fondaco.audit.actor import Actor
from fondaco.audit.models import Event, Seal
from fondaco.audit.recording import record
from fondaco.kit import clock, deadlines
from fondaco.kit.models import Deadline

ACTOR = Actor.system("test")


def fact(number: int = 0) -> Event:
    account = Account.objects.get_or_create(name="acme", defaults={"company_name": "Acme"})[0]
    return record(events.ACCOUNT_CREATED, account, actor=ACTOR, account_id=account.pk, data={"number": number})


def sweep_what_is_due() -> None:
    """Others of the house that come again and again may be due with it."""
    due = Deadline.objects.filter(due_at__lte=clock.now()).count()
    assert deadlines.sweep_once() == due > 0


@pytest.mark.django_db
def test_the_sweeper_seals_each_time_it_is_due() -> None:
    fact()
    deadlines.start_recurring()
    deadlines.start_recurring()  # a second sweeper starts
    assert Deadline.objects.filter(kind="audit.seal").count() == 1

    sweep_what_is_due()
    assert Seal.objects.count() == 1
    assert deadlines.sweep_once() == 0, "not before it is due again"

    fact(1)
    with clock.travel(timedelta(seconds=3)):
        sweep_what_is_due()
    assert Seal.objects.count() == 2
    assert Deadline.objects.filter(kind="audit.seal").count() == 1
    assert chain.verify() == []


@pytest.mark.django_db
def test_an_event_that_was_slipped_in_later_is_shown_and_never_sealed() -> None:
    honest = fact()
    chain.seal_all()
    two_hours_ago = UUID(int=((honest.pk.int >> 80) - 7_200_000) << 80)
    slipped_in = Event.objects.create(
        id=two_hours_ago,
        kind="account.created",
        occurred_at=clock.now() - timedelta(hours=2),
        actor_kind="system",
        subject_type="account",
        subject_id="x",
    )

    chain.seal_all()

    assert Seal.objects.count() == 1
    assert [(found.position, found.event_id, found.problem) for found in chain.verify()] == [
        (0, slipped_in.pk.hex, "the event was added afterwards")
    ]


@pytest.mark.django_db
def test_a_transaction_that_commits_late_is_sealed_all_the_same() -> None:
    late = fact()
    earlier_id = UUID(int=((late.pk.int >> 80) - 60_000) << 80)
    chain.seal_all()
    Event.objects.create(
        id=earlier_id,
        kind="account.created",
        occurred_at=clock.now(),
        actor_kind="system",
        subject_type="account",
        subject_id="x",
    )
    chain.seal_all()
    assert not Seal.objects.filter(event_id=earlier_id).exists()
    chain.seal_late()
    assert Seal.objects.get(event_id=earlier_id).position == 2
    assert chain.verify() == []


@pytest.mark.django_db
def test_a_seal_that_was_changed_breaks_the_chain() -> None:
    for number in range(3):
        fact(number)
    chain.seal_all()
    Seal.objects.filter(position=2).update(hash=b"\1" * 32)
    assert [(found.position, found.problem) for found in chain.verify()] == [
        (2, "the event or a seal was changed"),
        (3, "the event or a seal was changed"),
    ]


@pytest.mark.django_db(transaction=True)
def test_two_sealers_at_once_make_one_chain() -> None:
    with transaction.atomic():
        for number in range(30):
            fact(number)
    start, made = threading.Barrier(2), []

    def work() -> None:
        try:
            start.wait()
            for _ in range(20):
                made.append(chain.seal(limit=3))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    chain.seal_all()

    assert list(Seal.objects.order_by("position").values_list("position", flat=True)) == list(range(1, 31))
    assert chain.verify() == []


@pytest.mark.django_db(transaction=True)
def test_the_running_sweeper_seals_without_being_asked() -> None:
    with transaction.atomic():
        fact()
    stop = threading.Event()
    sweeper = threading.Thread(target=deadlines.run_forever, args=[stop])
    sweeper.start()
    try:
        wait_for(Seal.objects.exists)
    finally:
        stop.set()
        sweeper.join()
    assert chain.verify() == []
