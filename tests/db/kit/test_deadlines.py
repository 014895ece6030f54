"""Deadlines: each happens exactly once, whoever sweeps, and whatever kills the sweeper."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.db.kit.processes import finish_with, start, wait_for

from fondaco.kit import clock, deadlines
from fondaco.kit.models import ClockOffset, Deadline

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)

calls: list[tuple[str, datetime]] = []
on_call: list[Callable[[str], None]] = []


@deadlines.handler("test.ring")
def ring(subject_id: str, due_at: datetime) -> None:
    calls.append((subject_id, due_at))
    for action in on_call:
        action(subject_id)


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    calls.clear()
    on_call.clear()
    with clock.freeze(NOW):
        yield


def schedule(subject_id: str = "a", due_at: datetime = NOW, **options: object) -> None:
    deadlines.schedule("test.ring", subject_id=subject_id, due_at=due_at, **options)  # type: ignore[arg-type]


@pytest.mark.django_db
def test_what_is_due_happens_once_and_what_is_not_waits() -> None:
    schedule("late", NOW - DAY)
    schedule("just", NOW)
    schedule("early", NOW + timedelta(microseconds=1))
    assert deadlines.sweep_once() == 2
    assert calls == [("late", NOW - DAY), ("just", NOW)]
    assert list(Deadline.objects.values_list("subject_id", flat=True)) == ["early"]
    assert deadlines.sweep_once() == 0


@pytest.mark.django_db
def test_scheduling_again_moves_it_or_leaves_it() -> None:
    schedule("a", NOW + DAY)
    schedule("a", NOW + 2 * DAY)
    assert Deadline.objects.get().due_at == NOW + 2 * DAY
    schedule("a", NOW, replace=False)
    assert Deadline.objects.get().due_at == NOW + 2 * DAY


@pytest.mark.django_db
def test_moving_forgets_earlier_failures() -> None:
    on_call.append(fail)
    schedule("a")
    deadlines.sweep_once()
    schedule("a", NOW)
    row = Deadline.objects.get()
    assert (row.try_at, row.attempts, row.last_error) == (NOW, 0, "")


@pytest.mark.django_db
def test_cancel() -> None:
    schedule("a")
    assert deadlines.cancel("test.ring", subject_id="a") is True
    assert deadlines.cancel("test.ring", subject_id="a") is False
    assert deadlines.sweep_once() == 0


@pytest.mark.django_db
def test_the_limit_holds() -> None:
    for name in "abc":
        schedule(name)
    assert deadlines.sweep_once(limit=2) == 2
    assert Deadline.objects.count() == 1


def fail(subject_id: str) -> None:
    ClockOffset.objects.create(account_id="left behind")
    raise RuntimeError(f"no bell for {subject_id}")


@pytest.mark.django_db
def test_a_failing_handler_leaves_nothing_but_its_error_and_pauses_grow() -> None:
    on_call.append(fail)
    schedule("a")
    schedule("b", NOW + timedelta(hours=9))
    pauses = []
    moment = NOW
    for attempt in range(1, 15):
        with clock.freeze(moment):
            assert deadlines.sweep_once() == 0
            assert deadlines.sweep_once() == 0  # it waits for its pause to end
        row = Deadline.objects.get(subject_id="a")
        assert (row.attempts, row.due_at, row.last_error) == (attempt, NOW, "RuntimeError: no bell for a")
        pauses.append((row.try_at - moment).total_seconds())
        moment = row.try_at
    assert pauses == [2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 3600, 3600, 3600]
    assert not ClockOffset.objects.exists()
    on_call.clear()
    with clock.freeze(moment):
        assert deadlines.sweep_once() == 1
    assert calls[-1] == ("a", NOW)


@pytest.mark.django_db
def test_one_failure_holds_up_nobody_else() -> None:
    on_call.append(lambda subject_id: fail(subject_id) if subject_id == "a" else None)
    schedule("a", NOW - DAY)
    schedule("b")
    assert deadlines.sweep_once() == 1
    assert list(Deadline.objects.values_list("subject_id", flat=True)) == ["a"]


@pytest.mark.django_db
def test_a_broken_statement_in_a_handler_is_contained() -> None:
    def break_statement(_subject_id: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1/0")

    on_call.append(break_statement)
    schedule("a")
    assert deadlines.sweep_once() == 0
    assert "division by zero" in Deadline.objects.get().last_error


@pytest.mark.django_db
def test_an_unknown_kind_stays_with_its_error() -> None:
    deadlines.schedule("test.unheard_of", subject_id="a", due_at=NOW)
    assert deadlines.sweep_once() == 0
    row = Deadline.objects.get()
    assert row.last_error == "LookupError: nothing handles deadlines of the kind 'test.unheard_of'"
    assert row.try_at == NOW + timedelta(seconds=2)


@pytest.mark.django_db
def test_a_handler_may_schedule_itself_anew() -> None:
    on_call.append(lambda subject_id: schedule(subject_id, NOW + DAY))
    schedule("a")
    assert deadlines.sweep_once() == 1
    assert Deadline.objects.get().due_at == NOW + DAY


@pytest.mark.django_db
def test_an_account_ahead_of_time_gets_its_deadlines_in_order() -> None:
    schedule("seven", NOW + 23 * DAY, account_id="ahead")
    schedule("end", NOW + 30 * DAY, account_id="ahead")
    schedule("fifteen", NOW + 15 * DAY, account_id="ahead")
    schedule("other", NOW + 15 * DAY, account_id="production")
    schedule("nobody", NOW + 15 * DAY)
    clock.set_offset("ahead", 30 * DAY)
    assert deadlines.sweep_once() == 3
    assert [subject for subject, _due in calls] == ["fifteen", "seven", "end"]
    assert set(Deadline.objects.values_list("subject_id", flat=True)) == {"other", "nobody"}


@pytest.mark.django_db
def test_a_pause_is_counted_in_the_accounts_time() -> None:
    on_call.append(fail)
    clock.set_offset("ahead", 30 * DAY)
    schedule("a", NOW + 10 * DAY, account_id="ahead")
    assert deadlines.sweep_once() == 0
    assert Deadline.objects.get().try_at == NOW + 30 * DAY + timedelta(seconds=2)
    assert deadlines.sweep_once() == 0
    assert len(calls) == 1


def test_a_kind_has_one_handler() -> None:
    assert "test.ring" in deadlines.all_kinds()
    assert deadlines.handler("test.ring")(ring) is ring
    with pytest.raises(ValueError, match="two handlers"):
        deadlines.handler("test.ring")(lambda subject_id, due_at: None)


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.sampled_from("abcd"), st.integers(-3, 40), st.sampled_from([None, "x", "y"]), st.booleans()),
        max_size=12,
    ),
    st.integers(0, 20),
    st.integers(0, 20),
)
def test_exactly_what_is_due_happens(plan: list[tuple[str, int, str | None, bool]], ahead: int, later: int) -> None:
    """Against a model: the last schedule of a subject counts (or the first, without replace), by its account."""
    expected: dict[str, tuple[int, str | None]] = {}
    calls.clear()
    with transaction.atomic():
        for subject, days, account, replace in plan:
            schedule(subject, NOW + days * DAY, account_id=account, replace=replace)
            if replace or subject not in expected:
                expected[subject] = (days, account)
        clock.set_offset("x", ahead * DAY)
        with clock.freeze(NOW + later * DAY):
            due = {s for s, (days, account) in expected.items() if days <= later + (ahead if account == "x" else 0)}
            handled = 0
            while count := sweep_inside():
                handled += count
        assert sorted(subject for subject, _due in calls) == sorted(due)
        assert handled == len(due)
        assert set(Deadline.objects.values_list("subject_id", flat=True)) == set(expected) - due
        transaction.set_rollback(True)


def sweep_inside() -> int:
    """One claim and its handling, as ``sweep_once`` does it, inside the example's own transaction."""
    return deadlines._handle_all(deadlines._claim(1))


