"""Deliveries of any app for the platform's staff: looking, sending again, and the keys that sign."""

from __future__ import annotations

from ninja import Query

from fondaco.accounts.permissions import Permission
from fondaco.messaging.endpoints import list_endpoint_health, list_unwell
from fondaco.messaging.logs import (
    get_app_for_support,
    get_endpoint_for_support,
    get_sent_for_support,
    list_logout_tokens,
    list_sent,
)
from fondaco.messaging.replaying import replay_for_support, replay_one_for_support, try_endpoint_for_support
from fondaco.messaging.signing_keys import list_keys, rotate_by_hand
from fondaco.surfaces.api.management.door import Place, Request, Routes
from fondaco.surfaces.api.management.pages import page, whole
from fondaco.surfaces.api.management.shapes.app_logs import (
    AppDeliveryShape,
    AppLogoutDeliveryShape,
    ChosenQuery,
    EndpointShape,
    LogoutQuery,
    ReplayShape,
    WholeDeliveryShape,
)
from fondaco.surfaces.api.management.shapes.deliveries import (
    RotateKeyBody,
    SendAgainBody,
    SigningKeyShape,
    SupportReplayBody,
    UnwellEndpointShape,
)
from fondaco.surfaces.api.management.shapes.fields import Cursor, Limit, Page

routes = Routes("Operator: deliveries", Place.OPERATOR)


@routes.reads("/operator/apps/{app_id}/deliveries", Page[AppDeliveryShape], Permission.OPERATOR_SUPPORT)
def list_deliveries_for_support(
    request: Request, app_id: str, chosen: Query[ChosenQuery], cursor: Cursor = None, limit: Limit = 20
) -> Page[AppDeliveryShape]:
    """The events that were sent to any app's program, newest first, with every try: all, or those that are chosen."""
    found = list_sent(get_app_for_support(request.caller.operator, app_id), chosen.chosen)
    return page(found, AppDeliveryShape.of, cursor=cursor, limit=limit, order="-message")


@routes.reads("/operator/apps/{app_id}/logout-deliveries", Page[AppLogoutDeliveryShape], Permission.OPERATOR_SUPPORT)
def list_logout_deliveries_for_support(
    request: Request, app_id: str, chosen: Query[LogoutQuery], cursor: Cursor = None, limit: Limit = 20
) -> Page[AppLogoutDeliveryShape]:
    """The OpenID logout tokens that were sent to any app's program, newest first, with every try."""
    found = list_logout_tokens(get_app_for_support(request.caller.operator, app_id), status=chosen.status)
    return page(found, AppLogoutDeliveryShape.of, cursor=cursor, limit=limit, order="-id")


@routes.reads("/operator/deliveries/{event_id}", WholeDeliveryShape, Permission.OPERATOR_SUPPORT)
def get_delivery_for_support(request: Request, event_id: str) -> WholeDeliveryShape:
    """Any delivery in full."""
    return WholeDeliveryShape.of(get_sent_for_support(request.caller.operator, event_id))


@routes.reads("/operator/apps/{app_id}/endpoints", Page[EndpointShape], Permission.OPERATOR_SUPPORT)
def list_callback_addresses_for_support(request: Request, app_id: str) -> Page[EndpointShape]:
    """How each callback address of any app does, the unwell ones first."""
    return whole(list_endpoint_health(get_app_for_support(request.caller.operator, app_id)), EndpointShape.of)


@routes.reads("/operator/endpoints", Page[UnwellEndpointShape], Permission.OPERATOR_SUPPORT)
def list_unwell_addresses(request: Request) -> Page[UnwellEndpointShape]:
    """Callback addresses of any app that take no events now; those where nothing arrives at all come first."""
    return whole(list_unwell(request.caller.operator), UnwellEndpointShape.of)


@routes.does("/operator/deliveries/{event_id}/replay", WholeDeliveryShape, Permission.OPERATOR_SUPPORT)
def replay_delivery_for_support(request: Request, event_id: str, body: SendAgainBody) -> WholeDeliveryShape:
    """Sends one event of any app again, with the same id and bytes."""
    by = request.caller.operator
    delivery = get_sent_for_support(by, event_id)
    replay_one_for_support(actor=request.caller.actor, by=by, delivery=delivery, reason=body.reason)
    return WholeDeliveryShape.of(get_sent_for_support(by, event_id))


@routes.does("/operator/apps/{app_id}/deliveries/replay", ReplayShape, Permission.OPERATOR_SUPPORT)
def replay_deliveries_for_support(request: Request, app_id: str, body: SupportReplayBody) -> ReplayShape:
    """Sends again what is chosen of any app, the oldest first, at most 500 at once."""
    by = request.caller.operator
    app = get_app_for_support(by, app_id)
    return ReplayShape.of(
        replay_for_support(actor=request.caller.actor, by=by, app=app, chosen=body.chosen, reason=body.reason)
    )


@routes.does("/operator/endpoints/{endpoint_id}/try", None, Permission.OPERATOR_SUPPORT)
def try_callback_address_for_support(request: Request, endpoint_id: str) -> None:
    """Sends a probe now to any address that is paused or gone."""
    by = request.caller.operator
    try_endpoint_for_support(actor=request.caller.actor, by=by, endpoint=get_endpoint_for_support(by, endpoint_id))


@routes.reads("/operator/signing-keys", Page[SigningKeyShape], Permission.OPERATOR_ACCESS_REVOKE)
def list_signing_keys(request: Request) -> Page[SigningKeyShape]:
    """The platform's keys that receivers can still fetch, the newest first."""
    return whole(list_keys(request.caller.operator), SigningKeyShape.of)


@routes.does("/operator/signing-keys/rotate", Page[SigningKeyShape], Permission.OPERATOR_ACCESS_REVOKE)
def rotate_signing_key(request: Request, body: RotateKeyBody) -> Page[SigningKeyShape]:
    """Signs with a new key from now on; what the old one signed stays valid, and partners get a mail."""
    by = request.caller.operator
    rotate_by_hand(actor=request.caller.actor, by=by, algorithm=body.algorithm, reason=body.reason)
    return whole(list_keys(by), SigningKeyShape.of)
