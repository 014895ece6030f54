"""Jobs: in the caller's transaction or not at all, and again when their worker was killed."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django import app
from tests.db.kit.processes import finish_with, start, wait_for

from fondaco.kit import jobs
from fondaco.kit.models import ClockOffset


@pytest.fixture(autouse=True)
def _empty_queue(db: None) -> Iterator[None]:
    """Django does not empty the queue's tables between tests, because it does not own them."""
    _empty()
    yield
    _empty()


def _empty() -> None:
    with connection.cursor() as cursor:
        for table in ("periodic_defers", "jobs", "workers"):  # in the order of their references
            cursor.execute(f"DELETE FROM procrastinate_{table}")


@jobs.task("test.note")
def note(name: str) -> str:
    """Leaves a row."""
    ClockOffset.objects.create(account_id=name)
    return name


def queued() -> list[tuple[str, dict[str, object], str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT task_name, args::text, status::text FROM procrastinate_jobs "
            "WHERE task_name LIKE 'test.%' ORDER BY id"
        )
        return [(name, json.loads(args), status) for name, args, status in cursor.fetchall()]


@pytest.mark.django_db
def test_calling_a_task_runs_it_here() -> None:
    assert note(name="here") == "here"
    assert note.__doc__ == "Leaves a row."
    assert queued() == []


@pytest.mark.django_db
def test_deferring_queues_by_task_or_by_name() -> None:
    first = jobs.defer(note, name="a")
    second = jobs.defer("test.note", name="b")
    assert second > first
    assert queued() == [("test.note", {"name": "a"}, "todo"), ("test.note", {"name": "b"}, "todo")]


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_transaction_queues_nothing() -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        jobs.defer(note, name="a")
        raise RuntimeError
    assert queued() == []


@pytest.mark.django_db
def test_every_floor_registers_its_rescue() -> None:
    assert {"kit.rescue_stalled_jobs", "kit.tidy", "test.note"} <= set(app.tasks)
    periodic = {task.task.name: task.cron for task in app.periodic_registry.periodic_tasks.values()}
    assert periodic["kit.rescue_stalled_jobs"] == "* * * * *"


WORKER = """
import time
from django.db import transaction
from fondaco.kit import jobs
from fondaco.kit.models import ClockOffset

@jobs.task("test.slow")
def slow(name):
    ClockOffset.objects.create(account_id=f"{mode} {name}")
    if mode == "hang":
        print("inside", flush=True)
        time.sleep(600)

@jobs.task("test.fail_after_deferring")
def fail_after_deferring(name):
    with transaction.atomic():
        jobs.defer("test.slow", name=name)
        raise RuntimeError("rolled back")

@jobs.task("test.defer")
def defer(name):
    with transaction.atomic():
        jobs.defer("test.slow", name=name)

jobs.run_worker(stalled_after=1.0)
"""


@pytest.mark.django_db(transaction=True)
def test_a_job_whose_worker_was_killed_runs_again() -> None:
    jobs.defer("test.slow", name="a")
    victim = start("mode = 'hang'\n" + WORKER)
    assert victim.stdout is not None
    assert victim.stdout.readline() == "inside\n"
    victim.send_signal(signal.SIGKILL)
    victim.wait()
    assert queued() == [("test.slow", {"name": "a"}, "doing")]

    def heartbeat_is_old() -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT bool_and(last_heartbeat < now() - interval '1 s') FROM procrastinate_workers")
            return bool(cursor.fetchone()[0])

    wait_for(heartbeat_is_old)
    with finish_with(start("mode = 'work'\n" + WORKER)):
        wait_for(lambda: ClockOffset.objects.filter(account_id="work a").exists())
        wait_for(lambda: queued() == [])


@pytest.mark.django_db(transaction=True)
def test_a_job_defers_in_its_own_transaction() -> None:
    jobs.defer("test.fail_after_deferring", name="never")
    jobs.defer("test.defer", name="b")
    with finish_with(start("mode = 'work'\n" + WORKER)):
        wait_for(lambda: ClockOffset.objects.filter(account_id="work b").exists())
        wait_for(lambda: [name for name, _args, _status in queued()] == ["test.fail_after_deferring"])
    assert not ClockOffset.objects.filter(account_id="work never").exists()


@pytest.mark.django_db(transaction=True)
def test_a_worker_stops_when_told_to() -> None:
    jobs.defer("test.slow", name="a")
    worker = start("mode = 'work'\n" + WORKER)
    with finish_with(worker):
        wait_for(lambda: ClockOffset.objects.exists())
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(20) == 0
