"""Plans of a version."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fondaco.accounts.permissions import Permission
from fondaco.catalog import actions
from fondaco.catalog.policies import can_edit
from fondaco.catalog.queries import get_plan, get_version
from fondaco.catalog.states import Part, Track
from fondaco.surfaces.portal.editing import edit
from fondaco.surfaces.portal.forms.offers import PlanForm
from fondaco.surfaces.portal.sheets import NewPlanSheet, open_sheet
from fondaco.surfaces.site.access import requires
from fondaco.surfaces.site.viewer import HouseRequest


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PARTNER_LISTING_EDIT)
def plans(request: HouseRequest, version_id: str) -> HttpResponse:
    """What the version costs, and a form for one more plan where one can be added."""
    by = request.viewer.member
    sheet = NewPlanSheet(get_version(by, version_id))
    if request.method == "POST" or can_edit(by, sheet.version, Track.LISTING):
        return edit(request, sheet)
    context = {
        "version": sheet.version,
        "app": sheet.desk.app,
        "sheet": sheet,
        "form": None,
        **sheet.page(by, PlanForm()),
    }
    return render(request, sheet.template, context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PARTNER_LISTING_EDIT)
def plan(request: HouseRequest, plan_id: str) -> HttpResponse:
    """Changes one paid plan."""
    return edit(request, open_sheet(request.viewer.member, Part.PLAN, plan_id))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PARTNER_LISTING_EDIT)
def remove_plan(request: HouseRequest, plan_id: str) -> HttpResponse:
    """Asks, then removes a plan."""
    found = get_plan(request.viewer.member, plan_id)
    if request.method == "POST":
        actions.remove_plan(actor=request.viewer.actor, by=request.viewer.member, plan=found)
        messages.success(request, _("The plan %(name)s was removed.") % {"name": found.name})
        return redirect("portal:plans", found.version_id.hex)
    context = {"plan": found, "version": found.version, "app": found.version.app}
    return render(request, "portal/remove_plan.html", context)
