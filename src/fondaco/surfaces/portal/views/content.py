"""Editing the two contents of a version. What is typed is never lost, and nobody's work is overwritten (ADR 0030)."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fondaco.accounts.permissions import Permission
from fondaco.catalog import actions
from fondaco.catalog.errors import DraftTooLarge, RevisionConflict
from fondaco.catalog.merging import normal
from fondaco.catalog.models import EditingDraft, Version
from fondaco.catalog.models.draft import Entries
from fondaco.catalog.policies import EDIT_PERMISSION, check_can, content_of
from fondaco.catalog.queries import find_draft, get_version, list_other_editors, missing_fields
from fondaco.catalog.states import Track
from fondaco.kit.errors import DomainError
from fondaco.review.queries import list_submissions
from fondaco.surfaces.portal.conflicts import Clash, choices_sent, clash, decide
from fondaco.surfaces.portal.conversations import Asked, latest_asked, show_beside
from fondaco.surfaces.portal.panels import panel_context
from fondaco.surfaces.portal.sheets import (
    SHEETS,
    Sheet,
    as_data,
    as_initial,
    base_of,
    base_sent,
    entries_in,
    entries_sent,
    revision_of,
    revision_sent,
)
from fondaco.surfaces.site.access import requires
from fondaco.surfaces.site.forms import show_refusal
from fondaco.surfaces.site.viewer import HouseRequest


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PARTNER_APPS_EDIT)
def technical(request: HouseRequest, version_id: str) -> HttpResponse:
    """How the platform and the app talk to each other."""
    return _edit(request, version_id, SHEETS[Track.TECHNICAL])


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PARTNER_LISTING_EDIT)
def listing(request: HouseRequest, version_id: str) -> HttpResponse:
    """What customers read in the marketplace."""
    return _edit(request, version_id, SHEETS[Track.LISTING])


def _edit(request: HouseRequest, version_id: str, sheet: Sheet) -> HttpResponse:
    version = get_version(request.viewer.member, version_id)
    check_can(request.viewer.member, version.app, EDIT_PERMISSION[sheet.track])
    if request.method == "POST":
        return _take(request, version, sheet)
    if not content_of(version, sheet.track).is_editable:
        messages.info(request, _("This content is in review or decided, so it cannot be changed now."))
        return redirect("portal:version", version.pk.hex)
    saved = sheet.saved(version)
    draft = find_draft(request.viewer.member, version, sheet.track)
    if draft is None or draft.entries is None or normal(draft.entries) == normal(entries_in(saved)):
        return _show(request, version, sheet, saved, base=base_of(saved))
    initial = as_initial(saved, draft.entries, revision=draft.base_revision)
    return _show(request, version, sheet, sheet.resumed(initial), base=json.dumps(draft.base), draft=draft)


def _take(request: HouseRequest, version: Version, sheet: Sheet) -> HttpResponse:
    """Saves what was sent, after both sides of a conflict were put together where somebody chose between them."""
    saved = sheet.saved(version)
    mine = entries_sent(saved, request.POST)
    revision = revision_sent(request.POST)
    chosen = choices_sent(request.POST)
    if chosen is not None:
        found = clash(base_sent(request.POST), mine, saved)
        if not found.is_decided(chosen):
            return _ask(request, version, sheet, found, mine, is_incomplete=True)
        mine = decide(mine, saved, chosen)
    if "look" in request.POST:
        if _keep(request, version, sheet, mine) is None:
            return redirect(f"{reverse('portal:preview', args=[version.pk.hex])}?text=typed")
        return _show(request, version, sheet, sheet.filled(as_data(mine, revision=revision)), status=422)
    form = sheet.filled(as_data(mine, revision=revision))
    status = 422
    if form.is_valid():
        try:
            sheet.store(request, version, form)
        except RevisionConflict:
            _keep(request, version, sheet, mine)
            fresh = get_version(request.viewer.member, version.pk.hex)
            theirs = sheet.saved(fresh)
            return _ask(request, fresh, sheet, clash(base_sent(request.POST), mine, theirs), mine)
        except DomainError as refusal:
            status = show_refusal(form, refusal)
        else:
            actions.discard_draft(by=request.viewer.member, version=version, track=sheet.track)
            return _saved(request, version, sheet.track)
    _keep(request, version, sheet, mine)
    return _show(request, version, sheet, form, status=status)


def _keep(request: HouseRequest, version: Version, sheet: Sheet, mine: Entries) -> str | None:
    """Keeps what was typed as a draft, so that also who leaves this page finds it again; why not, else."""
    try:
        actions.keep_draft(
            by=request.viewer.member,
            version=version,
            track=sheet.track,
            revision=revision_sent(request.POST),
            base=base_sent(request.POST),
            entries=mine,
        )
    except DraftTooLarge as refusal:
        return str(refusal)
    return None


def _show(
    request: HouseRequest,
    version: Version,
    sheet: Sheet,
    form: forms.Form,
    *,
    base: str = "",
    draft: EditingDraft | None = None,
    status: int = 200,
) -> HttpResponse:
    content = content_of(version, sheet.track)
    context: dict[str, Any] = {
        "version": version,
        "app": version.app,
        "form": form,
        "base": base or request.POST.get("base", ""),
        "draft": draft,
        "saved_since": content if draft and draft.base_revision != content.revision else None,
        "track": sheet.track.value,
        "others": list_other_editors(request.viewer.member, version, sheet.track),
        "besides": _show_what_is_asked(form, version, sheet.track),
        **panel_context(version, sheet.track, entries_in(form)),
    }
    return render(request, sheet.template, context, status=status)


def _show_what_is_asked(form: forms.Form, version: Version, track: Track) -> list[Asked]:
    """A rejection's wishes stand beside the fields that they are about; what is about none is returned."""
    return show_beside(form, latest_asked(list_submissions(version), track))


def _ask(
    request: HouseRequest, version: Version, sheet: Sheet, found: Clash, mine: Entries, *, is_incomplete: bool = False
) -> HttpResponse:
    """Both sides of each field on which two people do not agree; nothing is saved before somebody has chosen."""
    context = {
        "version": version,
        "app": version.app,
        "track": sheet.track.value,
        "content": content_of(version, sheet.track),
        "lines": found.lines,
        "kept": [(name, value) for name, values in mine.items() for value in values],
        "revision": revision_of(version, sheet.track),
        # What began this clash stays the measure until it is settled, so that a page sent again asks the same.
        "base": request.POST.get("base", ""),
        "is_incomplete": is_incomplete,
    }
    return render(request, "portal/conflict.html", context, status=422 if is_incomplete else 409)


def _saved(request: HouseRequest, version: Version, track: Track) -> HttpResponse:
    version = get_version(request.viewer.member, version.pk.hex)
    if missing := missing_fields(version, track):
        first = next(iter(missing.values()))
        messages.success(request, _("Saved. Before you can submit it: %(first)s") % {"first": first})
    else:
        messages.success(request, _("Saved. Nothing is missing; you can submit it."))
    return redirect("portal:version", version.pk.hex)
