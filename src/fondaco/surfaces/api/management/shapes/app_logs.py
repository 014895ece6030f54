"""What was sent to the program of a partner's app."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from fondaco.messaging.endpoints import EndpointHealth
from fondaco.messaging.logs import Chosen
from fondaco.messaging.models import Delivery, LogoutDelivery, SampleEvent, Try
from fondaco.messaging.replaying import Replay, Skipped, why_not_replayed
from fondaco.surfaces.api.management.shapes.fields import Body, Shape
from fondaco.surfaces.api.management.shapes.installations import AttemptShape, DeliveryShape, LogoutDeliveryShape
from fondaco.surfaces.api.management.shapes.publishing import Moment


class AppDeliveryShape(DeliveryShape):
    """An event that was sent to the app's program, for whom, and every try."""

    account_id: str
    account: str
    installation_id: str
    created_at: datetime

    @classmethod
    def of(cls, delivery: Delivery) -> AppDeliveryShape:
        return cls(**_facts(delivery))


class AppLogoutDeliveryShape(LogoutDeliveryShape):
    """A logout token for the app's program: in which account, who left which session, and every try."""

    account_id: str
    account: str

    @classmethod
    def of(cls, delivery: LogoutDelivery) -> AppLogoutDeliveryShape:
        account = delivery.client.account
        facts = LogoutDeliveryShape.of(delivery).model_dump()
        return cls(**facts, account_id=account.pk, account=account.company_name)


class LogoutQuery(Body):
    """Which logout tokens: ``pending``, ``delivered`` or ``failed``; left out, all."""

    status: Literal["", "pending", "delivered", "failed"] = ""


class WholeAttemptShape(AttemptShape):
    """One try: the headers that were sent, the signature among them, and what was answered, without secrets."""

    address: str
    request_headers: dict[str, str]
    response_headers: dict[str, str]
    response_excerpt: str

    @classmethod
    def of(cls, attempt: Try) -> WholeAttemptShape:
        return cls(
            **AttemptShape.of(attempt).model_dump(),
            address=attempt.address,
            request_headers=attempt.request_headers,
            response_headers=attempt.response_headers,
            response_excerpt=attempt.response_excerpt,
        )


class WholeDeliveryShape(AppDeliveryShape):
    """One delivery in full. ``event`` is what was sent, with null for each secret."""

    url: str
    event: dict[str, Any]
    can_be_replayed: bool
    tries: list[WholeAttemptShape]

    @classmethod
    def of(cls, delivery: Delivery) -> WholeDeliveryShape:
        return cls(
            **_facts(delivery),
            url=delivery.url,
            event=delivery.message.content,
            can_be_replayed=why_not_replayed(delivery) is None,
            tries=[WholeAttemptShape.of(attempt) for attempt in delivery.attempts.all()],
        )


class ChosenQuery(Body):
    """Which deliveries; what is left out does not narrow. ``account`` is an id or a name."""

    type: str = Field("", max_length=100)
    status: str = Field("", max_length=100)
    account: str = Field("", max_length=100)
    installation: str = Field("", max_length=100)
    since: Moment | None = None
    until: Moment | None = None

    @property
    def chosen(self) -> Chosen:
        """The same for the domain."""
        return Chosen(self.type, self.status, self.account, self.installation, self.since, self.until)


class ReplayBody(ChosenQuery):
    """Which deliveries to send again."""


class SkippedShape(Shape):
    """An event that was not sent again: ``reason`` for programs, ``why`` for people.

    ``reason`` is credentials-gone, change-timed-out, change-undelivered or change-replaced.
    """

    event_id: str
    type: str
    account: str
    installation_id: str
    reason: str
    why: str

    @classmethod
    def of(cls, found: Skipped) -> SkippedShape:
        delivery = found.delivery
        return cls(
            event_id=delivery.message_id.hex,
            type=delivery.message.type,
            account=delivery.installation.account.company_name,
            installation_id=delivery.installation_id.hex,
            reason=found.reason,
            why=str(found.reason.words),
        )


class ReplayShape(Shape):
    """How many are sent, how many cannot be, and how many are beyond what one replay sends: ask again for those.

    ``skipped`` are those that cannot be sent, each with its reason, the oldest first.
    """

    sent: int
    left_out: int
    remaining: int
    skipped: list[SkippedShape]

    @classmethod
    def of(cls, found: Replay) -> ReplayShape:
        skipped = [SkippedShape.of(each) for each in found.skipped]
        return cls(sent=found.sent, left_out=len(skipped), remaining=found.remaining, skipped=skipped)


class EndpointShape(Shape):
    """A callback address. ``status`` is healthy, failing, paused or gone; nothing is sent before ``closed_until``.

    ``silent_since`` is when it was noticed that nothing had arrived for 15 minutes; null when something has since.
    """

    id: str
    url: str
    status: str
    since: datetime
    failing_since: datetime | None
    last_success_at: datetime | None
    silent_since: datetime | None
    last_error: str
    last_response_status: int | None
    closed_until: datetime | None
    waiting: int
    oldest_waiting: datetime | None

    @classmethod
    def of(cls, found: EndpointHealth) -> EndpointShape:
        endpoint = found.endpoint
        return cls(
            id=endpoint.pk.hex,
            url=endpoint.url,
            status=endpoint.status,
            since=endpoint.status_changed_at,
            failing_since=endpoint.failing_since,
            last_success_at=endpoint.last_success_at,
            silent_since=endpoint.silent_since,
            last_error=endpoint.last_error,
            last_response_status=endpoint.last_response_status,
            closed_until=endpoint.closed_until if found.is_held else None,
            waiting=found.waiting,
            oldest_waiting=found.oldest_waiting,
        )


class SampleBody(Body):
    """The kind of event to try, such as ``app.installed``."""

    type: str = Field(max_length=40)


class TestEventShape(Shape):
    """A test event; what was answered is null until it was posted."""

    id: str
    version_id: str
    type: str
    url: str
    event: dict[str, Any]
    sent_by: str
    created_at: datetime
    request_headers: dict[str, str]
    started_at: datetime | None
    duration_ms: int | None
    response_status: int | None
    response_headers: dict[str, str]
    response_excerpt: str
    error: str

    @classmethod
    def of(cls, sample: SampleEvent) -> TestEventShape:
        return cls(
            id=sample.pk.hex,
            version_id=sample.version_id.hex,
            type=sample.type,
            url=sample.url,
            event=sample.content,
            sent_by=sample.sent_by,
            created_at=sample.created_at,
            request_headers=sample.request_headers,
            started_at=sample.started_at,
            duration_ms=sample.duration_ms,
            response_status=sample.response_status,
            response_headers=sample.response_headers,
            response_excerpt=sample.response_excerpt,
            error=sample.error,
        )


def _facts(delivery: Delivery) -> dict[str, Any]:
    installation = delivery.installation
    return {
        **DeliveryShape.of(delivery).model_dump(),
        "account_id": installation.account_id,
        "account": installation.account.company_name,
        "installation_id": installation.pk.hex,
        "created_at": delivery.message.created_at,
    }
