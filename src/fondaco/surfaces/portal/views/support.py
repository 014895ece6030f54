"""Getting help as a partner, and helping customers; what the pages show is the same as for accounts."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fondaco.accounts.permissions import Permission
from fondaco.surfaces.site.access import requires
from fondaco.surfaces.site.support import pages
from fondaco.surfaces.site.viewer import HouseRequest

_METHODS = ["GET", "HEAD", "POST"]


@requires(Permission.PARTNER_SUPPORT)
@require_safe
def show_all(request: HouseRequest) -> HttpResponse:
    """The tickets that the partner takes part in."""
    return pages.show_all(request, "portal", request.viewer.member)


@never_cache
@requires(Permission.PARTNER_SUPPORT)
@require_http_methods(_METHODS)
def ask(request: HouseRequest) -> HttpResponse:
    """The form, filled in from the page that the viewer comes from."""
    return pages.ask(request, "portal", request.viewer.member)


@requires(Permission.PARTNER_SUPPORT)
@require_http_methods(_METHODS)
def show(request: HouseRequest, ticket_id: str) -> HttpResponse:
    """One thread, and writing in it."""
    return pages.show(request, "portal", request.viewer.member, ticket_id)


@requires(Permission.PARTNER_SUPPORT)
@require_POST
def solve(request: HouseRequest, ticket_id: str) -> HttpResponse:
    """It is over for the partner."""
    return pages.solve(request, "portal", request.viewer.member, ticket_id)
