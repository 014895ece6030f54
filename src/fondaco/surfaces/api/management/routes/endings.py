"""The ends of apps and versions: retired by their partner, cleared and force-uninstalled by the operator."""

from __future__ import annotations

from typing import Any

from fondaco.accounts.permissions import Permission
from fondaco.catalog.queries import get_app, get_version
from fondaco.installs import actions
from fondaco.installs.endings import get_ending, list_endings
from fondaco.installs.queries import get_for_removal
from fondaco.surfaces.api.management.door import Place, Request, Routes
from fondaco.surfaces.api.management.pages import ranked_page
from fondaco.surfaces.api.management.shapes.apps import AppShape, VersionShape
from fondaco.surfaces.api.management.shapes.fields import Cursor, Limit, Page
from fondaco.surfaces.api.management.shapes.installations import SupportInstallationShape
from fondaco.surfaces.api.management.shapes.lifecycle import (
    ClearanceBody,
    EndingDetailsShape,
    EndingShape,
    RemovalBody,
)

routes = Routes("Partner: ends", Place.PARTNER)
operator_routes = Routes("Operator: ends", Place.OPERATOR)

_STAFF = (Permission.OPERATOR_SUPPORT, Permission.OPERATOR_PARTNERS)


@routes.does("/partners/{partner_id}/apps/{app_id}/retire", AppShape, Permission.PARTNER_APPS_TRANSFER)
def retire_app(request: Request, partner_id: str, app_id: str) -> AppShape:
    """Ends an app for good that is installed nowhere."""
    by = request.caller.member
    actions.retire_app(actor=request.caller.actor, by=by, app=get_app(by, app_id))
    return AppShape.of(get_app(by, app_id))


@routes.does("/partners/{partner_id}/versions/{version_id}/retire", VersionShape, Permission.PARTNER_APPS_TRANSFER)
def retire_version(request: Request, partner_id: str, version_id: str) -> VersionShape:
    """Ends a deprecated version for good that is installed nowhere."""
    by = request.caller.member
    actions.retire_version(actor=request.caller.actor, by=by, version=get_version(by, version_id))
    return VersionShape.of(get_version(by, version_id))


@operator_routes.reads("/operator/endings", Page[EndingShape], *_STAFF)
def list_version_endings(request: Request, cursor: Cursor = None, limit: Limit = 20) -> Page[EndingShape]:
    """Deprecated versions with a last day, the next one first."""
    return ranked_page(list_endings(request.caller.operator), _ending, cursor=cursor, limit=limit)


@operator_routes.reads("/operator/endings/{version_id}", EndingDetailsShape, *_STAFF)
def get_version_ending(request: Request, version_id: str) -> EndingDetailsShape:
    """One of them, with how far the removal of what is left is."""
    return EndingDetailsShape.of(get_ending(request.caller.operator, version_id))


@operator_routes.does("/operator/endings/{version_id}/clear", EndingDetailsShape, *_STAFF)
def clear_version(request: Request, version_id: str, body: ClearanceBody) -> EndingDetailsShape:
    """Removes an ended version from every account that still has it, in the background."""
    by = request.caller.operator
    ending = get_ending(by, version_id)
    actions.clear_version(actor=request.caller.actor, by=by, version=ending.version, **body.model_dump())
    return EndingDetailsShape.of(get_ending(by, version_id))


@operator_routes.does("/operator/installations/{installation_id}/force-uninstall", SupportInstallationShape, *_STAFF)
def force_uninstall_for_account(request: Request, installation_id: str, body: RemovalBody) -> SupportInstallationShape:
    """Removes an app from an account at once, whatever its state."""
    by = request.caller.operator
    installation = get_for_removal(by, installation_id)
    actions.force_uninstall_app(actor=request.caller.actor, by=by, installation=installation, reason=body.reason)
    return SupportInstallationShape.of(get_for_removal(by, installation_id))


def _ending(version: Any) -> EndingShape:
    return EndingShape(
        version_id=version.pk.hex,
        version=version.name,
        app=version.app.name,
        partner=version.app.partner.name,
        ends_on=version.ends_on,
        left=version.left,
    )
