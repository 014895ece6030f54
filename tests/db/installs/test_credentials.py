"""Rotation of an installation's credentials (DOMAIN 2.8): by the clock, asked for, and forced."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.factories.accounts import SYSTEM, actor_for, make_account, make_operator
from tests.factories.identity import make_login_session
from tests.factories.installs import PARTNER_PROGRAM, make_completed, make_installing

from fondaco.accounts.permissions import OperatorRole
from fondaco.audit.models import Event
from fondaco.audit.status import transition
from fondaco.identity.errors import NothingToAcknowledge, RotationUnderWay, TokenRefused
from fondaco.identity.models import CredentialSet, TokenFamily
from fondaco.identity.tokens import issue_access_token, verify_access_token
from fondaco.installs.actions import (
    acknowledge_credentials,
    answer_operation,
    force_uninstall_app,
    retry_installation,
    rotate_credentials,
    rotate_own_credentials,
)
from fondaco.installs.actions.credentials import ROTATE_DUE
from fondaco.installs.errors import AlreadyRemoved, NotInUse
from fondaco.installs.models import Installation
from fondaco.kit import clock, crypto, deadlines
from fondaco.kit.errors import Forbidden, Invalid, NotFound
from fondaco.kit.models import Deadline
from fondaco.messaging.actions import Outcome
from fondaco.messaging.models import Delivery, Message
from fondaco.messaging.results import record_attempt
from fondaco.messaging.states import DeliveryStatus

pytestmark = pytest.mark.django_db
NOON = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
WEEK = timedelta(days=7)
SECOND = timedelta(seconds=1)
ROOT = "http://127.0.0.1:8000"


def sets(installation: Installation) -> list[CredentialSet]:
    """Oldest first."""
    return list(installation.client.credential_sets.select_related("client__account").order_by("id"))


def usable(installation: Installation) -> list[bool]:
    return [each.is_usable for each in sets(installation)]


def rotated(installation: Installation) -> Installation:
    rotate_own_credentials(actor=PARTNER_PROGRAM, installation=installation)
    return installation


def force(installation: Installation, reason: str = "It was on a pastebin.") -> Installation:
    by = make_operator(OperatorRole.SUPPORT)
    return rotate_credentials(
        actor=actor_for(by.person), by=by, installation=installation, is_forced=True, reason=reason
    )


def sweep() -> None:
    while deadlines.sweep_once():
        pass


def count_everything() -> tuple[int, ...]:
    """What a refusal must leave as it is."""
    return (
        Message.objects.count(),
        CredentialSet.objects.count(),
        CredentialSet.objects.filter(status="revoked").count(),
        CredentialSet.objects.filter(expires_at=None).count(),
        Event.objects.count(),
        Deadline.objects.count(),
    )


def test_the_event_is_the_documented_one() -> None:
    with clock.freeze(NOON):
        installation = rotated(make_completed(make_account("acme")))
    old, new = sets(installation)
    message = Message.objects.get(type="app.credentials_rotated")
    body = json.loads(message.wire_body)
    assert crypto.verify_hash(body["data"].pop("client_secret"), new.secret_hash)
    assert len(body["data"].pop("private_key")) > 100
    app = f"{ROOT}/apps/{installation.app_id.hex}"
    assert body == {
        "id": message.pk.hex,
        "event_id": message.pk.hex,
        "created_at": "2030-01-02T03:04:05.000Z",
        "api_version": "1",
        "type": "app.credentials_rotated",
        "app_id": installation.app_id.hex,
        "app_version_id": installation.version_id.hex,
        "app_version_name": "1.0.0",
        "data": {
            "installation_id": installation.pk.hex,
            "account_id": installation.account_id,
            "account_name": "acme",
            "client_id": new.wire_client_id,
            "public_key": new.public_key,
            "key_id": new.key_id,
            "key_algorithm": "ES256",
        },
        "_links": {
            "root": {"href": ROOT},
            "self": {"href": f"{app}/events/{message.pk.hex}"},
            "installation": {"href": f"{app}/installations/{installation.pk.hex}"},
            "authorization": {"href": f"{ROOT}/acme/oauth/authorize"},
            "tokens": {"href": f"{ROOT}/acme/oauth/token"},
        },
    }
    assert list(json.loads(message.wire_body)["data"]) == [
        "installation_id", "account_id", "account_name", "client_id", "client_secret", "private_key", "public_key",
        "key_id", "key_algorithm",
    ]  # fmt: skip
    assert message.content["data"]["client_secret"] is message.content["data"]["private_key"] is None
    assert old.wire_client_id != new.wire_client_id
    assert old.key_id != new.key_id


def test_it_is_sent_after_what_was_written_before() -> None:
    installation = rotated(make_completed())
    types = list(installation.messages.order_by("sequence").values_list("sequence", "type"))
    assert types == [(1, "app.installed"), (2, "app.trial_started"), (3, "app.credentials_rotated")]


def test_both_sets_work_for_seven_days_and_then_only_the_new_one() -> None:
    with clock.freeze(NOON):
        installation = rotated(make_completed())
        assert usable(installation) == [True, True]
        assert [each.expires_at for each in sets(installation)] == [NOON + WEEK, None]
    with clock.freeze(NOON + WEEK - SECOND):
        sweep()
        assert usable(installation) == [True, True]
    with clock.freeze(NOON + WEEK):
        assert usable(installation) == [False, True]  # also before the sweeper's turn
        sweep()
    old, new = sets(installation)
    assert (old.status, new.status) == ("revoked", "issued")
    fact = Event.objects.get(kind="credentials.revoked")
    assert (fact.subject_id, fact.data["reason"], fact.actor_id) == (old.pk.hex, "replaced", "sweeper")


def test_the_overlap_runs_in_the_time_of_the_account() -> None:
    installation = make_completed()
    rotated(installation)
    clock.set_offset(installation.account_id, WEEK + SECOND)
    assert usable(installation) == [False, True]
    sweep()
    assert [each.status for each in sets(installation)] == ["revoked", "issued"]


def test_an_acknowledgement_ends_the_old_set_at_once() -> None:
    installation = rotated(make_completed())
    old, new = sets(installation)
    token = issue_access_token(credentials=old, scope="apps:read")
    acknowledge_credentials(actor=PARTNER_PROGRAM, installation=installation, client_id=new.wire_client_id)
    assert usable(installation) == [False, True]
    with pytest.raises(TokenRefused):
        verify_access_token(token)
    assert [each.status for each in sets(installation)] == ["revoked", "acknowledged"]
    assert not Deadline.objects.filter(kind="credentials.expire").exists()


@pytest.mark.parametrize("which", ["again", "the old one", "the first one, after it"])
def test_acknowledging_anything_else_is_refused(which: str) -> None:
    installation = rotated(make_completed())
    old, new = sets(installation)
    client_id = old.wire_client_id
    if which != "the old one":
        acknowledge_credentials(actor=PARTNER_PROGRAM, installation=installation, client_id=new.wire_client_id)
        client_id = new.wire_client_id if which == "again" else old.wire_client_id
    before = count_everything()
    with pytest.raises(NothingToAcknowledge):
        acknowledge_credentials(actor=PARTNER_PROGRAM, installation=installation, client_id=client_id)
    assert count_everything() == before


def test_the_set_of_another_installation_does_not_exist() -> None:
    installation, other = rotated(make_completed()), rotated(make_completed())
    before = count_everything()
    for client_id in (sets(other)[1].wire_client_id, "0" * 32, "nonsense", ""):
        with pytest.raises(NotFound):
            acknowledge_credentials(actor=PARTNER_PROGRAM, installation=installation, client_id=client_id)
    assert count_everything() == before


def test_a_second_one_waits_for_the_overlap_of_the_first() -> None:
    with clock.freeze(NOON):
        installation = rotated(make_completed())
        before = count_everything()
        with pytest.raises(RotationUnderWay) as refusal:
            rotated(installation)
    assert "2030-01-09 03:04 UTC" in str(refusal.value)
    assert count_everything() == before
    with clock.freeze(NOON + WEEK):  # never acknowledged: the new set is what is rotated next
        rotated(installation)
        assert usable(installation) == [False, True, True]


def test_after_an_acknowledgement_it_can_be_asked_for_again() -> None:
    installation = rotated(make_completed())
    acknowledge_credentials(
        actor=PARTNER_PROGRAM, installation=installation, client_id=sets(installation)[1].wire_client_id
    )
    rotated(installation)
    assert usable(installation) == [False, True, True]


def test_a_forced_one_has_no_overlap_and_ends_every_token_in_the_same_commit() -> None:
    installation = make_completed()
    (old,) = sets(installation)
    token = issue_access_token(credentials=old, scope="apps:read")
    family = TokenFamily.objects.create(
        client=installation.client,
        user=installation.installed_by,
        login_session=make_login_session(installation.installed_by.person),
        expires_at=clock.now() + timedelta(days=30),
    )
    force(installation)
    assert usable(installation) == [False, True]
    with pytest.raises(TokenRefused):
        verify_access_token(token)
    family.refresh_from_db()
    assert family.ended_at is not None
    new = sets(installation)[1]
    assert verify_access_token(issue_access_token(credentials=new, scope="apps:read")).client == installation.client
    fact = Event.objects.get(kind="credentials.rotated")
    assert (fact.data["is_forced"], fact.data["reason"]) == (True, "It was on a pastebin.")


def test_a_forced_one_works_in_an_overlap_and_takes_back_what_was_not_delivered() -> None:
    installation = rotated(make_completed())
    first = Message.objects.get(type="app.credentials_rotated")
    force(installation)
    assert usable(installation) == [False, False, True]
    first.refresh_from_db()
    assert first.body is None
    assert first.delivery.status == "failed"
    last = Message.objects.filter(type="app.credentials_rotated").latest("sequence")
    assert last.body is not None
    assert not Deadline.objects.filter(kind="message.secrets_expire", subject_id=first.pk.hex).exists()


def test_before_the_first_answer_a_forced_one_announces_the_installation_anew() -> None:
    installation = make_installing()
    first = Message.objects.get()
    force(installation)
    old, new = Message.objects.order_by("sequence")
    assert (old.pk, old.body, old.delivery.status) == (first.pk, None, "failed")
    assert (new.type, new.operation, new.delivery.status) == ("app.installed", first.operation, "pending")
    assert json.loads(new.wire_body)["data"]["client_id"] == sets(installation)[1].wire_client_id
    answer_operation(actor=PARTNER_PROGRAM, installation=installation, decision="approve")
    assert Installation.objects.get().status == "completed"


def test_before_the_first_answer_there_is_nothing_to_rotate_by_routine() -> None:
    installation = make_installing()
    before = count_everything()
    with pytest.raises(NotInUse):
        rotated(installation)
    assert count_everything() == before


def test_what_is_gone_does_not_rotate() -> None:
    installation = make_completed()
    by = make_operator(OperatorRole.SUPPORT)
    force_uninstall_app(actor=actor_for(by.person), by=by, installation=installation, reason="Asked by phone")
    before = count_everything()
    for asked in (rotated, force):
        with pytest.raises(AlreadyRemoved):
            asked(installation)
    assert count_everything()[:4] == before[:4]
    assert not Deadline.objects.filter(kind=ROTATE_DUE).exists()


def test_a_removal_takes_undelivered_credentials_back() -> None:
    installation = rotated(make_completed())
    by = make_operator(OperatorRole.SUPPORT)
    force_uninstall_app(actor=actor_for(by.person), by=by, installation=installation, reason="Asked by phone")
    assert not Message.objects.filter(type="app.credentials_rotated", body__isnull=False).exists()


@pytest.mark.parametrize("role", [OperatorRole.TECHNICAL_REVIEWER, OperatorRole.FINANCE])
def test_only_support_rotates_for_others(role: OperatorRole) -> None:
    installation, by = make_completed(), make_operator(role)
    before = count_everything()
    with pytest.raises(Forbidden):
        rotate_credentials(actor=actor_for(by.person), by=by, installation=installation)
    assert count_everything() == before


@pytest.mark.parametrize("reason", ["", "  ", "x" * 1001])
def test_a_forced_one_needs_a_reason_that_fits(reason: str) -> None:
    installation, by = make_completed(), make_operator(OperatorRole.SUPPORT)
    before = count_everything()
    with pytest.raises(Invalid) as refusal:
        rotate_credentials(actor=actor_for(by.person), by=by, installation=installation, is_forced=True, reason=reason)
    assert set(refusal.value.fields) == {"reason"}
    assert count_everything() == before


def test_each_set_is_replaced_after_180_days(settings: Any) -> None:
    with clock.freeze(NOON):
        installation = make_completed()
    with clock.freeze(NOON + timedelta(days=180) - SECOND):
        sweep()
        assert len(sets(installation)) == 1
    with clock.freeze(NOON + timedelta(days=180)):
        sweep()
        assert usable(installation) == [True, True]
        fact = Event.objects.get(kind="credentials.rotated")
        assert (fact.actor_id, fact.data["is_forced"]) == ("sweeper", False)
        due = Deadline.objects.get(kind=ROTATE_DUE)
        assert (due.subject_id, due.due_at) == (installation.client_id.hex, NOON + timedelta(days=360))
    settings.CREDENTIALS_ROTATE_EVERY = timedelta(0)
    with clock.freeze(NOON + timedelta(days=360)):
        sweep()
        assert not Deadline.objects.filter(kind=ROTATE_DUE).exists()


def test_asking_for_it_starts_the_days_anew() -> None:
    with clock.freeze(NOON):
        installation = make_completed()
    with clock.freeze(NOON + timedelta(days=100)):
        rotated(installation)
    assert Deadline.objects.get(kind=ROTATE_DUE).due_at == NOON + timedelta(days=280)


def test_a_declined_installation_is_left_alone_and_asked_for_anew_with_one_set() -> None:
    installation = make_installing()
    answer_operation(actor=PARTNER_PROGRAM, installation=installation, decision="reject")
    with clock.travel(timedelta(days=181)):
        sweep()
        assert len(sets(installation)) == 1
        by = installation.installed_by
        retry_installation(actor=actor_for(by.person), by=by, installation=installation)
        assert usable(installation) == [False, True]
        assert Deadline.objects.filter(kind=ROTATE_DUE).count() == 1


def test_credentials_that_could_not_be_delivered_are_sent_again_by_themselves() -> None:
    with clock.freeze(NOON):
        rotated(make_completed())
    delivery = Delivery.objects.get(message__type="app.credentials_rotated")
    body = delivery.message.wire_body
    for _ in range(13):  # in four days
        with clock.freeze(delivery.next_attempt_at):
            delivery = record_attempt(actor=SYSTEM, delivery_id=delivery.pk, outcome=Outcome(clock.now(), 3, 503))
    assert delivery.status == "failed"
    with clock.freeze(NOON + timedelta(hours=96 + 12)):
        sweep()
    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempt_count) == ("pending", 0)
    assert Message.objects.get(pk=delivery.pk).wire_body == body
    transition(delivery, DeliveryStatus.FAILED, actor=SYSTEM)
    deadlines.schedule("message.retry_due", subject_id=delivery.pk.hex, due_at=NOON + WEEK + SECOND)
    with clock.freeze(NOON + WEEK + SECOND):  # not without its secrets
        sweep()
    delivery.refresh_from_db()
    assert delivery.status == "failed"
    assert Message.objects.get(pk=delivery.pk).body is None
