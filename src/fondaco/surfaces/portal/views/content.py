"""Editing the two contents of a version."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from fondaco.accounts.permissions import Permission
from fondaco.catalog.states import Part
from fondaco.surfaces.portal.editing import edit
from fondaco.surfaces.portal.sheets import open_sheet
from fondaco.surfaces.site.access import requires
from fondaco.surfaces.site.viewer import HouseRequest


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PARTNER_APPS_EDIT)
def technical(request: HouseRequest, version_id: str) -> HttpResponse:
    """How the platform and the app talk to each other."""
    return edit(request, open_sheet(request.viewer.member, Part.TECHNICAL, version_id))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PARTNER_LISTING_EDIT)
def listing(request: HouseRequest, version_id: str) -> HttpResponse:
    """What customers read in the marketplace."""
    return edit(request, open_sheet(request.viewer.member, Part.LISTING, version_id))
