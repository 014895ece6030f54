"""Writes of the messaging domain: messages, the outcome of each try, and trying again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Max

from fondaco.audit.actor import Actor, ActorKind
from fondaco.audit.recording import Fact, record_all
from fondaco.audit.status import transition, transition_all
from fondaco.installs.models import Installation, Operation
from fondaco.kit import clock, deadlines
from fondaco.kit.deadlines import Due
from fondaco.kit.ids import new_id
from fondaco.messaging import events, payloads
from fondaco.messaging.endpoints import Address, ensure_endpoints, probe_at_once
from fondaco.messaging.explanations import explain_failure
from fondaco.messaging.models import Delivery, Endpoint, Message
from fondaco.messaging.payloads import Content, MessageType
from fondaco.messaging.precedence import give_way
from fondaco.messaging.schedule import GIVES_UP_AFTER
from fondaco.messaging.states import DeliveryStatus

WAKE_CHANNEL: Final = "fondaco_deliveries"  # the dispatcher listens here
SECRETS_EXPIRE: Final = "message.secrets_expire"
RETRY_DUE: Final = "message.retry_due"
EXPIRED: Final = "expired"
_AT_ONCE: Final = 1000  # rows of one INSERT


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one try. ``error`` is an outbound failure's kind, empty when a whole HTTP answer came."""

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


@dataclass(frozen=True, slots=True)
class Draft:
    """An event that is to be written. One that is not ``is_ordered`` holds nothing up and waits for nothing."""

    installation: Installation
    content: Content
    created_at: datetime  # in the account's time
    operation: Operation | None = None
    is_ordered: bool = True

    @property
    def address(self) -> Address:
        """Where it is sent."""
        return self.installation.app_id, self.installation.version.technical.events_callback_url


def write_messages(*, actor: Actor, drafts: Sequence[Draft]) -> list[Message]:
    """Writes events for partners and queues them. A step; the installations are locked, or were made just now.

    The bytes are made here, once; every try sends these.
    """
    if not drafts:
        return []
    endpoints = ensure_endpoints(draft.address for draft in drafts)
    messages = [_compose(draft, sequence) for draft, sequence in zip(drafts, _next_sequences(drafts), strict=True)]
    Message.objects.bulk_create(messages, batch_size=_AT_ONCE)
    give_way(actor=actor, messages=messages)
    deliveries = [
        _deliver(draft, message, endpoints[draft.address]) for draft, message in zip(drafts, messages, strict=True)
    ]
    Delivery.objects.bulk_create(deliveries, batch_size=_AT_ONCE)
    secret = [
        Due(each.pk.hex, each.created_at + settings.ANSWER_WINDOW, each.installation.account_id)
        for each in messages
        if each.body is not None
    ]
    if secret:
        deadlines.schedule_all(SECRETS_EXPIRE, secret)
    facts = [Fact(each, **each.installation.audit_scope(), data={"type": each.type}) for each in messages]
    record_all(events.MESSAGE_QUEUED, facts, actor=actor)
    wake_dispatcher()
    return messages


def _next_sequences(drafts: Sequence[Draft]) -> list[int]:
    """The number of each among the events of its installation."""
    last = Message.objects.filter(installation__in={draft.installation.pk for draft in drafts})
    numbers = Counter(dict(last.values_list("installation").annotate(last=Max("sequence"))))
    sequences = []
    for draft in drafts:
        numbers[draft.installation.pk] += 1
        sequences.append(numbers[draft.installation.pk])
    return sequences


def _compose(draft: Draft, sequence: int) -> Message:
    message_id = new_id()
    body = payloads.envelope(message_id, draft.created_at, draft.installation, draft.content)
    return Message(
        id=message_id,
        installation=draft.installation,
        app_id=draft.installation.app_id,
        operation=draft.operation,
        sequence=sequence,
        type=draft.content.type.value,
        body=payloads.serialise(body).encode() if payloads.has_secrets(body) else None,
        public_body=payloads.serialise(payloads.redact(body)),
        created_at=draft.created_at,
    )


def _deliver(draft: Draft, message: Message, endpoint: Endpoint) -> Delivery:
    return Delivery(
        message=message,
        installation=draft.installation,
        endpoint=endpoint,
        sequence=message.sequence,
        is_ordered=draft.is_ordered,
        is_awaited=draft.operation is not None,
        give_up_at=None if draft.operation else draft.created_at + GIVES_UP_AFTER,
        url=endpoint.url,
        next_attempt_at=draft.created_at,
    )


def retry_failed(*, actor: Actor, operation: Operation) -> int:
    """Starts a new round for what this operation could not deliver: the same event id, the same bytes. What waits for
    its next try within a round is tried now. A step.

    Returns how many were queued. An event whose secrets were erased meanwhile is not sent without them.
    """
    now = clock.now(operation.installation.account_id)
    of_operation = Delivery.objects.filter(message__operation=operation)
    waiting = of_operation.filter(status=DeliveryStatus.PENDING, lease=None, next_attempt_at__gt=now)
    hastened = list(waiting.values_list("pk", "endpoint_id"))
    Delivery.objects.filter(pk__in=[pk for pk, _endpoint_id in hastened]).update(next_attempt_at=now)
    failed = Delivery.objects.select_related("message", "installation__app").filter(
        message__operation=operation, status=DeliveryStatus.FAILED
    )
    queued = [
        each for each in failed if each.message.type != MessageType.APP_INSTALLED or each.message.body is not None
    ]
    for delivery in queued:
        begin_round(actor=actor, delivery=delivery)
    endpoints = [*(delivery.endpoint_id for delivery in queued), *(endpoint_id for _pk, endpoint_id in hastened)]
    if endpoints:
        if actor.kind == ActorKind.PERSON:
            probe_at_once(endpoints)
        wake_dispatcher()
    return len(endpoints)


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
    """A week is over: what was not delivered by now is not kept either, and not sent without its secrets."""
    keys = [UUID(hex=each) for each in subject_ids]
    waiting = Delivery.objects.select_for_update(of=("self",)).filter(pk__in=keys, status=DeliveryStatus.PENDING)
    pending = list(waiting.select_related("message", "installation__app").order_by("pk"))
    transition_all(
        pending,
        DeliveryStatus.FAILED,
        actor=Actor.system("sweeper"),
        reasons={each.pk: EXPIRED for each in pending},
    )
    Message.objects.filter(pk__in=keys).update(body=None)


def begin_round(*, actor: Actor, delivery: Delivery) -> None:
    """Lets a delivery that is over be tried anew from now on. A step; its installation's app is loaded."""
    now = clock.now(delivery.installation.account_id)
    give_up_at = None if delivery.is_awaited else now + GIVES_UP_AFTER
    fields = {"attempt_count": 0, "next_attempt_at": now, "give_up_at": give_up_at}
    transition(delivery, DeliveryStatus.PENDING, actor=actor, fields=fields)
