"""What partners are sent, compared with the skeletons of DOMAIN 1.4 member by member."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from tests.factories.accounts import SYSTEM, actor_for, make_account, make_operator
from tests.factories.installs import PARTNER_PROGRAM, make_completed, make_installing, make_pending

from fondaco.audit.actor import Actor
from fondaco.audit.models import Event
from fondaco.audit.status import transition
from fondaco.identity.models import CredentialSet
from fondaco.installs.actions import (
    answer_operation,
    extend_trial,
    fail_open_operation,
    retry_installation,
    rotate_own_credentials,
    update_settings,
)
from fondaco.installs.changes import Settings
from fondaco.installs.models import Installation, Operation
from fondaco.kit import clock, crypto, deadlines
from fondaco.kit.models import Deadline
from fondaco.messaging.models import Delivery, Message
from fondaco.messaging.queue import Room, claim
from fondaco.messaging.states import DeliveryStatus

pytestmark = pytest.mark.django_db
NOON = datetime(2030, 1, 2, 3, 4, 5, 678_900, tzinfo=UTC)
ROOT = "http://127.0.0.1:8000"


def envelope(message: Message, installation: Installation, **rest: Any) -> dict[str, Any]:
    """The members that every event has."""
    return {
        "id": message.pk.hex,
        "event_id": message.pk.hex,
        "created_at": "2030-01-02T03:04:05.678Z",
        "api_version": "1",
        "type": message.type,
        "app_id": installation.app_id.hex,
        "app_version_id": installation.version_id.hex,
        **rest,
    }


def links(message: Message, installation: Installation, **rest: str) -> dict[str, Any]:
    app = f"{ROOT}/apps/{installation.app_id.hex}"
    whole = {
        "root": ROOT,
        "self": f"{app}/events/{message.pk.hex}",
        "installation": f"{app}/installations/{installation.pk.hex}",
        **rest,
    }
    return {name: {"href": href} for name, href in whole.items()}


def test_app_installed() -> None:
    account = make_account("acme")
    with clock.freeze(NOON):
        installation = make_installing(account)
    message = Message.objects.get()
    body = json.loads(message.wire_body)
    data = body["data"]
    credentials = CredentialSet.objects.get()
    assert crypto.verify_hash(data.pop("client_secret"), credentials.secret_hash)
    private = serialization.load_der_private_key(base64.b64decode(data.pop("private_key")), None)
    spki = private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    assert body == envelope(
        message,
        installation,
        app_version_name="1.0.0",
        data={
            "installation_id": installation.pk.hex,
            "account_id": account.pk,
            "account_name": "acme",
            "client_id": credentials.wire_client_id,
            "public_key": base64.b64encode(spki).decode(),
            "key_id": credentials.key_id,
            "key_algorithm": "ES256",
        },
        _links=links(
            message,
            installation,
            userinfo=f"{ROOT}/users/me",
            authorization=f"{ROOT}/acme/oauth/authorize",
            tokens=f"{ROOT}/acme/oauth/token",
        ),
    )
    hidden = message.content
    assert hidden["data"]["client_secret"] is hidden["data"]["private_key"] is None
    assert list(hidden["data"]) == list(json.loads(message.wire_body)["data"])
    delivery = Delivery.objects.get()
    assert (delivery.url, delivery.endpoint.url, delivery.endpoint.app_id) == (
        "https://app.ledgerline.example/events",
        "https://app.ledgerline.example/events",
        installation.app_id,
    )
    assert (delivery.status, delivery.next_attempt_at) == ("pending", NOON)
    assert message.operation == Operation.objects.get()


def test_app_updated() -> None:
    with clock.freeze(NOON):
        installation = make_completed(make_account("acme"))
        ada = installation.installed_by
        samir = installation.licences.exclude(user=ada).get().user
        wanted = Settings(installation.version.plans.get(name="Team"), [ada], 10)
        update_settings(actor=actor_for(ada.person), by=ada, installation=installation, wanted=wanted)
    message = Message.objects.get(type="app.updated")
    assert message.body is None
    assert message.content == envelope(
        message,
        installation,
        app_version_name="1.0.0",
        data={
            "installation_id": installation.pk.hex,
            "account_id": installation.account_id,
            "account_name": "acme",
            "users": {"adding": [], "removing": [samir.pk]},
            "subscription": {"adding": {"name": "Team", "licenses": "10"}, "removing": {"name": "Trial"}},
        },
        _links=links(message, installation),
    )


def test_app_uninstalled() -> None:
    with clock.freeze(NOON):
        installation = make_pending(make_account("acme"))
    message = Message.objects.get(type="app.uninstalled")
    assert message.body is None
    assert message.content == envelope(
        message,
        installation,
        app_version_name="1.0.0",
        data={
            "installation_id": installation.pk.hex,
            "account_id": installation.account_id,
            "account_name": "acme",
            "reason": {"type": "not_needed", "message": "Season is over"},
        },
        _links=links(message, installation),
    )


def test_app_trial_started() -> None:
    with clock.freeze(NOON):
        installation = make_completed()
    message = Message.objects.get(type="app.trial_started")
    assert message.content == envelope(
        message,
        installation,
        data={
            "installation_id": installation.pk.hex,
            "account_id": installation.account_id,
            "expires_at": "2030-02-01T03:04:05.678Z",
        },
        _links=links(message, installation),
    )


def test_app_trial_extended() -> None:
    with clock.freeze(NOON):
        installation, jon = make_completed(), make_operator()
        day = (NOON + timedelta(days=60)).date()
        extend_trial(actor=SYSTEM, by=jon, installation=installation, last_day=day, reason="Holidays")
    message = Message.objects.get(type="app.trial_extended")
    assert message.content == envelope(
        message,
        installation,
        data={
            "installation_id": installation.pk.hex,
            "account_id": installation.account_id,
            "expires_at": "2030-03-04T00:00:00.000Z",
        },
        _links=links(message, installation),
    )


def test_app_trial_ended() -> None:
    with clock.freeze(NOON - timedelta(days=30)):
        installation = make_completed()
    with clock.freeze(NOON):
        deadlines.sweep_once()
    message = Message.objects.get(type="app.trial_ended")
    assert message.content == envelope(
        message,
        installation,
        data={
            "installation_id": installation.pk.hex,
            "account_id": installation.account_id,
            "expires_at": "2030-01-02T03:04:05.678Z",
            "ended_at": "2030-01-02T03:04:05.678Z",
            "ended_reason": "trial_expired",
            "ended_by": "system",
        },
        _links=links(message, installation),
    )


def test_sequences_count_in_each_installation() -> None:
    first, second = make_completed(), make_completed()
    for installation in (first, second):
        assert list(installation.messages.order_by("sequence").values_list("sequence", flat=True)) == [1, 2]
        assert list(installation.deliveries.order_by("sequence").values_list("sequence", flat=True)) == [1, 2]


def test_T11_a_retry_is_the_same_event_with_the_same_credentials() -> None:
    installation = make_installing()
    message = Message.objects.get()
    before = message.wire_body
    _exhaust(installation)
    by = installation.installed_by
    for _ in range(3):  # a page is loaded three times, one round is started
        retry_installation(actor=actor_for(by.person), by=by, installation=installation)
    message = Message.objects.get()
    assert message.wire_body == before
    assert CredentialSet.objects.get().is_usable
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.attempt_count) == ("pending", 0)
    assert Event.objects.filter(kind="operation.retried").count() == 1
    assert Event.objects.filter(kind="delivery.retried").count() == 1
    assert Installation.objects.get().status == "failed"


def test_T02_without_any_browser_the_house_tries_again() -> None:
    installation = make_installing()
    _exhaust(installation)
    with clock.travel(timedelta(minutes=59)):
        deadlines.sweep_once()
        assert Delivery.objects.get().status == "failed"
    with clock.travel(timedelta(hours=1, seconds=1)):
        deadlines.sweep_once()
        assert Delivery.objects.get().status == "pending"
        answer_operation(actor=PARTNER_PROGRAM, installation=installation, decision="approve")
    assert Installation.objects.get().status == "completed"


def test_the_secrets_are_gone_after_a_week_and_the_event_is_not_sent_without_them() -> None:
    installation = make_installing()
    _exhaust(installation)
    with clock.travel(timedelta(days=7, seconds=1)):
        deadlines.sweep_once()
        message = Message.objects.get()
        assert message.body is None
        assert message.content["data"]["private_key"] is None
        assert Delivery.objects.get().status == "failed"
        by = installation.installed_by
        retry_installation(actor=actor_for(by.person), by=by, installation=installation)
    old, new = Message.objects.order_by("sequence")
    assert (old.body, old.delivery.status, new.delivery.status) == (None, "failed", "pending")
    assert new.body is not None
    assert old.pk != new.pk


def test_credentials_that_still_wait_when_their_week_is_over_are_not_sent_without_their_secrets() -> None:
    installation = make_completed()
    rotate_own_credentials(actor=PARTNER_PROGRAM, installation=installation)
    message = Message.objects.get(type="app.credentials_rotated")
    assert message.delivery.status == "pending"
    with clock.travel(timedelta(days=7, seconds=1)):
        deadlines.sweep_once()
        message = Message.objects.select_related("delivery").get(pk=message.pk)
        assert (message.body, message.delivery.status) == (None, "failed")
        assert message.pk not in {parcel.delivery_id for parcel in claim(Room(limit=100, share=10))}
        deadlines.sweep_once()
    assert not Deadline.objects.filter(kind="message.retry_due").exists()
    assert Event.objects.get(kind="delivery.failed", subject_id=message.pk.hex).data["reason"] == "expired"


def test_an_install_that_timed_out_is_no_longer_announced() -> None:
    make_installing()
    with clock.travel(timedelta(days=7, seconds=1)):
        deadlines.sweep_once()
    assert Delivery.objects.get().status == "failed"


def _exhaust(installation: Installation) -> None:
    """The last try of a round has failed."""
    system = Actor.system("tests")
    transition(Delivery.objects.get(installation=installation), DeliveryStatus.FAILED, actor=system)
    fail_open_operation(actor=system, installation=installation, reason="connect")
