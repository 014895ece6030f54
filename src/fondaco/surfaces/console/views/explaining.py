"""Why somebody cannot see, install or open an app (T17)."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from fondaco.accounts.queries import get_user, list_users
from fondaco.installs.explaining import explain, find_helpers, get_explainable
from fondaco.installs.policies import can_manage
from fondaco.kit.errors import Forbidden, NotFound
from fondaco.surfaces.site.access import enter, signed_in
from fondaco.surfaces.site.viewer import HouseRequest, PlaceKind

_MOST = 500


@never_cache
@signed_in
@require_safe
def show(request: HouseRequest, slug: str) -> HttpResponse:
    """For the viewer; managers choose others of the account with ``?user=``."""
    place = enter(request, PlaceKind.ACCOUNT)
    if place.user is None:
        raise Forbidden
    by = user = place.user
    chosen = request.GET.get("user", "")
    if chosen and chosen != by.pk:
        if not can_manage(by):
            raise NotFound
        user = get_user(by.account_id, chosen)
    found = explain(user, get_explainable(user, slug))
    context = {
        "found": found,
        "is_own": user.pk == by.pk,
        "people": list(list_users(by.account_id, only_active=False)[:_MOST]) if can_manage(by) else [],
        "helpers": [] if can_manage(by) else find_helpers(found),
    }
    return render(request, "console/explanation.html", context)
