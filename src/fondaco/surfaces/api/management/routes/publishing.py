"""When a version goes live, and taking it out of the marketplace for a while."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from fondaco.accounts.permissions import Permission
from fondaco.catalog import actions
from fondaco.catalog.queries import get_version
from fondaco.review.queries import list_own_projects
from fondaco.surfaces.api.management.door import Place, Request, Routes
from fondaco.surfaces.api.management.pages import ranked_page
from fondaco.surfaces.api.management.shapes.fields import Cursor, Limit, Page
from fondaco.surfaces.api.management.shapes.publishing import ProjectShape, PublicationShape, ScheduleBody, UnlistBody

routes = Routes("Partner: publishing", Place.PARTNER, for_machines=True)


@routes.reads("/partners/{partner_id}/projects", Page[ProjectShape], Permission.PARTNER_VIEW)
def list_partner_projects(
    request: Request,
    partner_id: str,
    text: Annotated[str, Field(max_length=50)] = "",
    cursor: Cursor = None,
    limit: Limit = 20,
) -> Page[ProjectShape]:
    """The partner's apps with what each waits for, the most pressing first."""
    by = request.caller.member
    return ranked_page(list_own_projects(by, text=text), ProjectShape.of, cursor=cursor, limit=limit)


@routes.reads("/partners/{partner_id}/versions/{version_id}/publication", PublicationShape, Permission.PARTNER_VIEW)
def get_publication(request: Request, partner_id: str, version_id: str) -> PublicationShape:
    """Where a version stands in the marketplace: both states, a time that is set or failed, whether it is kept out."""
    return _show(request, version_id)


@routes.does(
    "/partners/{partner_id}/versions/{version_id}/publication/schedule", PublicationShape, Permission.PARTNER_PUBLISH
)
def schedule_publication(request: Request, partner_id: str, version_id: str, body: ScheduleBody) -> PublicationShape:
    """Sets the time at which an approved version is made available; again, it changes it."""
    by = request.caller.member
    version = get_version(by, version_id)
    actions.schedule_publication(actor=request.caller.actor, by=by, version=version, due_at=body.due_at)
    return _show(request, version_id)


@routes.does(
    "/partners/{partner_id}/versions/{version_id}/publication/cancel", PublicationShape, Permission.PARTNER_PUBLISH
)
def cancel_publication(request: Request, partner_id: str, version_id: str) -> PublicationShape:
    """Takes the set time back; the version stays approved."""
    by = request.caller.member
    actions.cancel_publication(actor=request.caller.actor, by=by, version=get_version(by, version_id))
    return _show(request, version_id)


@routes.does("/partners/{partner_id}/versions/{version_id}/unlist", PublicationShape, Permission.PARTNER_PUBLISH)
def unlist_version(request: Request, partner_id: str, version_id: str, body: UnlistBody) -> PublicationShape:
    """Takes an available version out of the marketplace for a while; who would have installed it reads ``reason``."""
    by = request.caller.member
    version = get_version(by, version_id)
    actions.unlist_version(actor=request.caller.actor, by=by, version=version, reason=body.reason)
    return _show(request, version_id)


@routes.does("/partners/{partner_id}/versions/{version_id}/relist", PublicationShape, Permission.PARTNER_PUBLISH)
def relist_version(request: Request, partner_id: str, version_id: str) -> PublicationShape:
    """Brings it back; a listing that was approved meanwhile appears now."""
    by = request.caller.member
    actions.relist_version(actor=request.caller.actor, by=by, version=get_version(by, version_id))
    return _show(request, version_id)


def _show(request: Request, version_id: str) -> PublicationShape:
    version = get_version(request.caller.member, version_id)
    return PublicationShape.of(version, version.plan)
