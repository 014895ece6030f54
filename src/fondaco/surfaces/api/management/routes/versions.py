"""Versions of an app, and the content of their two tracks."""

from __future__ import annotations

from fondaco.accounts.permissions import Permission
from fondaco.catalog import actions, comparison
from fondaco.catalog.queries import get_app, get_version, get_versions, list_history, predecessor
from fondaco.surfaces.api.management.door import Place, Request, Routes
from fondaco.surfaces.api.management.pages import whole
from fondaco.surfaces.api.management.shapes.apps import (
    DeprecationBody,
    DifferenceShape,
    ListingBody,
    TechnicalBody,
    VersionBody,
    VersionShape,
)
from fondaco.surfaces.api.management.shapes.fields import Page, WireId
from fondaco.surfaces.api.management.shapes.installations import EventShape

routes = Routes("Partner: versions", Place.PARTNER, for_machines=True)


@routes.creates("/partners/{partner_id}/apps/{app_id}/versions", VersionShape, Permission.PARTNER_APPS_EDIT)
def create_version(request: Request, partner_id: str, app_id: str, body: VersionBody) -> VersionShape:
    """Begins a version at any time: a copy of ``copy_from``, or of the newest one."""
    by = request.caller.member
    source = get_version(by, body.copy_from) if body.copy_from else None
    version = actions.create_version(
        actor=request.caller.actor, by=by, app=get_app(by, app_id), name=body.name, source=source
    )
    return VersionShape.of(get_version(by, version.pk.hex))


@routes.reads("/partners/{partner_id}/versions/{version_id}", VersionShape, Permission.PARTNER_VIEW)
def get_partner_version(request: Request, partner_id: str, version_id: str) -> VersionShape:
    """One version with all its content, and what each track still needs."""
    return VersionShape.of(get_version(request.caller.member, version_id))


@routes.replaces("/partners/{partner_id}/versions/{version_id}/technical", VersionShape, Permission.PARTNER_APPS_EDIT)
def edit_technical(request: Request, partner_id: str, version_id: str, body: TechnicalBody) -> VersionShape:
    """Saves all technical content. A draft may be incomplete; what is given must be right."""
    by = request.caller.member
    actions.edit_technical(
        actor=request.caller.actor,
        by=by,
        version=get_version(by, version_id),
        revision=body.revision,
        fields=body.fields(),
    )
    return VersionShape.of(get_version(by, version_id))


@routes.replaces("/partners/{partner_id}/versions/{version_id}/listing", VersionShape, Permission.PARTNER_LISTING_EDIT)
def edit_listing(request: Request, partner_id: str, version_id: str, body: ListingBody) -> VersionShape:
    """Saves all listing content but plans and screenshots."""
    by = request.caller.member
    actions.edit_listing(
        actor=request.caller.actor,
        by=by,
        version=get_version(by, version_id),
        revision=body.revision,
        fields=body.fields(),
    )
    return VersionShape.of(get_version(by, version_id))


@routes.does("/partners/{partner_id}/versions/{version_id}/make-available", VersionShape, Permission.PARTNER_PUBLISH)
def make_available(request: Request, partner_id: str, version_id: str) -> VersionShape:
    """Makes an approved version available. The answer shows where both tracks stand now."""
    by = request.caller.member
    actions.make_available(actor=request.caller.actor, by=by, version=get_version(by, version_id))
    return VersionShape.of(get_version(by, version_id))


@routes.does("/partners/{partner_id}/versions/{version_id}/deprecate", VersionShape, Permission.PARTNER_PUBLISH)
def deprecate_version(request: Request, partner_id: str, version_id: str, body: DeprecationBody) -> VersionShape:
    """Takes a version out of the marketplace; again, it changes what was announced. Installations go on."""
    by = request.caller.member
    actions.deprecate_version(
        actor=request.caller.actor,
        by=by,
        version=get_version(by, version_id),
        reason=body.reason,
        ends_on=body.ends_on,
    )
    return VersionShape.of(get_version(by, version_id))


@routes.reads("/partners/{partner_id}/versions/{version_id}/compare", Page[DifferenceShape], Permission.PARTNER_VIEW)
def compare_versions(
    request: Request, partner_id: str, version_id: str, before: WireId | None = None
) -> Page[DifferenceShape]:
    """What this version changes of another one of the app, by default of the one that customers had before."""
    by = request.caller.member
    app = get_app(by, get_version(by, version_id).app_id.hex)
    versions = list(app.versions.all())
    after = next(version for version in versions if version.pk.hex == version_id)
    found = get_versions(by, app, before or predecessor(after, versions).pk.hex, version_id)
    return whole(comparison.compare_versions(*found), DifferenceShape.of)


@routes.reads("/partners/{partner_id}/versions/{version_id}/history", Page[EventShape], Permission.PARTNER_VIEW)
def list_version_history(request: Request, partner_id: str, version_id: str) -> Page[EventShape]:
    """The latest fifty things that happened to a version."""
    return whole(list_history(get_version(request.caller.member, version_id), by=request.caller.member), EventShape.of)
