"""Where an app's events go: how its callback addresses do, and the secrets that sign."""

from __future__ import annotations

from fondaco.accounts.permissions import Permission
from fondaco.catalog.queries import get_app
from fondaco.messaging.endpoints import get_endpoint, list_endpoint_health
from fondaco.messaging.health import resume_endpoint
from fondaco.messaging.webhook_secrets import end_webhook_secret, list_webhook_secrets, rotate_webhook_secret
from fondaco.surfaces.api.management.door import Place, Request, Routes
from fondaco.surfaces.api.management.pages import whole
from fondaco.surfaces.api.management.shapes.fields import Page
from fondaco.surfaces.api.management.shapes.webhooks import (
    EndpointShape,
    NewWebhookSecretShape,
    WebhookSecretShape,
)

routes = Routes("Partner: webhooks", Place.PARTNER, for_machines=True)
secrets = Routes("Partner: webhook secrets", Place.PARTNER)
_APP = "/partners/{partner_id}/apps/{app_id}"
_MANAGE = Permission.PARTNER_CLIENTS_MANAGE


@routes.reads(f"{_APP}/endpoints", Page[EndpointShape], Permission.PARTNER_VIEW)
def list_endpoints(request: Request, partner_id: str, app_id: str) -> Page[EndpointShape]:
    """Every callback address that something was sent to, those that fail first."""
    return whole(list_endpoint_health(get_app(request.caller.member, app_id)), EndpointShape.of)


@routes.does(f"{_APP}/endpoints/{{endpoint_id}}/resume", EndpointShape, Permission.PARTNER_APPS_EDIT)
def resume(request: Request, partner_id: str, app_id: str, endpoint_id: str) -> EndpointShape:
    """Sends a probe to a paused or gone address now; when it arrives, everything that waits follows."""
    app = get_app(request.caller.member, app_id)
    endpoint = resume_endpoint(actor=request.caller.actor, endpoint=get_endpoint(app, endpoint_id))
    return next(EndpointShape.of(each) for each in list_endpoint_health(app) if each.endpoint.pk == endpoint.pk)


@secrets.reads(f"{_APP}/webhook-secrets", Page[WebhookSecretShape], _MANAGE)
def list_secrets(request: Request, partner_id: str, app_id: str) -> Page[WebhookSecretShape]:
    """The secrets that sign the app's events now: two at most."""
    by = request.caller.member
    return whole(list_webhook_secrets(by, get_app(by, app_id)), WebhookSecretShape.of)


@secrets.creates(f"{_APP}/webhook-secrets", NewWebhookSecretShape, _MANAGE)
def create_secret(request: Request, partner_id: str, app_id: str) -> NewWebhookSecretShape:
    """Makes a secret, the first or the next. The one before it goes on signing for a week."""
    by = request.caller.member
    row, text = rotate_webhook_secret(actor=request.caller.actor, by=by, app=get_app(by, app_id))
    return NewWebhookSecretShape(**WebhookSecretShape.of(row).model_dump(), secret=text)


@secrets.removes(f"{_APP}/webhook-secrets/{{secret_id}}", _MANAGE)
def end_secret(request: Request, partner_id: str, app_id: str, secret_id: str) -> None:
    """Nothing more is signed with this secret from now on."""
    by = request.caller.member
    end_webhook_secret(actor=request.caller.actor, by=by, app=get_app(by, app_id), secret_id=secret_id)
