"""Going live, at once or at a set time, and out of the marketplace for a while. Each says what is true then (T8)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fondaco.accounts.permissions import Permission
from fondaco.catalog import actions
from fondaco.catalog.models import Version
from fondaco.catalog.queries import get_version, latest_published
from fondaco.catalog.states import ListingStatus
from fondaco.kit.errors import DomainError
from fondaco.surfaces.portal.boards import board
from fondaco.surfaces.portal.forms.publishing import PublishForm, UnlistForm
from fondaco.surfaces.site.access import requires
from fondaco.surfaces.site.forms import show_refusal
from fondaco.surfaces.site.viewer import HouseRequest
from fondaco.surfaces.site.words import moment


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PARTNER_PUBLISH)
def publish(request: HouseRequest, version_id: str) -> HttpResponse:
    """Makes an approved version available to customers: at once, or at a set time that can be changed here."""
    member = request.viewer.member
    version = get_version(member, version_id)
    form, status = PublishForm.of(version.plan), 200
    if request.method == "POST":
        form, status = PublishForm(request.POST), 422
        if form.is_valid():
            try:
                message = _publish(request, version, form)
            except DomainError as refusal:
                status = show_refusal(form, refusal)
            else:
                messages.success(request, message)
                return redirect("portal:version", version_id)
    context = {
        "version": version,
        "app": version.app,
        "form": form,
        "board": board(version, member),
        "is_listing_approved": version.listing.status == ListingStatus.APPROVED,
        "newer": _find_newer(version),
    }
    return render(request, "portal/publish.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PARTNER_PUBLISH)
def cancel(request: HouseRequest, version_id: str) -> HttpResponse:
    """Takes the set time back."""
    member = request.viewer.member
    version = get_version(member, version_id)
    if request.method == "POST":
        actions.cancel_publication(actor=request.viewer.actor, by=member, version=version)
        messages.success(request, _("No time is set any more. %(version)s stays approved.") % {"version": version})
        return redirect("portal:version", version_id)
    context = {"version": version, "app": version.app, "plan": version.plan}
    return render(request, "portal/cancel_publication.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PARTNER_PUBLISH)
def unlist(request: HouseRequest, version_id: str) -> HttpResponse:
    """Takes an available version out of the marketplace for a while."""
    member = request.viewer.member
    version = get_version(member, version_id)
    form, status = UnlistForm(), 200
    if request.method == "POST":
        form, status = UnlistForm(request.POST), 422
        if form.is_valid():
            try:
                actions.unlist_version(
                    actor=request.viewer.actor, by=member, version=version, reason=form.cleaned_data["reason"]
                )
            except DomainError as refusal:
                status = show_refusal(form, refusal)
            else:
                instead = latest_published(version.app)
                messages.success(
                    request,
                    _("%(version)s is out of the marketplace. Customers find %(instead)s instead.")
                    % {"version": version, "instead": instead}
                    if instead
                    else _("%(version)s is out of the marketplace. Nobody can newly install it.")
                    % {"version": version},
                )
                return redirect("portal:version", version_id)
    context = {"version": version, "app": version.app, "form": form, "board": board(version, member)}
    return render(request, "portal/unlist.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PARTNER_PUBLISH)
def relist(request: HouseRequest, version_id: str) -> HttpResponse:
    """Brings a version back into the marketplace."""
    member = request.viewer.member
    version = get_version(member, version_id)
    if request.method == "POST":
        back = actions.relist_version(actor=request.viewer.actor, by=member, version=version)
        messages.success(request, _tell_published(back))
        return redirect("portal:version", version_id)
    context = {"version": version, "app": version.app, "board": board(version, member)}
    return render(request, "portal/relist.html", context)


def _publish(request: HouseRequest, version: Version, form: PublishForm) -> str:
    """Does what was chosen, and says what is true now."""
    member, due_at = request.viewer.member, form.chosen_time()
    if due_at is None:
        return _tell_published(actions.make_available(actor=request.viewer.actor, by=member, version=version))
    actions.schedule_publication(actor=request.viewer.actor, by=member, version=version, due_at=due_at)
    words = _("%(version)s goes live on %(moment)s UTC. Until then nothing changes for customers.")
    return words % {"version": version, "moment": moment(due_at)}


def _tell_published(version: Version) -> str:
    if not version.is_published:
        words = _("%(version)s is available. Its listing appears in the marketplace once it is approved.")
        return words % {"version": version}
    if newer := _find_newer(version):
        words = _("Published: %(version)s is available, but customers find %(newer)s, which is newer.")
        return words % {"version": version, "newer": newer}
    return _("Published: %(version)s is in the marketplace.") % {"version": version}


def _find_newer(version: Version) -> Version | None:
    """The newer version of the app that customers find already."""
    offered = latest_published(version.app)
    return offered if offered is not None and offered.pk > version.pk else None
