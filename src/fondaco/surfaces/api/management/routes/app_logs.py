"""What happened to a partner's app, and what was sent to its program, also as a test and once more."""

from __future__ import annotations

from ninja import Query

from fondaco.accounts.permissions import Permission
from fondaco.catalog.queries import get_app, get_version, list_app_events
from fondaco.messaging.endpoints import list_endpoint_health
from fondaco.messaging.logs import (
    get_endpoint,
    get_sample,
    get_sent,
    list_logout_tokens,
    list_samples,
    list_sent,
)
from fondaco.messaging.replaying import replay, replay_one, try_endpoint
from fondaco.messaging.samples import send_sample
from fondaco.surfaces.api.management.door import Place, Request, Routes
from fondaco.surfaces.api.management.pages import page, whole
from fondaco.surfaces.api.management.shapes.app_logs import (
    AppDeliveryShape,
    AppLogoutDeliveryShape,
    ChosenQuery,
    EndpointShape,
    LogoutQuery,
    ReplayBody,
    ReplayShape,
    SampleBody,
    TestEventShape,
    WholeDeliveryShape,
)
from fondaco.surfaces.api.management.shapes.fields import Cursor, Limit, Page
from fondaco.surfaces.api.management.shapes.installations import EventShape

routes = Routes("Partner: app logs", Place.PARTNER, for_machines=True)


@routes.reads("/partners/{partner_id}/apps/{app_id}/events", Page[EventShape], Permission.PARTNER_VIEW)
def list_app_log(
    request: Request, partner_id: str, app_id: str, cursor: Cursor = None, limit: Limit = 20
) -> Page[EventShape]:
    """What happened to the app and its versions, newest first."""
    found = list_app_events(get_app(request.caller.member, app_id))
    return page(found, EventShape.of, cursor=cursor, limit=limit, order="-id")


@routes.reads("/partners/{partner_id}/apps/{app_id}/deliveries", Page[AppDeliveryShape], Permission.PARTNER_VIEW)
def list_deliveries_to_app(
    request: Request,
    partner_id: str,
    app_id: str,
    chosen: Query[ChosenQuery],
    cursor: Cursor = None,
    limit: Limit = 20,
) -> Page[AppDeliveryShape]:
    """The events that were sent to the app's program, newest first, with every try: all, or those that are chosen.

    `account` is an id or a name; `since` and `until` are about when the event was written.
    """
    found = list_sent(get_app(request.caller.member, app_id), chosen.chosen)
    return page(found, AppDeliveryShape.of, cursor=cursor, limit=limit, order="-message")


@routes.reads(
    "/partners/{partner_id}/apps/{app_id}/logout-deliveries", Page[AppLogoutDeliveryShape], Permission.PARTNER_VIEW
)
def list_logout_deliveries_to_app(
    request: Request,
    partner_id: str,
    app_id: str,
    chosen: Query[LogoutQuery],
    cursor: Cursor = None,
    limit: Limit = 20,
) -> Page[AppLogoutDeliveryShape]:
    """The OpenID logout tokens that were sent to the app's program, newest first, with every try."""
    found = list_logout_tokens(get_app(request.caller.member, app_id), status=chosen.status)
    return page(found, AppLogoutDeliveryShape.of, cursor=cursor, limit=limit, order="-id")


@routes.reads("/partners/{partner_id}/deliveries/{event_id}", WholeDeliveryShape, Permission.PARTNER_VIEW)
def get_delivery_to_app(request: Request, partner_id: str, event_id: str) -> WholeDeliveryShape:
    """One delivery in full: the event without its secrets, and every try with what was answered."""
    return WholeDeliveryShape.of(get_sent(request.caller.member, event_id))


@routes.does("/partners/{partner_id}/deliveries/{event_id}/replay", WholeDeliveryShape, Permission.PARTNER_APPS_EDIT)
def replay_delivery(request: Request, partner_id: str, event_id: str) -> WholeDeliveryShape:
    """Sends one event again, with the same id and bytes; one that waits for its next try is sent at once."""
    by = request.caller.member
    replay_one(actor=request.caller.actor, by=by, delivery=get_sent(by, event_id))
    return WholeDeliveryShape.of(get_sent(by, event_id))


@routes.does("/partners/{partner_id}/apps/{app_id}/deliveries/replay", ReplayShape, Permission.PARTNER_APPS_EDIT)
def replay_deliveries(request: Request, partner_id: str, app_id: str, body: ReplayBody) -> ReplayShape:
    """Sends again what is chosen, the oldest first, at most 500 at once; what cannot be sent is left out."""
    by = request.caller.member
    return ReplayShape.of(replay(actor=request.caller.actor, by=by, app=get_app(by, app_id), chosen=body.chosen))


@routes.reads("/partners/{partner_id}/apps/{app_id}/endpoints", Page[EndpointShape], Permission.PARTNER_VIEW)
def list_callback_addresses(request: Request, partner_id: str, app_id: str) -> Page[EndpointShape]:
    """How each of the app's callback addresses does, the unwell ones first."""
    return whole(list_endpoint_health(get_app(request.caller.member, app_id)), EndpointShape.of)


@routes.does("/partners/{partner_id}/endpoints/{endpoint_id}/try", None, Permission.PARTNER_APPS_EDIT)
def try_callback_address(request: Request, partner_id: str, endpoint_id: str) -> None:
    """Sends a probe now to an address that is paused or gone; what waits follows when it is taken."""
    by = request.caller.member
    try_endpoint(actor=request.caller.actor, by=by, endpoint=get_endpoint(by, endpoint_id))


@routes.reads("/partners/{partner_id}/versions/{version_id}/test-events", Page[TestEventShape], Permission.PARTNER_VIEW)
def list_test_events(request: Request, partner_id: str, version_id: str) -> Page[TestEventShape]:
    """The latest test events that were sent to the version's callback address, newest first."""
    return whole(list_samples(get_version(request.caller.member, version_id)), TestEventShape.of)


@routes.reads("/partners/{partner_id}/test-events/{test_event_id}", TestEventShape, Permission.PARTNER_VIEW)
def get_test_event(request: Request, partner_id: str, test_event_id: str) -> TestEventShape:
    """One test event, and what was answered once it was posted."""
    return TestEventShape.of(get_sample(request.caller.member, test_event_id))


@routes.creates(
    "/partners/{partner_id}/versions/{version_id}/test-events", TestEventShape, Permission.PARTNER_APPS_EDIT
)
def send_test_event(request: Request, partner_id: str, version_id: str, body: SampleBody) -> TestEventShape:
    """Sends a test event of a kind to the version's callback address: signed, and marked with `is_test`."""
    by = request.caller.member
    version = get_version(by, version_id)
    return TestEventShape.of(send_sample(actor=request.caller.actor, by=by, version=version, type=body.type))
