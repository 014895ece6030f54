"""Writes of the messaging domain: messages, the outcome of each try, and trying again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Max

from fondaco.audit.actor import Actor, ActorKind
from fondaco.audit.recording import record
from fondaco.audit.status import transition
from fondaco.installs.models import Installation, Operation
from fondaco.kit import clock, deadlines
from fondaco.kit.ids import new_id
from fondaco.messaging import events, payloads
from fondaco.messaging.endpoints import ensure_endpoint, probe_at_once
from fondaco.messaging.explanations import explain_failure
from fondaco.messaging.models import Delivery, Message
from fondaco.messaging.payloads import Content, MessageType
from fondaco.messaging.precedence import give_way
from fondaco.messaging.schedule import GIVES_UP_AFTER
from fondaco.messaging.states import DeliveryStatus

WAKE_CHANNEL: Final = "fondaco_deliveries"  # the dispatcher listens here
SECRETS_EXPIRE: Final = "message.secrets_expire"
RETRY_DUE: Final = "message.retry_due"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one try. ``error`` is an outbound failure's kind, empty when an HTTP answer came."""

    started_at: datetime
    duration_ms: int
    response_status: int | None = None
    response_headers: Mapping[str, str] = field(default_factory=dict)
    response_body: bytes = b""
    error: str = ""
    address: str = ""
    request_headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_success(self) -> bool:
        """Any 2xx; a redirect is not followed and counts as a failure."""
        return not self.error and self.response_status is not None and 200 <= self.response_status < 300

    @property
    def explanation(self) -> str:
        """One sentence for people: what the app's program did."""
        return explain_failure(self.error, self.response_status)


def write_message(
    *,
    actor: Actor,
    installation: Installation,
    content: Content,
    created_at: datetime,
    operation: Operation | None = None,
) -> Message:
    """Writes an event for the partner and queues it. A step; the installation is locked, or was made just now.

    The bytes are made here, once; every try sends these.
    """
    message_id = new_id()
    body = payloads.envelope(message_id, created_at, installation, content)
    is_secret = payloads.has_secrets(body)
    last = Message.objects.filter(installation=installation).aggregate(last=Max("sequence"))["last"] or 0
    message = Message.objects.create(
        id=message_id,
        installation=installation,
        app_id=installation.app_id,
        operation=operation,
        sequence=last + 1,
        type=content.type.value,
        body=payloads.serialise(body).encode() if is_secret else None,
        public_body=payloads.serialise(payloads.redact(body)),
        created_at=created_at,
    )
    url = installation.version.technical.events_callback_url
    give_way(actor=actor, message=message)
    Delivery.objects.create(
        message=message,
        installation=installation,
        endpoint=ensure_endpoint(installation.app_id, url),
        sequence=message.sequence,
        is_awaited=operation is not None,
        give_up_at=None if operation else created_at + GIVES_UP_AFTER,
        url=url,
        next_attempt_at=created_at,
    )
    if is_secret:
        deadlines.schedule(
            SECRETS_EXPIRE,
            subject_id=message.pk.hex,
            due_at=created_at + settings.ANSWER_WINDOW,
            account_id=installation.account_id,
        )
    record(events.MESSAGE_QUEUED, message, actor=actor, data={"type": message.type}, **installation.audit_scope())
    wake_dispatcher()
    return message


def retry_failed(*, actor: Actor, operation: Operation) -> int:
    """Starts a new round for what this operation could not deliver: the same event id, the same bytes. A step.

    Returns how many were queued. An event whose secrets were erased meanwhile is not sent without them.
    """
    failed = Delivery.objects.select_related("message", "installation__app").filter(
        message__operation=operation, status=DeliveryStatus.FAILED
    )
    queued = [
        each for each in failed if each.message.type != MessageType.APP_INSTALLED or each.message.body is not None
    ]
    for delivery in queued:
        begin_round(actor=actor, delivery=delivery)
    if queued:
        if actor.kind == ActorKind.PERSON:
            probe_at_once([delivery.endpoint_id for delivery in queued])
        wake_dispatcher()
    return len(queued)


def withdraw(*, actor: Actor, operation: Operation, reason: str) -> None:
    """Sends nothing more for an operation that is over. A step; a try under way cannot be called back."""
    pending = Delivery.objects.select_related("message", "installation__app").filter(
        message__operation=operation, status=DeliveryStatus.PENDING
    )
    for delivery in pending:
        transition(delivery, DeliveryStatus.FAILED, actor=actor, reason=reason)


def wake_dispatcher() -> None:
    """Lets the dispatcher look at once; takes effect with the commit."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [WAKE_CHANNEL])


@deadlines.handler(RETRY_DUE)
def retry_undelivered(subject_id: str, due_at: datetime) -> None:
    """Sends rotated credentials again, as long as they are kept: without them the partner will be locked out."""
    held = Delivery.objects.select_related("message", "installation__app").filter(
        pk=UUID(hex=subject_id), status=DeliveryStatus.FAILED, message__body__isnull=False
    )
    if (delivery := held.first()) is not None:
        begin_round(actor=Actor.system("sweeper"), delivery=delivery)
        wake_dispatcher()


@deadlines.joint_handler(SECRETS_EXPIRE)
def erase_secrets(subject_ids: Sequence[str]) -> None:
    """A week is over: what was not delivered by now is not kept either."""
    Message.objects.filter(pk__in=[UUID(hex=each) for each in subject_ids]).update(body=None)


def begin_round(*, actor: Actor, delivery: Delivery) -> None:
    """Lets a delivery that is over be tried anew from now on. A step; its installation's app is loaded."""
    now = clock.now(delivery.installation.account_id)
    delivery.attempt_count, delivery.next_attempt_at = 0, now
    delivery.give_up_at = None if delivery.is_awaited else now + GIVES_UP_AFTER
    delivery.save(update_fields=["attempt_count", "next_attempt_at", "give_up_at"])
    transition(delivery, DeliveryStatus.PENDING, actor=actor)
