"""Ending an app or a version for good."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fondaco.accounts.permissions import Permission
from fondaco.catalog.queries import find_in_review, find_open_transfer, get_app, get_version
from fondaco.catalog.states import TechnicalStatus
from fondaco.installs import actions
from fondaco.installs.queries import list_living, list_living_of
from fondaco.kit.errors import DomainError
from fondaco.surfaces.portal.forms.lifecycle import NamedForm
from fondaco.surfaces.site.access import requires
from fondaco.surfaces.site.forms import show_refusal
from fondaco.surfaces.site.viewer import HouseRequest


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PARTNER_APPS_TRANSFER)
def retire_app(request: HouseRequest, app_id: str) -> HttpResponse:
    """Ends an app that is installed nowhere."""
    member = request.viewer.member
    app = get_app(member, app_id)
    form, status = NamedForm(app_name=app.name), 200
    if request.method == "POST":
        form, status = NamedForm(request.POST, app_name=app.name), 422
        if form.is_valid():
            try:
                actions.retire_app(actor=request.viewer.actor, by=member, app=app)
            except DomainError as refusal:
                status = show_refusal(form, refusal)
            else:
                messages.success(request, _("%(app)s is retired.") % {"app": app.name})
                return redirect("portal:app", app_id)
    context = {
        "app": app,
        "version": None,
        "name": app.name,
        "form": form,
        "installed": list_living_of(app.pk).count(),
        "in_review": find_in_review(app),
        "transfer": find_open_transfer(app),
        "is_over": app.is_retired,
        "is_ready": True,
    }
    return render(request, "portal/retire.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PARTNER_APPS_TRANSFER)
def retire_version(request: HouseRequest, version_id: str) -> HttpResponse:
    """Ends a deprecated version that is installed nowhere."""
    member = request.viewer.member
    version = get_version(member, version_id)
    form, status = NamedForm(app_name=version.app.name), 200
    if request.method == "POST":
        form, status = NamedForm(request.POST, app_name=version.app.name), 422
        if form.is_valid():
            try:
                actions.retire_version(actor=request.viewer.actor, by=member, version=version)
            except DomainError as refusal:
                status = show_refusal(form, refusal)
            else:
                messages.success(request, _("%(version)s is retired.") % {"version": version})
                return redirect("portal:version", version_id)
    context = {
        "app": version.app,
        "version": version,
        "name": str(version),
        "form": form,
        "installed": list_living(version.pk).count(),
        "in_review": None,
        "transfer": None,
        "is_over": version.is_retired,
        "is_ready": version.technical.status == TechnicalStatus.DEPRECATED,
    }
    return render(request, "portal/retire.html", context, status=status)
