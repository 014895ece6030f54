"""The secrets that sign an app's events."""

from __future__ import annotations

from datetime import datetime

from fondaco.messaging.models import WebhookSecret
from fondaco.surfaces.api.management.shapes.fields import Shape


class WebhookSecretShape(Shape):
    """A secret that signs the app's events; ``hint`` is how it begins. One with ``ends_at`` is being replaced."""

    id: str
    hint: str
    created_at: datetime
    ends_at: datetime | None

    @classmethod
    def of(cls, secret: WebhookSecret) -> WebhookSecretShape:
        return cls(id=secret.pk.hex, hint=secret.hint, created_at=secret.created_at, ends_at=secret.ends_at)


class OpenWebhookSecretShape(WebhookSecretShape):
    """The same with the secret itself."""

    secret: str

    @classmethod
    def reveal(cls, row: WebhookSecret, secret: str) -> OpenWebhookSecretShape:
        return cls(**WebhookSecretShape.of(row).model_dump(), secret=secret)
