"""Plans of a version."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fondaco.accounts.permissions import Permission
from fondaco.catalog import actions
from fondaco.catalog.policies import can_edit, is_price_locked
from fondaco.catalog.queries import get_plan, get_version, listing_view
from fondaco.catalog.states import Track
from fondaco.kit.errors import DomainError
from fondaco.surfaces.portal.forms.offers import PlanForm
from fondaco.surfaces.site.access import requires
from fondaco.surfaces.site.forms import show_refusal
from fondaco.surfaces.site.viewer import HouseRequest


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PARTNER_LISTING_EDIT)
def plans(request: HouseRequest, version_id: str) -> HttpResponse:
    """What the version costs, and a form for one more plan."""
    member = request.viewer.member
    version = get_version(member, version_id)
    form, status = PlanForm(), 200
    if request.method == "POST":
        form, status = PlanForm(request.POST), 422
        if form.is_valid():
            try:
                plan = actions.add_plan(
                    actor=request.viewer.actor, by=member, version=version, fields=form.plan_fields()
                )
            except DomainError as refusal:
                status = show_refusal(form, refusal)
            else:
                messages.success(request, _("The plan %(name)s was added.") % {"name": plan.name})
                return redirect("portal:plans", version_id)
    return render(
        request,
        "portal/plans.html",
        {
            "version": version,
            "app": version.app,
            "form": form,
            "listing": listing_view(version),
            "can_edit": can_edit(member, version, Track.LISTING),
            "is_price_locked": is_price_locked(version),
        },
        status=status,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PARTNER_LISTING_EDIT)
def plan(request: HouseRequest, plan_id: str) -> HttpResponse:
    """Changes one paid plan."""
    found = get_plan(request.viewer.member, plan_id)
    form, status = PlanForm.of(found), 200
    if request.method == "POST":
        form, status = PlanForm(request.POST), 422
        if form.is_valid():
            try:
                actions.edit_plan(
                    actor=request.viewer.actor, by=request.viewer.member, plan=found, fields=form.plan_fields()
                )
            except DomainError as refusal:
                status = show_refusal(form, refusal)
            else:
                messages.success(request, _("Saved."))
                return redirect("portal:plans", found.version_id.hex)
    context = {"plan": found, "version": found.version, "app": found.version.app, "form": form}
    return render(request, "portal/plan.html", context, status=status)


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
