"""What tries say about a callback address, what is sent to one that fails, and who may pass whom (ADR 0038)."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from tests.factories.accounts import SYSTEM, actor_for
from tests.factories.catalog import make_published_version
from tests.factories.installs import make_completed, make_installing, make_pending

from fondaco.audit.models import Event
from fondaco.installs.actions import retry_installation, uninstall_app, update_settings
from fondaco.installs.changes import Settings
from fondaco.installs.models import Installation, Operation
from fondaco.kit import clock, deadlines
from fondaco.messaging.actions import Outcome, begin_round
from fondaco.messaging.breaker import PAUSED_AFTER, Answer
from fondaco.messaging.endpoints import list_endpoint_health
from fondaco.messaging.health import Observation, record_observations, resume_endpoint
from fondaco.messaging.models import Attempt, Delivery, Endpoint
from fondaco.messaging.queue import Parcel, Room, claim
from fondaco.messaging.results import record_attempt
from fondaco.messaging.watch import forget_attempts, give_up, notice_silence, turn_away_awaited

pytestmark = pytest.mark.django_db
ROOM = Room(limit=20, share=5)


def take() -> list[Parcel]:
    return claim(ROOM)


def answer(endpoint: Endpoint, *statuses: int, is_probe: bool = False) -> Endpoint:
    """The endpoint after these answers."""
    for status in statuses:
        each = Answer(clock.now(), is_success=status == 200, status=status, is_probe=is_probe)
        record_observations(actor=SYSTEM, observations=[Observation(endpoint.pk, each)])
    endpoint.refresh_from_db()
    return endpoint


def fail(delivery_id: UUID, status: int = 500, **headers: str) -> Delivery:
    return record_attempt(
        actor=SYSTEM,
        delivery_id=delivery_id,
        outcome=Outcome(clock.now(), 3, response_status=status, response_headers=headers),
    )


def kinds() -> list[str]:
    return list(Event.objects.filter(kind__startswith="endpoint.").order_by("id").values_list("kind", flat=True))


def states() -> dict[str, tuple[str, bool]]:
    rows = Delivery.objects.order_by("sequence").values_list("message__type", "status", "is_ordered")
    return {type_: (status, is_ordered) for type_, status, is_ordered in rows}


def test_ten_failures_pause_an_endpoint_and_one_dispatcher_gets_the_probe() -> None:
    version = make_published_version()
    with clock.freeze() as now:
        for _ in range(2):
            make_installing(version=version)
        other = make_installing()
        endpoint = answer(Endpoint.objects.get(app=version.app), *[500] * PAUSED_AFTER)
        assert (endpoint.status, endpoint.failures) == ("paused", 10)
        assert [parcel.app for parcel in take()] == [str(other.app_id)]
        with clock.freeze(now + timedelta(seconds=30)):
            (probe,) = (parcel for parcel in take() if parcel.app != str(other.app_id))
            assert probe.is_probe
            assert take() == []
            answer(endpoint, 503, is_probe=True)
            assert endpoint.closed_until == now + timedelta(seconds=90)
            fail(probe.delivery_id, 503)
        with clock.freeze(now + timedelta(seconds=91)):
            assert [parcel.is_probe for parcel in take() if parcel.app != str(other.app_id)] == [True]
            answer(endpoint, 200, is_probe=True)
            assert (endpoint.status, endpoint.closed_until, endpoint.failures) == ("healthy", None, 0)
            # Both are due: the other one's pause of five minutes is over with the endpoint's.
            assert [parcel.app for parcel in take()] == [str(version.app_id)]
    assert kinds() == ["endpoint.paused", "endpoint.recovered"]
    assert {event.partner_id for event in Event.objects.filter(kind__startswith="endpoint.")} == {
        version.app.partner_id
    }


def test_the_customer_hears_in_fifteen_minutes_though_nothing_can_be_tried() -> None:
    with clock.freeze() as now:
        installation = make_installing()
        delivery = Delivery.objects.get()
        endpoint = answer(Endpoint.objects.get(), *[500] * PAUSED_AFTER)
        Endpoint.objects.update(closed_until=now + timedelta(days=1))
        for seconds, tries in ((29, 0), (30, 1), (329, 1), (330, 2), (929, 2), (930, 3)):
            with clock.freeze(now + timedelta(seconds=seconds)):
                turn_away_awaited()
                assert delivery.attempts.count() == tries
        assert set(Attempt.objects.values_list("error", flat=True)) == {"paused"}
        installation.refresh_from_db()
        assert (installation.status, installation.reason) == (
            "failed",
            "The app's program has failed so often that it is left alone for a while.",
        )
        # It answers again: what was between two rounds is sent at once, without any page.
        with clock.freeze(now + timedelta(seconds=940)):
            resume_endpoint(actor=SYSTEM, endpoint=endpoint)
            answer(endpoint, 200, is_probe=True)
            deadlines.sweep_once()
            (parcel,) = take()
            record_attempt(actor=SYSTEM, delivery_id=parcel.delivery_id, outcome=Outcome(clock.now(), 3, 200))
    installation.refresh_from_db()
    assert installation.status == "installing"


def test_T02_a_page_load_asks_a_paused_endpoint_at_once() -> None:
    with clock.freeze() as now:
        installation = make_installing()
        for seconds in (0, 300, 900):
            with clock.freeze(now + timedelta(seconds=seconds)):
                fail(Delivery.objects.get().pk)
        endpoint = answer(Endpoint.objects.get(), *[500] * PAUSED_AFTER)
        Endpoint.objects.update(closed_until=now + timedelta(hours=1))
        by = installation.installed_by
        with clock.freeze(now + timedelta(seconds=1000)):
            retry_installation(actor=actor_for(by.person), by=by, installation=installation)
            (parcel,) = take()
            assert (parcel.is_probe, endpoint.status) == (True, "paused")


def test_410_ends_it_at_once_and_nothing_more_is_sent_until_somebody_asks() -> None:
    installation = make_completed()
    Delivery.objects.all().delete()
    _update(installation)
    updated = Delivery.objects.get()
    assert fail(updated.pk, 410).status == "failed"
    assert (Operation.objects.latest("id").status, _status(installation)) == ("failed", "completed")
    endpoint = answer(Endpoint.objects.get(), 410)
    assert endpoint.status == "gone"
    _update(installation)
    with clock.travel(timedelta(days=1)):
        assert take() == []
        resume_endpoint(actor=SYSTEM, endpoint=endpoint)
        (parcel,) = take()
        assert parcel.is_probe
        answer(endpoint, 200, is_probe=True)
        assert endpoint.status == "healthy"
    assert kinds() == ["endpoint.gone", "endpoint.resumed", "endpoint.recovered"]


def test_retry_after_holds_the_endpoint_and_counts_as_one_try() -> None:
    version = make_published_version()
    with clock.freeze() as now:
        for _ in range(2):
            make_installing(version=version)
        endpoint = Endpoint.objects.get()
        busy = Answer(now, is_success=False, status=429, wait=timedelta(minutes=3))
        record_observations(actor=SYSTEM, observations=[Observation(endpoint.pk, busy)])
        assert take() == []
        with clock.freeze(now + timedelta(seconds=179)):
            assert take() == []
        with clock.freeze(now + timedelta(seconds=180)):
            assert [parcel.is_probe for parcel in take()] == [False, False]
    assert kinds() == []


def test_other_events_are_tried_thirteen_times_in_96_hours_and_given_up_after_98() -> None:
    with clock.freeze() as now:
        make_completed()
        Delivery.objects.filter(message__type="app.installed").delete()
        delivery = Delivery.objects.get()
        begun = delivery.next_attempt_at
        tried: list[timedelta] = []
        while (delivery := Delivery.objects.get()).status == "pending":
            tried.append(delivery.next_attempt_at - begun)
            with clock.freeze(now + tried[-1]):
                fail(delivery.pk)
        assert (len(tried), tried[1], tried[2], tried[-1]) == (
            13, timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=96),
        )  # fmt: skip
        begin_round(actor=SYSTEM, delivery=delivery)
        for hours, status in ((97, "pending"), (98, "failed")):
            with clock.freeze(now + timedelta(hours=hours)):
                give_up()
            assert Delivery.objects.get().status == status


def test_an_operation_passes_what_failed_three_times_and_an_uninstall_what_failed_once() -> None:
    installation = make_completed()
    Delivery.objects.filter(message__type="app.installed").delete()
    trial = Delivery.objects.get()
    for _ in range(2):
        fail(trial.pk)
    _update(installation)
    assert states() == {"app.trial_started": ("pending", True), "app.updated": ("pending", True)}
    fail(trial.pk)
    assert states() == {"app.trial_started": ("pending", False), "app.updated": ("pending", True)}
    assert [parcel.delivery_id for parcel in take()] == [Delivery.objects.get(message__type="app.updated").pk]


def test_an_uninstall_supersedes_what_fails_before_it() -> None:
    installation = make_completed()
    Delivery.objects.filter(message__type="app.installed").delete()
    trial = Delivery.objects.get()
    fail(trial.pk)
    by = installation.installed_by
    uninstall_app(actor=actor_for(by.person), by=by, installation=installation, reason_type="other")
    assert states() == {"app.trial_started": ("failed", True), "app.uninstalled": ("pending", True)}
    event = Event.objects.get(kind="delivery.failed")
    assert event.data == {"from": "pending", "to": "failed", "reason": "superseded"}


def test_what_was_not_tried_yet_goes_before_an_uninstall_and_credentials_only_step_aside() -> None:
    installation = make_pending()
    installed, trial = Delivery.objects.exclude(message__type="app.uninstalled").order_by("sequence")
    assert [parcel.delivery_id for parcel in take()] == [installed.pk]
    fail(installed.pk)
    assert states()["app.installed"] == ("pending", False)
    assert {parcel.delivery_id for parcel in take()} == {trial.pk}
    fail(trial.pk)
    assert states() == {
        "app.installed": ("pending", False),
        "app.trial_started": ("failed", True),
        "app.uninstalled": ("pending", True),
    }
    assert installation.deliveries.count() == 3


def test_T24_nothing_arrived_for_fifteen_minutes_is_told_once() -> None:
    with clock.freeze() as now:
        installation = make_installing()
        with clock.freeze(now + timedelta(minutes=14, seconds=59)):
            notice_silence()
            assert kinds() == []
        with clock.freeze(now + timedelta(minutes=15)):
            notice_silence()
            notice_silence()
            assert kinds() == ["endpoint.silent"]
            (health,) = list_endpoint_health(installation.app)
            assert (health.waiting, health.oldest_waiting, health.is_held, health.is_well) == (1, now, False, True)
            answer(health.endpoint, 500, 200)
            assert health.endpoint.silent_since is None


def test_attempts_are_kept_for_ninety_days() -> None:
    with clock.freeze() as now:
        make_installing()
        fail(Delivery.objects.get().pk)
        with clock.freeze(now + timedelta(days=90)):
            fail(Delivery.objects.get().pk)
            forget_attempts()
            assert Attempt.objects.count() == 2
        with clock.freeze(now + timedelta(days=90, seconds=1)):
            forget_attempts()
            assert Attempt.objects.count() == 1


def test_T22_headers_and_tokens_that_a_receiver_echoes_are_not_kept() -> None:
    make_installing()
    token = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl"
    headers = {"set-cookie": "session=secret", "x-echo": f"Bearer {token}", "x-request-id": "r1"}
    body = f"refused fdr_{'a' * 43} and {token}, {'x' * 3000}".encode()
    outcome = Outcome(clock.now(), 3, 500, headers, body)
    record_attempt(actor=SYSTEM, delivery_id=Delivery.objects.get().pk, outcome=outcome)
    attempt = Attempt.objects.get()
    assert attempt.response_headers == {"set-cookie": "•••", "x-echo": "Bearer •••", "x-request-id": "r1"}
    assert attempt.response_excerpt.startswith("refused ••• and •••, xxx")
    assert 2040 <= len(attempt.response_excerpt.encode()) <= 2048


def _update(installation: Installation) -> None:
    by = installation.installed_by
    wanted = Settings(installation.plan, (by,), 3)
    update_settings(actor=actor_for(by.person), by=by, installation=installation, wanted=wanted)


def _status(installation: Installation) -> str:
    return Installation.objects.get(pk=installation.pk).status
