"""Submitting, taking back and ending: each asks first, and then is one action."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fondaco.accounts.permissions import Permission
from fondaco.catalog import actions as catalog
from fondaco.catalog.policies import EDIT_PERMISSION, can_deprecate, check_can
from fondaco.catalog.queries import get_version
from fondaco.catalog.states import Track
from fondaco.kit.errors import DomainError, NotFound
from fondaco.review import actions as review
from fondaco.review.queries import find_open
from fondaco.surfaces.portal.boards import board, state_in_words
from fondaco.surfaces.portal.forms.offers import DeprecationForm, SubmitForm
from fondaco.surfaces.site.access import requires
from fondaco.surfaces.site.forms import show_refusal
from fondaco.surfaces.site.viewer import HouseRequest


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PARTNER_LISTING_EDIT)
def submit(request: HouseRequest, version_id: str, track: str) -> HttpResponse:
    """Puts a track into the review queue."""
    member = request.viewer.member
    version = get_version(member, version_id)
    wanted = _track(track)
    check_can(member, version.app, EDIT_PERMISSION[wanted])
    form, status = SubmitForm(), 200
    if request.method == "POST":
        form, status = SubmitForm(request.POST), 422
        if form.is_valid():
            try:
                review.submit(
                    actor=request.viewer.actor,
                    by=member,
                    version=version,
                    track=wanted,
                    note=form.cleaned_data["note"],
                )
            except DomainError as refusal:
                status = show_refusal(form, refusal)
            else:
                messages.success(request, _("Submitted. You will get a mail with the decision."))
                return redirect("portal:version", version_id)
    card = next(card for card in board(version, member).cards if card.track == wanted)
    context = {"version": version, "app": version.app, "card": card, "form": form}
    return render(request, "portal/submit.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PARTNER_LISTING_EDIT)
def withdraw(request: HouseRequest, version_id: str, track: str) -> HttpResponse:
    """Takes a track back from review."""
    member = request.viewer.member
    version = get_version(member, version_id)
    wanted = _track(track)
    check_can(member, version.app, EDIT_PERMISSION[wanted])
    submission = find_open(member, version, wanted)
    if request.method == "POST":
        review.withdraw(actor=request.viewer.actor, by=member, submission=submission)
        messages.success(request, _("Taken back. It is a draft again."))
        return redirect("portal:version", version_id)
    context = {"version": version, "app": version.app, "submission": submission}
    return render(request, "portal/withdraw.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PARTNER_PUBLISH)
def deprecate(request: HouseRequest, version_id: str) -> HttpResponse:
    """Takes a version out of the marketplace, or changes what was announced about its end."""
    member = request.viewer.member
    version = get_version(member, version_id)
    form, status = DeprecationForm.of(version), 200
    if request.method == "POST":
        form, status = DeprecationForm(request.POST), 422
        if form.is_valid():
            try:
                catalog.deprecate_version(actor=request.viewer.actor, by=member, version=version, **form.cleaned_data)
            except DomainError as refusal:
                status = show_refusal(form, refusal)
            else:
                messages.success(
                    request, _("Nobody can newly install %(version)s. Its customers get a mail.") % {"version": version}
                )
                return redirect("portal:version", version_id)
    context = {
        "version": version,
        "app": version.app,
        "form": form,
        "can_deprecate": can_deprecate(member, version),
        "state": state_in_words(version),
    }
    return render(request, "portal/deprecate.html", context, status=status)


def _track(name: str) -> Track:
    try:
        return Track(name)
    except ValueError:
        raise NotFound from None
