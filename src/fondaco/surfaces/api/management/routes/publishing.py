"""When a version goes live, and taking it out of the marketplace for a while."""

from __future__ import annotations

from fondaco.accounts.permissions import Permission
from fondaco.catalog import actions
from fondaco.catalog.queries import find_plan, get_version
from fondaco.surfaces.api.management.door import Place, Request, Routes
from fondaco.surfaces.api.management.shapes.publishing import PublicationShape, ScheduleBody, UnlistBody

routes = Routes("Partner: publishing", Place.PARTNER)


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
    return PublicationShape.of(version, find_plan(version))
