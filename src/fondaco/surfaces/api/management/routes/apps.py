"""A partner's apps."""

from __future__ import annotations

from fondaco.accounts.permissions import Permission
from fondaco.catalog import actions
from fondaco.catalog.content import AppDetails
from fondaco.catalog.queries import get_app, list_apps
from fondaco.surfaces.api.management.door import Place, Request, Routes
from fondaco.surfaces.api.management.pages import page
from fondaco.surfaces.api.management.shapes.apps import AppBody, AppShape, DetailsBody, IconBody, RegisterBody
from fondaco.surfaces.api.management.shapes.fields import Cursor, Limit, Page

routes = Routes("Partner: apps", Place.PARTNER, for_machines=True)


@routes.reads("/partners/{partner_id}/apps", Page[AppShape], Permission.PARTNER_VIEW)
def list_partner_apps(request: Request, partner_id: str, cursor: Cursor = None, limit: Limit = 20) -> Page[AppShape]:
    """The partner's apps with their versions."""
    return page(list_apps(request.caller.member), AppShape.of, cursor=cursor, limit=limit, order="name")


@routes.creates("/partners/{partner_id}/apps", AppShape, Permission.PARTNER_APPS_EDIT)
def register_app(request: Request, partner_id: str, body: RegisterBody) -> AppShape:
    """Registers an app."""
    by = request.caller.member
    app = actions.register_app(
        actor=request.caller.actor,
        by=by,
        name=body.name,
        icon=body.icon,
        details=body.details(),
        crop=body.crop.crop() if body.crop else None,
    )
    return AppShape.of(app)


@routes.reads("/partners/{partner_id}/apps/{app_id}", AppShape, Permission.PARTNER_VIEW)
def get_partner_app(request: Request, partner_id: str, app_id: str) -> AppShape:
    """One app with its versions."""
    return AppShape.of(get_app(request.caller.member, app_id))


@routes.replaces("/partners/{partner_id}/apps/{app_id}", AppShape, Permission.PARTNER_APPS_EDIT)
def change_app(request: Request, partner_id: str, app_id: str, body: DetailsBody) -> AppShape:
    """Changes an app's own details; its address is fixed once a version was made available."""
    by = request.caller.member
    actions.change_app(
        actor=request.caller.actor,
        by=by,
        app=get_app(by, app_id),
        details=body.details(),
        revision=body.revision,
    )
    return AppShape.of(get_app(by, app_id))


@routes.replaces("/partners/{partner_id}/apps/{app_id}/icon", AppShape, Permission.PARTNER_APPS_EDIT)
def change_icon(request: Request, partner_id: str, app_id: str, body: IconBody) -> AppShape:
    """Another icon, until the first listing is submitted."""
    by = request.caller.member
    app = get_app(by, app_id)
    details = AppDetails(**{name: getattr(app, name) for name in AppBody.model_fields})
    actions.change_app(
        actor=request.caller.actor,
        by=by,
        app=app,
        details=details,
        icon=body.icon,
        crop=body.crop.crop() if body.crop else None,
    )
    return AppShape.of(get_app(by, app_id))
