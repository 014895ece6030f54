"""The timeline of an installation: the same for customer, partner and support, each seeing their part."""

from __future__ import annotations

from uuid import UUID

from fondaco.accounts.permissions import Permission
from fondaco.installs.models import Installation
from fondaco.installs.queries import get_for_support, get_installation, get_of_partner
from fondaco.messaging.timeline import Side, read_timeline
from fondaco.surfaces.api.management.door import Place, Request, Routes
from fondaco.surfaces.api.management.shapes.fields import Limit, Page, WireId
from fondaco.surfaces.api.management.shapes.timeline import EntryShape

routes = Routes("Account: apps", Place.ACCOUNT)
partner_routes = Routes("Partner: apps", Place.PARTNER)
operator_routes = Routes("Operator: installations", Place.OPERATOR)

_MANAGERS = (Permission.APPS_MANAGE, Permission.APPS_INSTALL)


@routes.reads("/accounts/{account_id}/installations/{installation_id}/timeline", Page[EntryShape], *_MANAGERS)
def read_account_timeline(
    request: Request, account_id: str, installation_id: str, cursor: WireId | None = None, limit: Limit = 20
) -> Page[EntryShape]:
    """Everything that happened to an app of the account, newest first."""
    installation = get_installation(request.caller.user, installation_id).installation
    return _page(installation, Side.CUSTOMER, cursor, limit)


@partner_routes.reads(
    "/partners/{partner_id}/installations/{installation_id}/timeline", Page[EntryShape], Permission.PARTNER_VIEW
)
def read_partner_timeline(
    request: Request, partner_id: str, installation_id: str, cursor: WireId | None = None, limit: Limit = 20
) -> Page[EntryShape]:
    """The same for an installation of one of the partner's apps, without the names of the customer's people."""
    return _page(get_of_partner(request.caller.member, installation_id), Side.PARTNER, cursor, limit)


@operator_routes.reads(
    "/operator/installations/{installation_id}/timeline", Page[EntryShape], Permission.OPERATOR_SUPPORT
)
def read_timeline_for_support(
    request: Request, installation_id: str, cursor: WireId | None = None, limit: Limit = 20
) -> Page[EntryShape]:
    """The same for any installation, with the reasons that staff noted."""
    return _page(get_for_support(request.caller.operator, installation_id), Side.STAFF, cursor, limit)


def _page(installation: Installation, side: Side, cursor: str | None, limit: int) -> Page[EntryShape]:
    before = UUID(hex=cursor) if cursor else None
    entries, following = read_timeline(installation, side, limit=limit, before=before)
    return Page(items=[EntryShape.of(entry) for entry in entries], next_cursor=following.hex if following else None)
