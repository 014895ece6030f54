"""Failed updates: what waits for staff, and mending it."""

from __future__ import annotations

from fondaco.accounts.permissions import Permission
from fondaco.installs.actions import mend_update
from fondaco.installs.mends import list_broken
from fondaco.installs.queries import get_for_support
from fondaco.installs.states import Mending
from fondaco.surfaces.api.management.door import Place, Request, Routes
from fondaco.surfaces.api.management.pages import page
from fondaco.surfaces.api.management.shapes.fields import Cursor, Limit, Page
from fondaco.surfaces.api.management.shapes.installations import SupportInstallationShape
from fondaco.surfaces.api.management.shapes.mends import BrokenShape, MendBody

routes = Routes("Operator: installations", Place.OPERATOR)


@routes.reads("/operator/failed-updates", Page[BrokenShape], Permission.OPERATOR_SUPPORT)
def list_failed_updates(request: Request, cursor: Cursor = None, limit: Limit = 20) -> Page[BrokenShape]:
    """Changes that could neither be completed nor be taken back, the oldest first."""
    return page(list_broken(request.caller.operator), BrokenShape.of, cursor=cursor, limit=limit)


@routes.does("/operator/installations/{installation_id}/mend", SupportInstallationShape, Permission.OPERATOR_SUPPORT)
def mend_failed_update(request: Request, installation_id: str, body: MendBody) -> SupportInstallationShape:
    """Ends a failed update: does again what failed, lets one of the two sides hold, or asks the partner once more."""
    by = request.caller.operator
    installation = get_for_support(by, installation_id)
    mend_update(actor=request.caller.actor, by=by, installation=installation, way=Mending(body.way), reason=body.reason)
    return SupportInstallationShape.of(get_for_support(by, installation_id))
