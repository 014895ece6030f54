"""How an app's callback addresses do, and the secrets that sign its events."""

from __future__ import annotations

from datetime import datetime

from fondaco.messaging.endpoints import EndpointHealth
from fondaco.messaging.models import WebhookSecret
from fondaco.surfaces.api.management.shapes.fields import Shape


class EndpointShape(Shape):
    """A callback address. ``status``: healthy, failing, paused or gone, ``since`` when.

    Nothing is sent before ``closed_until``. ``last_error`` and ``last_response_status`` are of its newest failure.
    """

    id: str
    url: str
    status: str
    since: datetime
    failures_in_a_row: int
    last_success_at: datetime | None
    last_error: str
    last_response_status: int | None
    closed_until: datetime | None
    waiting: int
    oldest_waiting: datetime | None

    @classmethod
    def of(cls, health: EndpointHealth) -> EndpointShape:
        endpoint = health.endpoint
        return cls(
            id=endpoint.pk.hex,
            url=endpoint.url,
            status=endpoint.status,
            since=endpoint.status_changed_at,
            failures_in_a_row=endpoint.failures,
            last_success_at=endpoint.last_success_at,
            last_error=endpoint.last_error,
            last_response_status=endpoint.last_response_status,
            closed_until=endpoint.closed_until,
            waiting=health.waiting,
            oldest_waiting=health.oldest_waiting,
        )


class WebhookSecretShape(Shape):
    """A secret that signs the app's events; ``hint`` is how it begins. One with ``ends_at`` is being replaced."""

    id: str
    hint: str
    created_at: datetime
    ends_at: datetime | None

    @classmethod
    def of(cls, secret: WebhookSecret) -> WebhookSecretShape:
        return cls(id=secret.pk.hex, hint=secret.hint, created_at=secret.created_at, ends_at=secret.ends_at)


class NewWebhookSecretShape(WebhookSecretShape):
    """The same with the secret itself, which is in this answer and in no other."""

    secret: str
