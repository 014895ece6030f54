"""The secrets that sign an app's events."""

from __future__ import annotations

from fondaco.accounts.permissions import Permission
from fondaco.catalog.queries import get_app
from fondaco.messaging.webhook_secrets import (
    end_webhook_secret,
    list_webhook_secrets,
    rotate_webhook_secret,
    show_webhook_secret,
)
from fondaco.surfaces.api.management.door import Place, Request, Routes
from fondaco.surfaces.api.management.pages import whole
from fondaco.surfaces.api.management.shapes.fields import Page
from fondaco.surfaces.api.management.shapes.webhooks import (
    OpenWebhookSecretShape,
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


@routes.creates(f"{_APP}/webhook-secrets", OpenWebhookSecretShape, _MANAGE)
def create_secret(request: Request, partner_id: str, app_id: str) -> OpenWebhookSecretShape:
    """Makes the next secret. The one before it goes on signing for a week."""
    by = request.caller.member
    return OpenWebhookSecretShape.reveal(
        *rotate_webhook_secret(actor=request.caller.actor, by=by, app=get_app(by, app_id))
    )


@routes.does(f"{_APP}/webhook-secrets/{{secret_id}}/show", OpenWebhookSecretShape, _MANAGE)
def show_secret(request: Request, partner_id: str, app_id: str, secret_id: str) -> OpenWebhookSecretShape:
    """One that signs, with the secret itself. Who asked is written down."""
    by, actor = request.caller.member, request.caller.actor
    return OpenWebhookSecretShape.reveal(
        *show_webhook_secret(actor=actor, by=by, app=get_app(by, app_id), secret_id=secret_id)
    )


@routes.removes(f"{_APP}/webhook-secrets/{{secret_id}}", _MANAGE)
def end_secret(request: Request, partner_id: str, app_id: str, secret_id: str) -> None:
    """Nothing more is signed with this secret, which is being replaced, from now on."""
    by = request.caller.member
    end_webhook_secret(actor=request.caller.actor, by=by, app=get_app(by, app_id), secret_id=secret_id)
