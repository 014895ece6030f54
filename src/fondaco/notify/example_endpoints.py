"""The callback address that example mails about deliveries are about."""

from __future__ import annotations

from uuid import UUID

from fondaco.catalog.models import App
from fondaco.messaging.models import Endpoint


def make_endpoints(app: App, *, domain: str) -> dict[str, UUID]:
    """One whose program answers that it is overloaded."""
    endpoint = Endpoint.objects.create(
        app=app, url=f"https://app.{domain}/events", failures=10, last_response_status=503
    )
    return {"failing endpoint": endpoint.pk, "partner with an address": app.partner_id}
