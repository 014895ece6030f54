"""What customers are offered; the platform takes a version out, and lets it in again."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from fondaco.accounts.permissions import Permission
from fondaco.catalog import actions
from fondaco.catalog.queries import get_any_version, list_offered_versions
from fondaco.surfaces.api.management.door import Place, Request, Routes
from fondaco.surfaces.api.management.pages import ranked_page
from fondaco.surfaces.api.management.shapes.fields import Cursor, Limit, Page
from fondaco.surfaces.api.management.shapes.withholding import OfferedVersionShape, WithholdBody

routes = Routes("Operator: marketplace", Place.OPERATOR)


@routes.reads("/operator/versions", Page[OfferedVersionShape], Permission.OPERATOR_VIEW)
def list_marketplace_versions(
    request: Request, text: Annotated[str, Field(max_length=50)] = "", cursor: Cursor = None, limit: Limit = 20
) -> Page[OfferedVersionShape]:
    """Versions that are published or that the platform took out, these first; ``text`` is of the app or the partner."""
    found = list_offered_versions(request.caller.operator, text=text)
    return ranked_page(found, OfferedVersionShape.of, cursor=cursor, limit=limit)


@routes.reads("/operator/versions/{version_id}", OfferedVersionShape, Permission.OPERATOR_VIEW)
def get_marketplace_version(request: Request, version_id: str) -> OfferedVersionShape:
    """One version, offered or not."""
    return OfferedVersionShape.of(get_any_version(request.caller.operator, version_id))


@routes.does("/operator/versions/{version_id}/withhold", OfferedVersionShape, Permission.OPERATOR_PARTNERS)
def withhold_version(request: Request, version_id: str, body: WithholdBody) -> OfferedVersionShape:
    """Takes a version out of the marketplace; installations go on, and its partner is told why."""
    by = request.caller.operator
    version = get_any_version(by, version_id)
    actions.withhold_version(actor=request.caller.actor, by=by, version=version, reason=body.reason)
    return OfferedVersionShape.of(get_any_version(by, version_id))


@routes.does("/operator/versions/{version_id}/readmit", OfferedVersionShape, Permission.OPERATOR_PARTNERS)
def readmit_version(request: Request, version_id: str) -> OfferedVersionShape:
    """Lets it in again; what is returned says whether it is published."""
    by = request.caller.operator
    actions.readmit_version(actor=request.caller.actor, by=by, version=get_any_version(by, version_id))
    return OfferedVersionShape.of(get_any_version(by, version_id))
