"""Mails about a callback address that goes up and down: few, and the newest is true before long (T24)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest
from tests.factories.accounts import SYSTEM
from tests.factories.installs import make_installing
from tests.factories.mail import deliver

from fondaco.audit.status import transition
from fondaco.kit import clock, deadlines
from fondaco.kit.models import Deadline
from fondaco.messaging.breaker import PAUSED_AFTER, Answer
from fondaco.messaging.health import Observation, record_observations
from fondaco.messaging.models import Delivery, Endpoint
from fondaco.messaging.states import EndpointStatus

pytestmark = pytest.mark.django_db

FAILING, PAUSED, GONE, BACK, SILENT = (
    "events do not arrive",
    "events are held back",
    "no events are sent any more",
    "events arrive again",
    "no event has arrived for 15 minutes",
)
Answers = tuple[int, ...]


def answer(*statuses: int) -> None:
    """The callback address answers so, at once after each other; what waits for it arrives with a success."""
    endpoint = Endpoint.objects.get()
    answers = [Answer(clock.now(), is_success=status == 200, status=status) for status in statuses]
    record_observations(actor=SYSTEM, observations=[Observation(endpoint.pk, each) for each in answers])
    if 200 in statuses:
        Delivery.objects.all().delete()


def live(until: int, answers: Callable[[int], Answers]) -> list[tuple[int, str]]:
    """What is mailed in which minute, when a sweeper runs all the time and the address answers so in each minute."""
    app = make_installing().app
    deliver()
    deadlines.schedule("endpoint.listen", subject_id="house", due_at=clock.now())
    mailed = []
    with clock.freeze() as now:
        for minute in range(until + 1):
            with clock.freeze(now + timedelta(minutes=minute)):
                # One after the other: each is judged by itself.
                for status in answers(minute):
                    answer(status)
                while deadlines.sweep_once():
                    pass
                subjects = [letter.subject for letter in deliver()]
            mine = [subject.removeprefix(f"{app.name}: ") for subject in subjects if subject.startswith(app.name)]
            mailed += [(minute, subject) for subject in mine if subject in {FAILING, PAUSED, GONE, BACK, SILENT}]
    return mailed


def at(answers: Mapping[int, Answers]) -> Callable[[int], Answers]:
    return lambda minute: answers.get(minute, ())


def test_T24_an_address_that_dies_again_within_the_hour_is_not_taken_for_well() -> None:
    mailed = live(300, at({0: (500,), 5: (500,), 15: (500,), 20: (200,), 25: (500,), 30: (500,), 120: (500,)}))
    assert mailed == [
        (5, FAILING),
        (15, SILENT),
        (20, BACK),
        (40, SILENT),  # fifteen minutes after the first failure, whatever was mailed before
        (65, FAILING),  # an hour after the one before
    ]
    assert not Deadline.objects.filter(kind="endpoint.tell").exists()


def test_that_it_is_paused_again_is_told_when_the_hour_is_over() -> None:
    mailed = live(90, at({0: (500,) * PAUSED_AFTER, 1: (200,), 10: (500,) * PAUSED_AFTER}))
    assert mailed == [(0, PAUSED), (1, BACK), (25, SILENT), (60, PAUSED)]


def test_that_it_recovered_again_is_told_when_the_hour_is_over() -> None:
    mailed = live(120, at({0: (500,), 2: (500,), 5: (200,), 10: (500,) * PAUSED_AFTER, 12: (200,)}))
    assert mailed == [(2, FAILING), (5, BACK), (10, PAUSED), (65, BACK)]


def test_what_was_held_back_is_dropped_when_it_holds_no_more() -> None:
    mailed = live(180, at({0: (500,), 2: (500,), 5: (200,), 10: (500,), 12: (500,), 20: (200,)}))
    assert mailed == [(2, FAILING), (5, BACK)]


def test_silence_that_was_never_known_as_a_failure_ends_with_a_mail_too() -> None:
    mailed = live(60, at({20: (200,), 40: (200,)}))
    assert mailed == [(15, SILENT), (20, BACK)]


def test_a_failure_right_after_a_success_does_not_hide_the_next_silence() -> None:
    make_installing()
    Endpoint.objects.update(silent_since=clock.now())
    answer(200, 500)
    assert Endpoint.objects.get().silent_since is None


@pytest.mark.parametrize(("failing", "well"), [(1, 1), (2, 1), (5, 7), (17, 2)])
def test_whoever_flaps_all_day_floods_nobody_and_the_newest_mail_is_true_within_the_hour(
    failing: int, well: int
) -> None:
    def flap(minute: int) -> Answers:
        if minute >= 240:
            return (500,)  # for good
        return (500,) * (PAUSED_AFTER // 2) if minute % (failing + well) < failing else (200,)

    mailed = live(300, flap)
    for begin in range(241):
        hour = [subject for minute, subject in mailed if begin <= minute < begin + 60]
        assert len(hour) <= 5, hour
        assert all(hour.count(each) <= 1 for each in (FAILING, PAUSED, GONE, BACK))
        assert hour.count(SILENT) <= 2
    assert mailed[-1][1] in {PAUSED, SILENT}
    assert [subject for minute, subject in mailed if minute <= 256][-1] != BACK


def test_the_one_button_leads_to_what_was_sent_and_to_the_address() -> None:
    """There the address can be tried, and events sent again."""
    app = make_installing().app
    deliver()
    transition(Endpoint.objects.get(), EndpointStatus.GONE, actor=SYSTEM)
    [letter] = deliver()
    assert letter.subject == f"{app.name}: {GONE}"
    assert f"/portal/apps/{app.pk.hex}/events?place=partner:{app.partner_id.hex}" in letter.body
