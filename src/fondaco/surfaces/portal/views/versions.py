"""Pages about a version as a whole."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from fondaco.accounts.permissions import Permission
from fondaco.catalog import actions
from fondaco.catalog.policies import explain_installable
from fondaco.catalog.queries import get_app, get_version, list_history, list_unsaved
from fondaco.identity.queries import cutoff_words
from fondaco.kit.errors import DomainError
from fondaco.surfaces.portal.boards import board
from fondaco.surfaces.portal.forms.apps import VersionForm
from fondaco.surfaces.portal.views.apps import app_context
from fondaco.surfaces.portal.views.checks import check_summary
from fondaco.surfaces.site.access import requires
from fondaco.surfaces.site.forms import show_refusal
from fondaco.surfaces.site.history import moments
from fondaco.surfaces.site.viewer import HouseRequest


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PARTNER_APPS_EDIT)
def create(request: HouseRequest, app_id: str) -> HttpResponse:
    """Begins a version; the form also stands on the app's page."""
    app = get_app(request.viewer.member, app_id)
    versions = list(app.versions.all())
    form = VersionForm(versions, request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                version = actions.create_version(
                    actor=request.viewer.actor,
                    by=request.viewer.member,
                    app=app,
                    name=form.cleaned_data["name"],
                    source=form.chosen_source(versions),
                )
            except DomainError as refusal:
                status = show_refusal(form, refusal)
            else:
                messages.success(request, _("Version %(name)s has begun.") % {"name": version.name})
                return redirect("portal:version", version.pk.hex)
    return render(request, "portal/app.html", app_context(request, app, form), status=status)


@require_safe
@requires(Permission.PARTNER_VIEW)
def version_page(request: HouseRequest, version_id: str) -> HttpResponse:
    """A version: both tracks, what to do next, what happened."""
    member = request.viewer.member
    version = get_version(member, version_id, cutoff_words=cutoff_words())
    install_url = f"{reverse('storefront:install', args=[version.app.slug])}?version={version.pk.hex}"
    return render(
        request,
        "portal/version.html",
        {
            "install_url": install_url,
            "board": board(version, member),
            "version": version,
            "app": version.app,
            "cutoff_words": version.cutoff_words,  # type: ignore[attr-defined]  # annotated
            "unsaved": list_unsaved(version),
            "history": moments(list_history(version, by=member, limit=20)),
            **check_summary(version),
            "not_installable": explain_installable(version, member.partner.developer_account),
        },
    )
