"""Where a partner's apps are installed, and new credentials for those installations."""

from __future__ import annotations

from fondaco.accounts.permissions import Permission
from fondaco.catalog.queries import get_app
from fondaco.identity.queries import list_credentials
from fondaco.installs.actions import rotate_credentials
from fondaco.installs.models import Installation
from fondaco.installs.queries import get_of_partner, list_of_app
from fondaco.surfaces.api.management.door import Place, Request, Routes
from fondaco.surfaces.api.management.pages import page, whole
from fondaco.surfaces.api.management.shapes.access import CustomerShape, RotateBody
from fondaco.surfaces.api.management.shapes.clients import ClientSetShape
from fondaco.surfaces.api.management.shapes.fields import Cursor, Limit, Page

routes = Routes("Partner: installations", Place.PARTNER)


@routes.reads("/partners/{partner_id}/apps/{app_id}/installations", Page[CustomerShape], Permission.PARTNER_VIEW)
def list_installations_of_app(
    request: Request, partner_id: str, app_id: str, cursor: Cursor = None, limit: Limit = 20
) -> Page[CustomerShape]:
    """The accounts that have, or had, the app; newest first."""
    by = request.caller.member
    return page(list_of_app(by, get_app(by, app_id)), CustomerShape.of, cursor=cursor, limit=limit)


@routes.reads(
    "/partners/{partner_id}/installations/{installation_id}/credentials",
    Page[ClientSetShape],
    Permission.PARTNER_VIEW,
)
def list_credentials_of_customer(request: Request, partner_id: str, installation_id: str) -> Page[ClientSetShape]:
    """The sets of one installation, newest first, without their secrets."""
    return _sets(get_of_partner(request.caller.member, installation_id))


@routes.does(
    "/partners/{partner_id}/installations/{installation_id}/credentials/rotate",
    Page[ClientSetShape],
    Permission.PARTNER_CLIENTS_MANAGE,
)
def rotate_credentials_of_customer(
    request: Request, partner_id: str, installation_id: str, body: RotateBody
) -> Page[ClientSetShape]:
    """Sends the app's program new credentials by event, with seven days of overlap or by force."""
    by = request.caller.member
    installation = get_of_partner(by, installation_id)
    rotate_credentials(actor=request.caller.actor, by=by, installation=installation, **body.model_dump())
    return _sets(installation)


def _sets(installation: Installation) -> Page[ClientSetShape]:
    return whole(list_credentials(installation.client), ClientSetShape.of)
