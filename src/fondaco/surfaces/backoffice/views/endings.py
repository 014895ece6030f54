"""Versions with an announced last day and who still has them; removing what is left, one or all."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from fondaco.accounts.permissions import Permission
from fondaco.installs import actions
from fondaco.installs.endings import get_ending, list_endings, list_left
from fondaco.installs.labels import STATUSES
from fondaco.installs.queries import get_for_removal
from fondaco.installs.states import InstallationStatus
from fondaco.kit import clock
from fondaco.kit.errors import DomainError
from fondaco.kit.pagination import numbered_page
from fondaco.surfaces.backoffice.forms_lifecycle import ClearanceForm, RemovalForm
from fondaco.surfaces.site.access import requires
from fondaco.surfaces.site.forms import show_refusal
from fondaco.surfaces.site.paging import page_links, page_number
from fondaco.surfaces.site.viewer import HouseRequest

_METHODS = ["GET", "HEAD", "POST"]
_PER_PAGE = 50


@requires(Permission.OPERATOR_VIEW)
@require_safe
def show_all(request: HouseRequest) -> HttpResponse:
    """Every version with a last day, the next one first."""
    page = numbered_page(list_endings(request.viewer.operator), page_number(request), _PER_PAGE)
    context = {"page": page, "links": page_links(request, page), "today": clock.now().date()}
    return render(request, "backoffice/endings.html", context)


@never_cache
@requires(Permission.OPERATOR_VIEW)
@require_http_methods(_METHODS)
def show(request: HouseRequest, version_id: str) -> HttpResponse:
    """Who still has it; posting removes it from all of them, once its last day has come."""
    by = request.viewer.operator
    ending = get_ending(by, version_id)
    app_name = ending.version.app.name
    form, status = ClearanceForm(app_name=app_name), 200
    if request.method == "POST":
        form, status = ClearanceForm(request.POST, app_name=app_name), 422
        if form.is_valid():
            try:
                actions.clear_version(actor=request.viewer.actor, by=by, version=ending.version, **form.cleaned_data)
            except DomainError as refusal:
                status = show_refusal(form, refusal)
            else:
                messages.success(request, _("What is left is being removed. This page shows how far it is."))
                return redirect("backoffice:ending", version_id)
    page = numbered_page(list_left(ending), page_number(request), _PER_PAGE)
    context: dict[str, Any] = {
        "ending": ending,
        "version": ending.version,
        "app": ending.version.app,
        "form": form,
        "left": [(one, STATUSES[InstallationStatus(one.status)]) for one in page.items],
        "links": page_links(request, page),
    }
    template = "backoffice/ending_progress.html" if request.htmx else "backoffice/ending.html"
    return render(request, template, context, status=status)


@never_cache
@requires(Permission.OPERATOR_VIEW)
@require_http_methods(_METHODS)
def remove(request: HouseRequest, installation_id: str) -> HttpResponse:
    """Removes one installation at once, whatever its state."""
    by = request.viewer.operator
    installation = get_for_removal(by, installation_id)
    form, status = RemovalForm(), 200
    if request.method == "POST":
        form, status = RemovalForm(request.POST), 422
        if form.is_valid():
            try:
                actions.force_uninstall_app(
                    actor=request.viewer.actor,
                    by=by,
                    installation=installation,
                    reason=form.cleaned_data["reason"],
                )
            except DomainError as refusal:
                status = show_refusal(form, refusal)
            else:
                messages.success(request, _("%(app)s was removed. Its people are told.") % {"app": installation.app})
                return redirect("backoffice:account", account_id=installation.account_id)
    context = {"installation": installation, "app": installation.app, "account": installation.account, "form": form}
    return render(request, "backoffice/remove_installation.html", context, status=status)
