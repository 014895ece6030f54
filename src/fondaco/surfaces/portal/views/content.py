"""Editing the two contents of a version. A second editor is told; what they typed is kept."""

from __future__ import annotations

from typing import Final

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fondaco.accounts.permissions import Permission
from fondaco.catalog import actions
from fondaco.catalog.errors import RevisionConflict
from fondaco.catalog.models import Version
from fondaco.catalog.policies import EDIT_PERMISSION, check_can, content_of
from fondaco.catalog.queries import get_version, list_categories, missing_fields
from fondaco.catalog.states import Track
from fondaco.kit.errors import DomainError
from fondaco.review.queries import list_submissions
from fondaco.surfaces.portal.conversations import Asked, latest_asked, show_beside
from fondaco.surfaces.portal.forms.content import ListingForm, TechnicalForm
from fondaco.surfaces.site.access import requires
from fondaco.surfaces.site.forms import show_refusal
from fondaco.surfaces.site.viewer import HouseRequest

_NOT_COMPARED: Final = {"revision", "test_credentials"}


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PARTNER_APPS_EDIT)
def technical(request: HouseRequest, version_id: str) -> HttpResponse:
    """How the platform and the app talk to each other."""
    version = get_version(request.viewer.member, version_id)
    if (locked := _locked(request, version, Track.TECHNICAL)) is not None:
        return locked
    form, status = TechnicalForm.of(version.technical), 200
    theirs: list[tuple[str, str]] = []
    if request.method == "POST":
        form, status = TechnicalForm(request.POST), 422
        if form.is_valid():
            try:
                actions.edit_technical(
                    actor=request.viewer.actor,
                    by=request.viewer.member,
                    version=version,
                    revision=form.cleaned_data["revision"],
                    fields=form.technical_fields(),
                )
            except RevisionConflict as conflict:
                status = show_refusal(form, conflict)
                saved = TechnicalForm.of(get_version(request.viewer.member, version_id).technical)
                form = TechnicalForm(_entries(request, saved))
                theirs = _differences(form, saved, conflict)
            except DomainError as refusal:
                status = show_refusal(form, refusal)
            else:
                return _saved(request, version, Track.TECHNICAL)
    besides = _show_what_is_asked(form, version, Track.TECHNICAL)
    context = {"version": version, "app": version.app, "form": form, "theirs": theirs, "besides": besides}
    return render(request, "portal/technical.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PARTNER_LISTING_EDIT)
def listing(request: HouseRequest, version_id: str) -> HttpResponse:
    """What customers read in the marketplace."""
    version = get_version(request.viewer.member, version_id)
    if (locked := _locked(request, version, Track.LISTING)) is not None:
        return locked
    shelves = list(list_categories())
    form, status = ListingForm.of(version.listing, shelves=shelves), 200
    theirs: list[tuple[str, str]] = []
    if request.method == "POST":
        form, status = ListingForm(request.POST, shelves=shelves), 422
        if form.is_valid():
            try:
                actions.edit_listing(
                    actor=request.viewer.actor,
                    by=request.viewer.member,
                    version=version,
                    revision=form.cleaned_data["revision"],
                    fields=form.listing_fields(),
                )
            except RevisionConflict as conflict:
                status = show_refusal(form, conflict)
                saved = ListingForm.of(get_version(request.viewer.member, version_id).listing, shelves=shelves)
                form = ListingForm(_entries(request, saved), shelves=shelves)
                theirs = _differences(form, saved, conflict)
            except DomainError as refusal:
                status = show_refusal(form, refusal)
            else:
                return _saved(request, version, Track.LISTING)
    besides = _show_what_is_asked(form, version, Track.LISTING)
    context = {"version": version, "app": version.app, "form": form, "theirs": theirs, "besides": besides}
    return render(request, "portal/listing.html", context, status=status)


def _show_what_is_asked(form: forms.Form, version: Version, track: Track) -> list[Asked]:
    """A rejection's wishes stand beside the fields that they are about; what is about none is returned."""
    return show_beside(form, latest_asked(list_submissions(version), track))


def _locked(request: HouseRequest, version: Version, track: Track) -> HttpResponse | None:
    """Content that is closed for changes leads back to its version; a page that was open is told by the action."""
    check_can(request.viewer.member, version.app, EDIT_PERMISSION[track])
    if request.method == "POST" or content_of(version, track).is_editable:
        return None
    messages.info(request, _("This content is in review or decided, so it cannot be changed now."))
    return redirect("portal:version", version.pk.hex)


def _differences(form: forms.Form, saved: forms.Form, conflict: RevisionConflict) -> list[tuple[str, str]]:
    """Says that someone was faster; returns ``(label, saved value)`` where it differs from what was typed."""
    form.is_valid()
    form.add_error(None, str(conflict))
    theirs = []
    for name, field in form.fields.items():
        mine, now = form.cleaned_data.get(name), saved.initial.get(name)
        if isinstance(mine, str):
            mine = mine.replace("\r\n", "\n")  # as browsers send the lines of a text area
        if name not in _NOT_COMPARED and (mine or "") != (now or ""):
            theirs.append((str(field.label), _in_words(now)))
    return theirs


def _in_words(value: object) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(value)
    return str(value or _("empty"))


def _saved(request: HouseRequest, version: Version, track: Track) -> HttpResponse:
    version = get_version(request.viewer.member, version.pk.hex)
    if missing := missing_fields(version, track):
        first = next(iter(missing.values()))
        messages.success(request, _("Saved. Before you can submit it: %(first)s") % {"first": first})
    else:
        messages.success(request, _("Saved. Nothing is missing; you can submit it."))
    return redirect("portal:version", version.pk.hex)


def _entries(request: HouseRequest, saved: forms.Form) -> QueryDict:
    """What was typed, now on top of what is saved: sending it again overwrites knowingly."""
    entries = request.POST.copy()
    entries["revision"] = str(saved.initial["revision"])
    return entries
