"""What the frame around every page needs: the way home, another place, another theme."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from fondaco.kit.errors import NotFound
from fondaco.surfaces.site.access import public, signed_in
from fondaco.surfaces.site.templating import THEMES
from fondaco.surfaces.site.viewer import HouseRequest

_YEAR = 365 * 24 * 3600


@require_safe
@never_cache
@signed_in
def home(request: HouseRequest) -> HttpResponse:
    """Sends everyone to the first page of the place they are in."""
    place = request.viewer.place
    if place is None:
        request.viewer.check_way_in()
        return render(request, "site/no_place.html")
    return HttpResponseRedirect(place.home)


@require_POST
@signed_in
def switch_place(request: HouseRequest) -> HttpResponse:
    """Makes ``place`` (``kind:id``) the current one and opens its first page."""
    place = request.viewer.switch(request.POST.get("place", ""))
    if place is None:
        raise NotFound
    return HttpResponseRedirect(place.home)


@require_POST
@public
def set_theme(request: HouseRequest) -> HttpResponse:
    """Keeps the theme in a cookie and goes back; anything but a known theme means the device's own."""
    theme = request.POST.get("theme", "auto")
    response = HttpResponseRedirect(_way_back(request))
    response.set_cookie(
        "theme",
        theme if theme in THEMES else "auto",
        max_age=_YEAR,
        samesite="Lax",
        secure=request.is_secure(),
    )
    return response


def _way_back(request: HttpRequest) -> str:
    """The ``next`` field when it stays on this site, else the front door."""
    target = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if is_ours else "/"
