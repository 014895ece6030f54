"""Opening an app, or the page that says why it does not open and whom to ask."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from fondaco.accounts.models import User
from fondaco.installs.actions import record_launch
from fondaco.installs.errors import LaunchRefused
from fondaco.installs.explaining import Mender, find_mender
from fondaco.installs.models import Installation
from fondaco.installs.offers import can_help, list_helpers
from fondaco.installs.policies import can_manage
from fondaco.installs.queries import get_for_launch
from fondaco.installs.states import Lack
from fondaco.kit.errors import Forbidden
from fondaco.surfaces.site.access import enter, signed_in
from fondaco.surfaces.site.resuming import go_on, has_just_signed_in, leads_away
from fondaco.surfaces.site.viewer import HouseRequest, PlaceKind


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that is missing, and who can mend it: the viewer, others of the account, or nobody there."""

    words: str
    mender: Mender
    is_own_job: bool
    people: list[User]


@never_cache
@signed_in
@require_safe
@leads_away
def launch(request: HouseRequest, installation_id: str) -> HttpResponse:
    """Sends the browser to the app, which signs the person in by the code flow without another click."""
    place = enter(request, PlaceKind.ACCOUNT)
    if place.user is None:
        raise Forbidden
    user = place.user
    installation = get_for_launch(user, installation_id)
    if has_just_signed_in(request):
        return go_on(request, request.path)
    try:
        address = record_launch(actor=request.viewer.actor, user=user, installation=installation)
    except LaunchRefused as refusal:
        context = {
            "installation": installation,
            "refusal": refusal,
            "lacks": _explain(user, installation, refusal),
            "is_manager": can_manage(user),
            "place": place,
        }
        return render(request, "console/launch_refused.html", context, status=HTTPStatus.FORBIDDEN)
    return HttpResponseRedirect(address)


def _explain(user: User, installation: Installation, refusal: LaunchRefused) -> list[Missing]:
    lacks = []
    for lack, words in refusal.fields.items():
        mender = find_mender(installation) if lack == Lack.STATE else Mender.ADMINISTRATOR
        people = list_helpers(user.account_id, Lack(lack))
        is_own_job = can_help(user, Lack(lack))
        lacks.append(Missing(words[0], mender, is_own_job, [each for each in people if each != user]))
    return lacks
