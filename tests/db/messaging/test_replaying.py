"""Sending again: the same ids and bytes, as far as that helps; and test events that are about nobody."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.factories.accounts import actor_for
from tests.factories.installs import make_completed, make_installing, make_pending
from tests.factories.partners import make_member
from tests.receiver import receiving

from fondaco.audit.actor import Actor
from fondaco.audit.models import Event
from fondaco.audit.status import transition
from fondaco.catalog.models import Version
from fondaco.installs.models import Installation
from fondaco.kit import clock, deadlines
from fondaco.kit.errors import DomainError, Forbidden, Invalid, NotFound, TooMany
from fondaco.messaging import replaying
from fondaco.messaging.endpoints import list_endpoint_health
from fondaco.messaging.errors import CannotReplay, NoCallbackAddress, NothingToReplay
from fondaco.messaging.logs import Chosen, count_last_day, get_endpoint, get_sent, list_sent
from fondaco.messaging.models import Delivery, Endpoint, Message, SampleEvent
from fondaco.messaging.payloads import MessageType
from fondaco.messaging.replaying import Replay, Skipped, SkipReason, plan_replay, replay, replay_one, try_endpoint
from fondaco.messaging.samples import list_kinds, post_sample, send_sample
from fondaco.messaging.states import DeliveryStatus, EndpointStatus
from fondaco.partners.models import Member, MemberRole

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("test")


def settle(status: DeliveryStatus, **which: Any) -> list[Delivery]:
    """As if a dispatcher had sent them, with that outcome; secrets of what arrived are gone."""
    found = list(Delivery.objects.filter(**which).select_related("message", "installation__app"))
    for delivery in found:
        transition(delivery, status, actor=SYSTEM)
        if status == DeliveryStatus.DELIVERED:
            Message.objects.filter(pk=delivery.message_id).update(body=None)
    return found


def member_of(installation: Installation, role: MemberRole = MemberRole.DEVELOPER) -> Member:
    return make_member(installation.app.partner, role=role)


def facts() -> tuple[int, list[tuple[str, bool]]]:
    return Event.objects.count(), list(Delivery.objects.order_by("pk").values_list("status", "is_ordered"))


def test_what_was_delivered_is_sent_again_with_the_same_bytes_and_holds_nothing_up() -> None:
    installation = make_pending()
    devi, message = member_of(installation), Message.objects.get(type="app.uninstalled")
    settle(DeliveryStatus.DELIVERED)
    before = (message.pk, message.wire_body)
    replay_one(actor=actor_for(devi.person), by=devi, delivery=get_sent(devi, message.pk.hex))
    delivery = Delivery.objects.get(message=message)
    assert (delivery.status, delivery.is_ordered, delivery.attempt_count) == ("pending", False, 0)
    assert delivery.next_attempt_at is not None
    assert (Message.objects.get(pk=message.pk).pk, Message.objects.get(pk=message.pk).wire_body) == before
    recorded = Event.objects.get(kind="messages.replayed")
    assert (recorded.actor_id, recorded.partner_id) == (devi.person_id.hex, devi.partner_id)
    assert recorded.data == {"count": 1, "event": message.pk.hex}


def test_credentials_that_are_gone_and_what_was_dropped_are_not_sent_again() -> None:
    arrived, dropped = make_completed(), make_installing()
    devi = member_of(arrived)
    settle(DeliveryStatus.DELIVERED, message__type="app.installed", installation=arrived)
    with clock.travel(timedelta(days=8)):
        deadlines.sweep_once()
    for installation, reason in ((arrived, SkipReason.CREDENTIALS_GONE), (dropped, SkipReason.TIMED_OUT)):
        by = devi if installation is arrived else member_of(installation)
        delivery = get_sent(by, Message.objects.get(installation=installation, type="app.installed").pk.hex)
        before = facts()
        with pytest.raises(CannotReplay):
            replay_one(actor=SYSTEM, by=by, delivery=delivery)
        chosen = Chosen(type="app.installed")
        assert plan_replay(installation.app, chosen) == Replay(0, (Skipped(delivery, reason),), 0)
        with pytest.raises(NothingToReplay):
            replay(actor=SYSTEM, by=by, app=installation.app, chosen=chosen)
        assert facts() == before


def test_all_that_failed_of_what_is_chosen_is_sent_again_and_not_more_than_so_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(replaying, "MOST_AT_ONCE", 2)
    first = make_completed()
    others = [make_completed(version=first.version) for _ in range(2)]
    make_completed()  # of another app
    devi = member_of(first)
    settle(DeliveryStatus.FAILED, message__type="app.trial_started")
    settle(DeliveryStatus.DELIVERED, message__type="app.installed")
    chosen = Chosen(status="failed")
    assert plan_replay(first.app, chosen) == Replay(2, (), 1)
    assert replay(actor=SYSTEM, by=devi, app=first.app, chosen=chosen) == Replay(2, (), 1)
    pending = set(Delivery.objects.filter(status="pending").values_list("installation", flat=True))
    assert pending == {first.pk, others[0].pk}
    assert Event.objects.get(kind="messages.replayed").data == {"count": 2, "status": "failed"}
    assert replay(actor=SYSTEM, by=devi, app=first.app, chosen=chosen) == Replay(1, (), 0)
    assert all(Delivery.objects.filter(status="pending").values_list("is_ordered", flat=True))


@pytest.mark.parametrize(
    ("role", "chosen", "refusal"),
    [
        (MemberRole.DEVELOPER, Chosen(), Invalid),
        (MemberRole.DEVELOPER, Chosen(status="delivered", account="nobody"), NothingToReplay),
        (MemberRole.MARKETING, Chosen(status="failed"), Forbidden),
        (None, Chosen(status="failed"), NotFound),
    ],
)
def test_a_refused_replay_changes_nothing(role: MemberRole | None, chosen: Chosen, refusal: type[DomainError]) -> None:
    installation = make_completed()
    by = member_of(installation, role) if role else member_of(make_completed())
    settle(DeliveryStatus.FAILED)
    before = facts()
    with pytest.raises(refusal):
        replay(actor=SYSTEM, by=by, app=installation.app, chosen=chosen)
    assert facts() == before


def test_an_account_is_chosen_by_id_or_name_and_a_time_by_its_ends() -> None:
    installation = make_completed()
    make_completed(version=installation.version)
    app, account, now = installation.app, installation.account, clock.now()

    def count(**chosen: Any) -> int:
        return list_sent(app, Chosen(**chosen)).count()

    assert count() == 4
    assert [count(account=words) for words in (account.pk, account.name, "elsewhere")] == [2, 2, 0]
    assert [count(installation=words) for words in (installation.pk.hex, "nonsense")] == [2, 0]
    assert [count(since=now), count(until=now), count(since=now - timedelta(hours=1))] == [0, 4, 4]
    assert count(type="app.installed", status="pending") == 2


def test_every_kind_of_event_can_be_tried() -> None:
    assert sorted(list_kinds()) == sorted(MessageType)


def test_the_last_day_is_counted_by_hour_and_outcome() -> None:
    installation = make_completed()
    settle(DeliveryStatus.DELIVERED, message__type="app.installed")
    make_completed()  # of another app
    hours = count_last_day(installation.app)
    assert len(hours) == 24
    assert [sum(getattr(hour, name) for hour in hours[-2:]) for name in ("delivered", "waiting", "failed")] == [1, 1, 0]
    with clock.travel(timedelta(days=2)):
        assert sum(hour.total for hour in count_last_day(installation.app)) == 0


def test_a_paused_address_is_tried_when_a_developer_asks() -> None:
    installation = make_completed()
    endpoint = Endpoint.objects.get()
    transition(endpoint, EndpointStatus.PAUSED, actor=SYSTEM)
    Endpoint.objects.update(closed_until=clock.now() + timedelta(hours=1))
    with pytest.raises(Forbidden):
        marketing = member_of(installation, MemberRole.MARKETING)
        try_endpoint(actor=SYSTEM, by=marketing, endpoint=get_endpoint(marketing, endpoint.pk.hex))
    with pytest.raises(NotFound):
        get_endpoint(member_of(make_completed()), endpoint.pk.hex)
    assert not Event.objects.filter(kind="endpoint.resumed").exists()
    devi = member_of(installation)
    [health] = list_endpoint_health(installation.app)
    assert (health.is_held, health.waiting) == (True, 2)
    try_endpoint(actor=SYSTEM, by=devi, endpoint=get_endpoint(devi, endpoint.pk.hex))
    [health] = list_endpoint_health(installation.app)
    assert (health.is_held, health.waiting) == (False, 2)
    assert Event.objects.filter(kind="endpoint.resumed").count() == 1


@pytest.mark.parametrize("kind", list_kinds())
def test_a_test_event_of_each_kind_is_whole_marked_and_about_nobody(kind: str) -> None:
    installation = make_completed()
    devi, version = member_of(installation), Version.objects.get()
    sample = send_sample(actor=actor_for(devi.person), by=devi, version=version, type=kind)
    body = sample.content
    assert list(body)[:6] == ["id", "event_id", "created_at", "api_version", "type", "app_id"]
    assert (body["id"], body["type"], body["is_test"]) == (sample.pk.hex, kind, True)
    assert body["data"]["installation_id"] != installation.pk.hex
    assert body["data"]["account_id"] == devi.partner.developer_account_id
    assert {"root", "self"} <= set(body["_links"])
    assert Event.objects.get(kind="sample_event.sent").data == {"type": kind}
    assert not Message.objects.filter(pk=sample.pk).exists()


def test_a_test_event_is_posted_once_and_its_answer_is_kept() -> None:
    with receiving(500) as receiver:
        installation = make_completed(events_callback_url=receiver.url)
        devi = member_of(installation)
        sample = send_sample(actor=SYSTEM, by=devi, version=installation.version, type="app.updated")
        post_sample(sample.pk.hex)
        post_sample(sample.pk.hex)
        [request] = receiver.got
    sample.refresh_from_db()
    assert (sample.is_success, sample.response_status, sample.error) == (False, 500, "")
    assert sample.response_excerpt == "thanks"
    assert request.body.decode() == sample.body
    assert {name.lower(): value for name, value in sample.request_headers.items()}.items() <= request.headers.items()
    assert "x-hub-ecdsa-signature" in request.headers


def test_who_may_not_send_test_events_sends_none() -> None:
    installation = make_completed()
    version, devi = installation.version, member_of(installation)
    with pytest.raises(Forbidden):
        send_sample(actor=SYSTEM, by=member_of(installation, MemberRole.FINANCE), version=version, type="app.test")
    with pytest.raises(NotFound):
        send_sample(actor=SYSTEM, by=member_of(make_completed()), version=version, type="app.test")
    with pytest.raises(Invalid):
        send_sample(actor=SYSTEM, by=devi, version=version, type="app.nonsense")
    version.technical.events_callback_url = ""
    with pytest.raises(NoCallbackAddress):
        send_sample(actor=SYSTEM, by=devi, version=version, type="app.test")
    assert not SampleEvent.objects.exists()
    assert not Event.objects.filter(kind="sample_event.sent").exists()


def test_a_replay_can_be_asked_for_so_often_and_not_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replaying, "_TIMES", 2)
    installation = make_completed()
    devi, chosen = member_of(installation), Chosen(status="pending")
    with clock.freeze():
        for _ in range(2):
            replay(actor=SYSTEM, by=devi, app=installation.app, chosen=chosen)
        before = facts()
        with pytest.raises(TooMany):
            replay(actor=SYSTEM, by=devi, app=installation.app, chosen=chosen)
        assert facts() == before
