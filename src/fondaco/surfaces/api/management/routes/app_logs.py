"""What happened to a partner's app, and what was sent to its program."""

from __future__ import annotations

from fondaco.accounts.permissions import Permission
from fondaco.catalog.queries import get_app, list_app_events
from fondaco.messaging.queries import list_deliveries_of_app
from fondaco.surfaces.api.management.door import Place, Request, Routes
from fondaco.surfaces.api.management.pages import page
from fondaco.surfaces.api.management.shapes.app_logs import AppDeliveryShape
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
    request: Request, partner_id: str, app_id: str, cursor: Cursor = None, limit: Limit = 20
) -> Page[AppDeliveryShape]:
    """The events that were sent to the app's program for any installation, newest first, with every try."""
    found = list_deliveries_of_app(get_app(request.caller.member, app_id))
    return page(found, AppDeliveryShape.of, cursor=cursor, limit=limit, order="-message")
