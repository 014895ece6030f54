"""The secrets that sign an app's events."""

from __future__ import annotations

from fondaco.accounts.permissions import Permission
from fondaco.catalog.queries import get_app
from fondaco.messaging.webhook_secrets import end_webhook_secret, list_webhook_secrets, rotate_webhook_secret
from fondaco.surfaces.api.management.door import Place, Request, Routes
from fondaco.surfaces.api.management.pages import whole
from fondaco.surfaces.api.management.shapes.fields import Page
from fondaco.surfaces.api.management.shapes.webhooks import (
    NewWebhookSecretShape,
    WebhookSecretShape,
)

routes = Routes("Partner: webhook secrets", Place.PARTNER)
_APP = "/partners/{partner_id}/apps/{app_id}"
_MANAGE = Permission.PARTNER_CLIENTS_MANAGE


@routes.reads(f"{_APP}/webhook-secrets", Page[WebhookSecretShape], _MANAGE)
def list_secrets(request: Request, partner_id: str, app_id: str) -> Page[WebhookSecretShape]:
    """The secrets that sign the app's events now: two at most."""
    by = request.caller.member
    return whole(list_webhook_secrets(by, get_app(by, app_id)), WebhookSecretShape.of)


@routes.creates(f"{_APP}/webhook-secrets", NewWebhookSecretShape, _MANAGE)
def create_secret(request: Request, partner_id: str, app_id: str) -> NewWebhookSecretShape:
    """Makes a secret, the first or the next. The one before it goes on signing for a week."""
    by = request.caller.member
    row, text = rotate_webhook_secret(actor=request.caller.actor, by=by, app=get_app(by, app_id))
    return NewWebhookSecretShape(**WebhookSecretShape.of(row).model_dump(), secret=text)


@routes.removes(f"{_APP}/webhook-secrets/{{secret_id}}", _MANAGE)
def end_secret(request: Request, partner_id: str, app_id: str, secret_id: str) -> None:
    """Nothing more is signed with this secret from now on."""
    by = request.caller.member
    end_webhook_secret(actor=request.caller.actor, by=by, app=get_app(by, app_id), secret_id=secret_id)
