"""The portal's first page: what waits for whom, and the developer account."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from fondaco.accounts.permissions import Permission
from fondaco.catalog.models import App, Version
from fondaco.catalog.queries import list_apps, list_offered_apps
from fondaco.kit.money import Money
from fondaco.partners.models import GrantKind, Partner
from fondaco.partners.queries import list_developer_grants
from fondaco.surfaces.portal import boards
from fondaco.surfaces.site.access import requires
from fondaco.surfaces.site.viewer import HouseRequest, Place, PlaceKind


@dataclass(frozen=True, slots=True)
class AppLine:
    """An app in a list: its newest version and whether the partner is to act."""

    app: App
    version: Version | None
    state: str
    waits_for_you: bool


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
    lines = app_lines(request)
    return render(
        request,
        "portal/overview.html",
        {
            "partner": member.partner,
            "offered": list_offered_apps(member),
            "waiting": [line for line in lines if line.waits_for_you],
            "others": [line for line in lines if not line.waits_for_you],
            "account": developer_account(request, member.partner),
            "can_register": member.can(Permission.PARTNER_APPS_EDIT),
            "status_pill": boards.status_pill,
        },
    )


def app_lines(request: HouseRequest) -> list[AppLine]:
    """The partner's apps as lists show them; two queries."""
    lines = []
    for app in list_apps(request.viewer.member):
        version = boards.newest(app)
        state = boards.state_in_words(version) if version else ""
        lines.append(AppLine(app, version, state, version is None or boards.waits_for_partner(version)))
    return lines


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