@pytest.mark.django_db(transaction=True)
def test_two_sweepers_never_run_one_row_twice() -> None:
    for number in range(60):
        schedule(str(number))
    start_line = threading.Barrier(4)
    counts: list[int] = []

    def sweep() -> None:
        try:
            start_line.wait()
            counts.append(deadlines.sweep_once())
        finally:
            connection.close()

    threads = [threading.Thread(target=sweep) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == 60
    assert sorted(subject for subject, _due in calls) == sorted(str(number) for number in range(60))
    assert not Deadline.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_click_and_the_sweeper_do_not_deadlock_and_the_click_wins() -> None:
    ClockOffset.objects.create(account_id="subject")
    schedule("a")
    clicked, swept = threading.Event(), threading.Event()

    def handle(_subject_id: str) -> None:
        clicked.wait(5)
        ClockOffset.objects.select_for_update().get(account_id="subject")

    on_call.append(handle)

    def sweep() -> None:
        try:
            assert deadlines.sweep_once() == 0
        finally:
            connection.close()
            swept.set()

    thread = threading.Thread(target=sweep)
    with transaction.atomic():
        ClockOffset.objects.select_for_update().get(account_id="subject")
        thread.start()
        wait_for(lambda: calls != [])
        clicked.set()
        assert deadlines.cancel("test.ring", subject_id="a")
    thread.join()
    assert swept.is_set()
    assert not Deadline.objects.exists()


SWEEPER = """
import threading, time
from fondaco.kit import deadlines
from fondaco.kit.models import ClockOffset

@deadlines.handler("test.slow")
def slow(subject_id, due_at):
    ClockOffset.objects.create(account_id=f"{mode} {subject_id}")
    if mode == "hang":
        print("inside", flush=True)
        time.sleep(600)

deadlines.run_forever(threading.Event())
"""


@pytest.mark.django_db(transaction=True)
def test_a_sweeper_killed_inside_a_handler_loses_nothing() -> None:
    deadlines.schedule("test.slow", subject_id="a", due_at=NOW)
    victim = start("mode = 'hang'\n" + SWEEPER)
    assert victim.stdout is not None
    assert victim.stdout.readline() == "inside\n"
    victim.send_signal(signal.SIGKILL)
    victim.wait()
    with finish_with(start("mode = 'work'\n" + SWEEPER)):
        wait_for(lambda: not Deadline.objects.exclude(subject_id="house").exists())
    assert list(ClockOffset.objects.values_list("account_id", flat=True)) == ["work a"]


@pytest.mark.django_db(transaction=True)
def test_the_running_sweeper_is_woken_and_stops_on_request() -> None:
    stop = threading.Event()
    thread = threading.Thread(target=deadlines.run_forever, args=[stop])
    thread.start()
    try:
        for subject in "abc":
            schedule(subject)
            wait_for(lambda: not Deadline.objects.exclude(subject_id="house").exists())
    finally:
        stop.set()
        thread.join()
    assert [subject for subject, _due in calls] == ["a", "b", "c"]


@pytest.mark.django_db(transaction=True)
def test_the_running_sweeper_survives_losing_its_connection() -> None:
    stop = threading.Event()
    thread = threading.Thread(target=deadlines.run_forever, args=[stop])
    thread.start()
    try:
        schedule("a")
        wait_for(lambda: not Deadline.objects.exclude(subject_id="house").exists())
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            assert cursor.fetchone()[0] >= 1
        schedule("b")
        wait_for(lambda: not Deadline.objects.exclude(subject_id="house").exists())
    finally:
        stop.set()
        thread.join()
    assert [subject for subject, _due in calls] == ["a", "b"]


@pytest.mark.django_db
def test_kinds_with_a_joint_handler_happen_together_and_one_that_fails_holds_up_no_other() -> None:
    for name in ("a", "b", "bad"):
        deadlines.schedule("test.toll", subject_id=name, due_at=NOW)
    deadlines.schedule("test.toll", subject_id="early", due_at=NOW + DAY)
    schedule("single", NOW)
    tolls.clear()
    assert deadlines.sweep_once() == 3
    assert sorted(tolls.pop(0)) == ["a", "b", "bad"]
    assert sorted(tolls) == [["a"], ["b"], ["bad"]]
    assert calls == [("single", NOW)]
    left = Deadline.objects.order_by("subject_id").values_list("subject_id", "attempts", "last_error")
    assert list(left) == [("bad", 1, "RuntimeError: no bell for bad"), ("early", 0, "")]
    tolls.clear()
    with clock.freeze(NOW + DAY):
        assert deadlines.sweep_once(limit=1) == 0
    assert tolls == [["bad"]]


tolls: list[list[str]] = []


@deadlines.joint_handler("test.toll")
def toll(subject_ids: Sequence[str]) -> None:
    tolls.append(list(subject_ids))
    if "bad" in subject_ids:
        fail("bad")
