"""Getting help from an account; what the pages show is the same as for partners."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fondaco.accounts.permissions import Permission
from fondaco.surfaces.site.access import requires
from fondaco.surfaces.site.support import pages
from fondaco.surfaces.site.viewer import HouseRequest

_METHODS = ["GET", "HEAD", "POST"]


@requires(Permission.SUPPORT_ASK)
@require_safe
def show_all(request: HouseRequest) -> HttpResponse:
    """The account's tickets."""
    return pages.show_all(request, "console", request.viewer.user)


@never_cache
@requires(Permission.SUPPORT_ASK)
@require_http_methods(_METHODS)
def ask(request: HouseRequest) -> HttpResponse:
    """The form, filled in from the page that the viewer comes from."""
    return pages.ask(request, "console", request.viewer.user)


@requires(Permission.SUPPORT_ASK)
@require_http_methods(_METHODS)
def show(request: HouseRequest, ticket_id: str) -> HttpResponse:
    """One thread, and writing in it."""
    return pages.show(request, "console", request.viewer.user, ticket_id)


@requires(Permission.SUPPORT_ASK)
@require_POST
def solve(request: HouseRequest, ticket_id: str) -> HttpResponse:
    """It is over for the account."""
    return pages.solve(request, "console", request.viewer.user, ticket_id)
