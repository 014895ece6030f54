"""Opening an app, or the page that says why it does not open and whom to ask."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from fondaco.installs.actions import record_launch
from fondaco.installs.errors import LaunchRefused
from fondaco.installs.offers import list_installers
from fondaco.installs.policies import can_manage
from fondaco.installs.queries import get_for_launch
from fondaco.kit.errors import Forbidden
from fondaco.surfaces.site.access import signed_in
from fondaco.surfaces.site.viewer import HouseRequest, PlaceKind


@never_cache
@signed_in
@require_safe
def launch(request: HouseRequest, installation_id: str) -> HttpResponse:
    """Sends the browser to the app, which signs the person in by the code flow without another click."""
    place = request.viewer.enter(PlaceKind.ACCOUNT)
    if place is None or place.user is None:
        raise Forbidden
    user = place.user
    installation = get_for_launch(user, installation_id)
    try:
        address = record_launch(actor=request.viewer.actor, user=user, installation=installation)
    except LaunchRefused as refusal:
        context = {
            "installation": installation,
            "refusal": refusal,
            "people": list_installers(user.account_id)[:5],
            "is_manager": can_manage(user),
            "place": place,
        }
        return render(request, "console/launch_refused.html", context, status=HTTPStatus.FORBIDDEN)
    return HttpResponseRedirect(address)
