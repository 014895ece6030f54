"""Everything that happened to one app of the account."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from fondaco.installs.grants import find_grant_in_force
from fondaco.messaging.timeline import Side
from fondaco.surfaces.console.views.installation import manage
from fondaco.surfaces.site.access import signed_in
from fondaco.surfaces.site.timeline import timeline_page
from fondaco.surfaces.site.viewer import HouseRequest


@never_cache
@signed_in
@require_safe
def show(request: HouseRequest, installation_id: str) -> HttpResponse:
    """For those who manage it."""
    installation = manage(request, installation_id).installation
    page = timeline_page(request, installation, Side.CUSTOMER)
    context = {"installation": installation, "page": page, "grant": find_grant_in_force(installation)}
    return render(request, "console/timeline.html", context)
