"""The marketplace: browsing, and one listing with what it would cost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fondaco.accounts.permissions import Permission
from fondaco.catalog.models import Plan, Version
from fondaco.catalog.policies import Installer, explain_for
from fondaco.catalog.queries import (
    ListingView,
    get_former_listing,
    get_listing,
    list_categories,
    list_similar,
    listing_view,
    search_listings,
)
from fondaco.catalog.states import ListingStatus
from fondaco.identity.queries import find_cutoff
from fondaco.installs.measures import measure_app
from fondaco.installs.models import Installation
from fondaco.installs.queries import PurchaseSummary, find_installed, has_tried, purchase_summary
from fondaco.kit import clock
from fondaco.kit.errors import NotFound
from fondaco.kit.pagination import numbered_page
from fondaco.surfaces.site.access import public
from fondaco.surfaces.site.paging import address_with, page_links, page_number
from fondaco.surfaces.site.viewer import HouseRequest
from fondaco.surfaces.storefront.cards import make_card
from fondaco.surfaces.storefront.forms import BrowseForm, SeatsForm

_PER_PAGE = 24
_USUAL_SEATS = 10
_SIMILAR = 3


@dataclass(frozen=True, slots=True)
class Quote:
    """The price card: one paid plan for so many seats."""

    plan: Plan
    summary: PurchaseSummary
    lowest: int
    highest: int | None
    free_until: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """What the viewer's account has to do with the app. ``can_install`` is True for visitors: they sign in first.

    While it ``is_cut_off`` nobody can have it; why is not for everybody who looks at the page.
    """

    installed: Installation | None = None
    has_tried: bool = False
    can_install: bool = True
    is_cut_off: bool = False


@public
@require_safe
def browse(request: HouseRequest) -> HttpResponse:
    """Cards of every advertised app that fits the filters in the address."""
    form = BrowseForm(request.GET)
    chosen = form.chosen()
    page = numbered_page(search_listings(**chosen), page_number(request), _PER_PAGE)
    categories = [
        (category, address_with(request, category=category.slug, page=None)) for category in list_categories()
    ]
    context = {
        "form": form,
        "chosen": chosen,
        "cards": [make_card(version) for version in page.items],
        "page": page,
        "links": page_links(request, page),
        "categories": categories,
        "category": next((category for category, _address in categories if category.slug == chosen["category"]), None),
        "all_address": address_with(request, category=None, page=None),
        "is_filtered": any((chosen["text"], chosen["category"], chosen["has_trial"], chosen["model"])),
    }
    return render(request, "storefront/marketplace.html", context)


@public
@require_safe
def show_listing(request: HouseRequest, slug: str) -> HttpResponse:
    """All that a customer wants to know before they install, and what it would cost them."""
    try:
        version = get_listing(slug)
    except NotFound:
        return _show_former(request, get_former_listing(slug))
    view = listing_view(version)
    context = {
        "view": view,
        "quote": make_quote(request, view),
        "measures": measure_app(view.version.app_id),
        "standing": _standing(request, view),
    }
    return render(request, "storefront/listing.html", context)


def make_quote(request: HouseRequest, view: ListingView) -> Quote | None:
    form = SeatsForm(request.GET)
    form.is_valid()
    plans = [line.plan for line in view.paid_plans]
    wanted = form.cleaned_data.get("plan", "")
    plan = next((plan for plan in plans if plan.pk.hex == wanted), plans[0] if plans else None)
    if plan is None:
        return None
    lowest, highest = max(1, plan.min_licences), plan.max_licences
    seats = max(lowest, form.cleaned_data.get("seats") or max(lowest, _USUAL_SEATS))
    if highest is not None:
        seats = min(seats, highest)
    return Quote(plan, purchase_summary(plan, seats), lowest, highest, clock.now() + settings.TRIAL_LENGTH)


def _show_former(request: HouseRequest, version: Version) -> HttpResponse:
    """What an old link leads to. Only what ended for good is 410: search engines forget such an address soon."""
    is_over = version.listing.status == ListingStatus.DEPRECATED
    context = {
        "name": version.listing.display_name,
        "is_over": is_over,
        "why": _say_why(request, version),
        "installed": _find_installed(request, version.app_id),
        "categories": version.listing.categories.all(),
        "cards": [make_card(each) for each in list_similar(version, _SIMILAR)],
    }
    status = HTTPStatus.GONE if is_over else HTTPStatus.NOT_FOUND
    return render(request, "storefront/former_listing.html", context, status=status)


def _say_why(request: HouseRequest, version: Version) -> Promise | str | None:
    """What the platform found wrong with it is for those who would install it, not for everybody with a browser."""
    place = request.viewer.place
    if version.is_withheld and not (place and place.user) and version.listing.status != ListingStatus.DEPRECATED:
        return _("The platform has taken this version out of the marketplace for now.")
    return explain_for(version, Installer.OTHER, by_link=False)


def _find_installed(request: HouseRequest, app_id: UUID) -> Installation | None:
    place = request.viewer.place
    return find_installed(place.id, app_id) if place and place.user else None


def _standing(request: HouseRequest, view: ListingView) -> Standing:
    place, is_cut_off = request.viewer.place, find_cutoff(view.version) is not None
    if place is None or place.user is None:
        return Standing(is_cut_off=is_cut_off)
    app_id = view.version.app_id
    return Standing(
        installed=_find_installed(request, app_id),
        has_tried=has_tried(place.id, app_id),
        can_install=place.user.can(Permission.APPS_INSTALL),
        is_cut_off=is_cut_off,
    )
