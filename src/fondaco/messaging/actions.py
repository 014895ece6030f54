"""Writes of the messaging domain: messages, the outcome of each try, and trying again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fondaco.audit.actor import Actor
from fondaco.audit.recording import record
from fondaco.audit.status import transition
from fondaco.installs.actions import fail_open_operation, reach_installation
from fondaco.installs.actions.operations import retry_pause
from fondaco.installs.models import Installation, Operation
from fondaco.kit import clock, deadlines
from fondaco.kit.ids import new_id
from fondaco.kit.outbound import FailureKind
from fondaco.messaging import events, payloads
from fondaco.messaging.models import Attempt, Delivery, Message
from fondaco.messaging.payloads import Content, MessageType
from fondaco.messaging.states import DeliveryStatus

WAKE_CHANNEL: Final = "fondaco_deliveries"  # the dispatcher listens here
SECRETS_EXPIRE: Final = "message.secrets_expire"
RETRY_DUE: Final = "message.retry_due"
# Three tries in a round: at once, five minutes later, and ten minutes after that (DOMAIN 1.5).
RETRY_DELAYS: Final = (timedelta(minutes=5), timedelta(minutes=10))
EXCERPT_LENGTH: Final = 2048
KEPT_HEADERS: Final = ("content-type", "content-length", "server", "date", "location", "retry-after", "x-request-id")


_EXPLANATIONS: Final[dict[str, Promise]] = {
    FailureKind.DNS: gettext_lazy("The address of the app's program cannot be found."),
    FailureKind.REFUSED_ADDRESS: gettext_lazy("The app's program is at an address that may not be called."),
    FailureKind.CONNECT: gettext_lazy("The app's program cannot be reached."),
    FailureKind.TLS: gettext_lazy("The secure connection to the app's program failed."),
    FailureKind.TIMEOUT: gettext_lazy("The app's program did not answer within ten seconds."),
    FailureKind.TOO_LARGE: gettext_lazy("The app's program answered at too great length."),
    FailureKind.PROTOCOL: gettext_lazy("What the app's program answered was not HTTP."),
}


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

    @property
    def is_success(self) -> bool:
        """Any 2xx; a redirect is not followed and counts as a failure."""
        return not self.error and self.response_status is not None and 200 <= self.response_status < 300

    @property
    def explanation(self) -> str:
        """One sentence for people: what the app's program did."""
        if found := _EXPLANATIONS.get(self.error):
            return str(found)
        return _("The app's program answered with HTTP status %(status)s.") % {"status": self.response_status}


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
    Delivery.objects.create(
        message=message,
        installation=installation,
        sequence=message.sequence,
        url=url,
        endpoint=endpoint_of(url),
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


def record_attempt(*, actor: Actor, delivery_id: UUID, outcome: Outcome) -> Delivery:
    """Writes what a try came to, and what follows from it.

    A delivery that is no longer pending (it was withdrawn, or a slower dispatcher finished it) only gets the row of
    the try. The installation is locked first, as every other writer does.
    """
    with transaction.atomic(durable=True):
        installation_id = Delivery.objects.values_list("installation_id", flat=True).get(pk=delivery_id)
        Installation.objects.select_for_update().only("pk").get(pk=installation_id)
        delivery = Delivery.objects.select_related("message", "installation__app").get(pk=delivery_id)
        _keep(delivery, outcome)
        if delivery.status == DeliveryStatus.PENDING:
            if outcome.is_success:
                _succeed(actor, delivery)
            else:
                _fail(actor, delivery, outcome)
    return delivery


def retry_failed(*, actor: Actor, operation: Operation) -> int:
    """Starts a new round for what this operation could not deliver: the same event id, the same bytes. A step.

    Returns how many were queued. An event whose secrets were erased meanwhile is not sent without them.
    """
    failed = Delivery.objects.select_related("message", "installation__app").filter(
        message__operation=operation, status=DeliveryStatus.FAILED
    )
    queued = 0
    for delivery in failed:
        if delivery.message.type == MessageType.APP_INSTALLED and delivery.message.body is None:
            continue
        _begin_round(actor, delivery)
        queued += 1
    if queued:
        wake_dispatcher()
    return queued


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


def endpoint_of(url: str) -> str:
    """Scheme, host and port: what one receiver's share of the dispatcher is counted by."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.lower()}"


@deadlines.handler(RETRY_DUE)
def retry_undelivered(subject_id: str, due_at: datetime) -> None:
    """Sends rotated credentials again, as long as they are kept: without them the partner will be locked out."""
    held = Delivery.objects.select_related("message", "installation__app").filter(
        pk=UUID(hex=subject_id), status=DeliveryStatus.FAILED, message__body__isnull=False
    )
    if (delivery := held.first()) is not None:
        _begin_round(Actor.system("sweeper"), delivery)
        wake_dispatcher()


@deadlines.handler(SECRETS_EXPIRE)
def erase_secrets(subject_id: str, due_at: datetime) -> None:
    """A week is over: what was not delivered by now is not kept either."""
    Message.objects.filter(pk=UUID(hex=subject_id)).update(body=None)


def _begin_round(actor: Actor, delivery: Delivery) -> None:
    delivery.attempt_count = 0
    delivery.next_attempt_at = clock.now(delivery.installation.account_id)
    delivery.save(update_fields=["attempt_count", "next_attempt_at"])
    transition(delivery, DeliveryStatus.PENDING, actor=actor)


def _keep(delivery: Delivery, outcome: Outcome) -> None:
    message, headers, answer = delivery.message, outcome.response_headers, outcome.response_body
    if message.body is None and payloads.has_secrets(message.content):
        headers, answer = {}, b""  # its secrets are erased, so an echo of them would not be recognised
    hide = payloads.Redactor(message.body)  # a receiver may echo what it got (T22)
    excerpt = hide(answer.decode("utf-8", "replace")).replace("\0", "\ufffd")
    Attempt.objects.create(
        delivery=delivery,
        started_at=outcome.started_at,
        duration_ms=outcome.duration_ms,
        response_status=outcome.response_status,
        response_headers={name: hide(headers[name])[:500] for name in KEPT_HEADERS if name in headers},
        response_excerpt=excerpt[:EXCERPT_LENGTH],
        error=outcome.error,
        address=outcome.address,
    )


def _succeed(actor: Actor, delivery: Delivery) -> None:
    delivery.attempt_count += 1
    delivery.next_attempt_at = delivery.leased_until = delivery.lease = None
    delivery.save(update_fields=["attempt_count", "next_attempt_at", "leased_until", "lease"])
    transition(delivery, DeliveryStatus.DELIVERED, actor=actor)
    message = delivery.message
    if message.body is not None:
        Message.objects.filter(pk=message.pk).update(body=None)
        deadlines.cancel(SECRETS_EXPIRE, subject_id=message.pk.hex)
    if message.operation_id:
        reach_installation(actor=actor, installation=delivery.installation)


def _fail(actor: Actor, delivery: Delivery, outcome: Outcome) -> None:
    tries = delivery.attempt_count = delivery.attempt_count + 1
    is_last = tries > len(RETRY_DELAYS)
    now = clock.now(delivery.installation.account_id)
    delivery.next_attempt_at = None if is_last else now + RETRY_DELAYS[tries - 1]
    delivery.leased_until = delivery.lease = None
    delivery.save(update_fields=["attempt_count", "next_attempt_at", "leased_until", "lease"])
    if not is_last:
        return
    transition(delivery, DeliveryStatus.FAILED, actor=actor, reason=outcome.explanation)
    operation = delivery.message.operation
    if operation is None and delivery.message.body is not None:
        pause = retry_pause(now - delivery.message.created_at)
        account_id = delivery.installation.account_id
        deadlines.schedule(RETRY_DUE, subject_id=delivery.pk.hex, due_at=now + pause, account_id=account_id)
    if operation is not None and operation.is_open:
        fail_open_operation(actor=actor, installation=delivery.installation, reason=outcome.explanation)
