"""While somebody types: what they typed is kept, who else is at it is told, and what customers will read is shown."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from fondaco.accounts.permissions import Permission
from fondaco.catalog import actions
from fondaco.catalog.errors import DraftTooLarge
from fondaco.catalog.merging import normal
from fondaco.catalog.queries import find_draft, list_other_editors
from fondaco.catalog.states import Track
from fondaco.kit.errors import NotFound
from fondaco.surfaces.portal.entries import base_sent, entries_in, entries_sent, revision_sent
from fondaco.surfaces.portal.panels import panel_context
from fondaco.surfaces.portal.sheets import Sheet, TrackSheet, open_sheet
from fondaco.surfaces.site.access import requires
from fondaco.surfaces.site.viewer import HouseRequest


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PARTNER_LISTING_EDIT)
def draft(request: HouseRequest, part: str, subject_id: str) -> HttpResponse:
    """Keeps what stands in the form, and answers with the line about it: kept when, by whom else it is edited."""
    by = request.viewer.member
    sheet = open_sheet(by, part, subject_id)
    problem = _keep(request, sheet) if request.method == "POST" else ""
    kept = find_draft(by, sheet.desk)
    began = revision_sent(request.POST) if request.method == "POST" else sheet.revision
    context = {
        "problem": problem,
        "typed_at": kept.typed_at if kept else None,
        "others": list_other_editors(by, sheet.desk),
        "saved_since": sheet.content if sheet.revision > began else None,
        "is_locked": not sheet.is_editable,
    }
    return render(request, "portal/draft_status.html", context, status=422 if problem else 200)


@require_POST
@requires(Permission.PARTNER_LISTING_EDIT)
def discard(request: HouseRequest, part: str, subject_id: str) -> HttpResponse:
    """Forgets what was typed; the form shows what is saved again."""
    sheet = open_sheet(request.viewer.member, part, subject_id)
    actions.discard_draft(by=request.viewer.member, desk=sheet.desk)
    return redirect(sheet.url)


@require_POST
@requires(Permission.PARTNER_LISTING_EDIT)
def panel(request: HouseRequest, version_id: str, track: str) -> HttpResponse:
    """How customers will read what stands in the form now; nothing is kept."""
    sheet = open_sheet(request.viewer.member, track, version_id)
    if not isinstance(sheet, TrackSheet):
        raise NotFound
    entries = entries_sent(sheet.saved(), request.POST)
    template = "portal/consent_panel.html" if sheet.track == Track.TECHNICAL else "portal/markdown_panel.html"
    panels = panel_context(sheet.version, sheet.track, entries)
    return render(request, template, {"version": sheet.version, "app": sheet.desk.app, **panels})


def _keep(request: HouseRequest, sheet: Sheet) -> str:
    """Why it could not be kept; empty when it was."""
    by = request.viewer.member
    if "untouched" in request.POST:
        actions.note_presence(by=by, desk=sheet.desk)
        return ""
    saved = sheet.saved()
    entries = entries_sent(saved, request.POST)
    is_same = normal(entries) == normal(entries_in(saved))
    try:
        actions.keep_draft(
            by=by,
            desk=sheet.desk,
            revision=sheet.revision if is_same else revision_sent(request.POST),
            base=base_sent(request.POST),
            entries=None if is_same else entries,
        )
    except DraftTooLarge as refusal:
        return _("Not kept: %(why)s") % {"why": refusal}
    return ""
