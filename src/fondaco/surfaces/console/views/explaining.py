"""Why somebody cannot see, install or open an app (T17)."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from fondaco.accounts.models import User
from fondaco.accounts.queries import get_user, list_users
from fondaco.installs.explaining import Explanation, Rule, explain, get_explainable
from fondaco.installs.offers import list_helpers, list_installers
from fondaco.installs.policies import can_manage
from fondaco.installs.states import Lack
from fondaco.kit.errors import Forbidden, NotFound
from fondaco.surfaces.site.access import signed_in
from fondaco.surfaces.site.viewer import HouseRequest, PlaceKind

_MOST = 500
_MOST_HELPERS = 5
_LACKS = {Rule.ROLE_LACKS_PERMISSION: Lack.ROLE, Rule.NO_LICENCE: Lack.LICENCE}


@never_cache
@signed_in
@require_safe
def show(request: HouseRequest, slug: str) -> HttpResponse:
    """For the viewer; managers choose others of the account with ``?user=``."""
    place = request.viewer.enter(PlaceKind.ACCOUNT)
    if place is None or place.user is None:
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
        "helpers": [] if can_manage(by) else _find_helpers(found),
    }
    return render(request, "console/explanation.html", context)


def _find_helpers(found: Explanation) -> list[User]:
    """Whom to ask: where the app is not there those who may install it, else those who can give what is missing."""
    account_id = found.user.account_id
    if found.installation is None or found.installation.is_gone:
        return list_installers(account_id)[:_MOST_HELPERS]
    lacks = {_LACKS.get(reason.rule, Lack.STATE) for reason in found.launch}
    helpers = {user.pk: user for lack in sorted(lacks) for user in list_helpers(account_id, lack)}
    return list(helpers.values())[:_MOST_HELPERS]
