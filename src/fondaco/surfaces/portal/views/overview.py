"""The portal's first page: what waits for whom, and the developer account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from fondaco.accounts.permissions import Permission
from fondaco.catalog.queries import list_offered_apps
from fondaco.kit.money import Money
from fondaco.messaging.endpoints import list_unwell_apps
from fondaco.partners.models import GrantKind, Partner
from fondaco.partners.queries import list_developer_grants
from fondaco.review.queries import count_own_projects, list_own_projects
from fondaco.surfaces.portal import boards
from fondaco.surfaces.portal.projects import app_lines
from fondaco.surfaces.site.access import requires
from fondaco.surfaces.site.viewer import HouseRequest, Place, PlaceKind

_SHOWN: Final = 10  # of each kind; the list of all apps is one click away


@dataclass(frozen=True, slots=True)
class DeveloperAccount:
    """What the developer account was given; ``place`` is the viewer's way into it, when they have one."""

    name: str
    licences: int
    credit: Money
    place: Place | None


@require_safe
@requires(Permission.PARTNER_VIEW)
def overview(request: HouseRequest) -> HttpResponse:
    """What waits for the partner, and where every app stands."""
    member = request.viewer.member
    waiting_count, others_count = count_own_projects(member)
    shown = [app for waiting in (True, False) for app in list_own_projects(member, waiting=waiting)[:_SHOWN]]
    lines = app_lines(shown, member)
    return render(
        request,
        "portal/overview.html",
        {
            "partner": member.partner,
            "offered": list_offered_apps(member),
            "unwell": list_unwell_apps(member),
            "waiting": [line for line in lines if line.waits_for_you],
            "others": [line for line in lines if not line.waits_for_you],
            "waiting_count": waiting_count,
            "is_cut": waiting_count + others_count > len(lines),
            "account": developer_account(request, member.partner),
            "can_register": member.can(Permission.PARTNER_APPS_EDIT),
            "status_pill": boards.status_pill,
        },
    )


def developer_account(request: HouseRequest, partner: Partner) -> DeveloperAccount:
    """The card of the developer account."""
    grants = list(list_developer_grants(partner))
    places = (place for place in request.viewer.places if place.kind == PlaceKind.ACCOUNT)
    return DeveloperAccount(
        name=partner.developer_account.company_name,
        licences=sum(grant.quantity for grant in grants if grant.kind == GrantKind.LICENCES),
        credit=Money(sum(grant.amount_minor for grant in grants if grant.kind == GrantKind.CREDIT)),
        place=next((place for place in places if place.id == partner.developer_account_id), None),
    )
