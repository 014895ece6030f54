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
from fondaco.catalog.models import Version
from fondaco.catalog.policies import EDIT_PERMISSION, check_can, content_of
from fondaco.catalog.queries import find_draft, get_version, list_other_editors
from fondaco.catalog.states import Track
from fondaco.kit.errors import NotFound
from fondaco.surfaces.portal.boards import edit_url
from fondaco.surfaces.portal.panels import panel_context
from fondaco.surfaces.portal.sheets import (
    SHEETS,
    base_sent,
    entries_in,
    entries_sent,
    revision_of,
    revision_sent,
)
from fondaco.surfaces.site.access import requires
from fondaco.surfaces.site.viewer import HouseRequest


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PARTNER_LISTING_EDIT)
def draft(request: HouseRequest, version_id: str, track: str) -> HttpResponse:
    """Keeps what stands in the form, and answers with the line about it: kept when, by whom else it is edited."""
    version, wanted = _find(request, version_id, track)
    problem = _keep(request, version, wanted) if request.method == "POST" else ""
    kept = find_draft(request.viewer.member, version, wanted)
    content = content_of(version, wanted)
    began = revision_sent(request.POST) if request.method == "POST" else content.revision
    context = {
        "problem": problem,
        "typed_at": kept.typed_at if kept else None,
        "others": list_other_editors(request.viewer.member, version, wanted),
        "saved_since": content if content.revision > began else None,
        "is_locked": not content.is_editable,
    }
    return render(request, "portal/draft_status.html", context, status=422 if problem else 200)


@require_POST
@requires(Permission.PARTNER_LISTING_EDIT)
def discard(request: HouseRequest, version_id: str, track: str) -> HttpResponse:
    """Forgets what was typed; the form shows what is saved again."""
    version, wanted = _find(request, version_id, track)
    actions.discard_draft(by=request.viewer.member, version=version, track=wanted)
    return redirect(edit_url(version, wanted))


@require_POST
@requires(Permission.PARTNER_LISTING_EDIT)
def panel(request: HouseRequest, version_id: str, track: str) -> HttpResponse:
    """How customers will read what stands in the form now; nothing is kept."""
    version, wanted = _find(request, version_id, track)
    entries = entries_sent(SHEETS[wanted].saved(version), request.POST)
    template = "portal/consent_panel.html" if wanted == Track.TECHNICAL else "portal/markdown_panel.html"
    return render(
        request, template, {"version": version, "app": version.app, **panel_context(version, wanted, entries)}
    )


def _find(request: HouseRequest, version_id: str, track: str) -> tuple[Version, Track]:
    version = get_version(request.viewer.member, version_id)
    try:
        wanted = Track(track)
    except ValueError as error:
        raise NotFound from error
    check_can(request.viewer.member, version.app, EDIT_PERMISSION[wanted])
    return version, wanted


def _keep(request: HouseRequest, version: Version, track: Track) -> str:
    """Why it could not be kept; empty when it was."""
    if "untouched" in request.POST:
        actions.note_presence(by=request.viewer.member, version=version, track=track)
        return ""
    saved = SHEETS[track].saved(version)
    entries = entries_sent(saved, request.POST)
    is_same = normal(entries) == normal(entries_in(saved))
    try:
        actions.keep_draft(
            by=request.viewer.member,
            version=version,
            track=track,
            revision=revision_of(version, track) if is_same else revision_sent(request.POST),
            base=base_sent(request.POST),
            entries=None if is_same else entries,
        )
    except DraftTooLarge as refusal:
        return _("Not kept: %(why)s") % {"why": refusal}
    return ""
