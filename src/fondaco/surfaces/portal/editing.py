"""How each form of the portal is edited: what is typed is never lost, and nobody's work is overwritten (ADR 0030)."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from fondaco.catalog import actions
from fondaco.catalog.errors import DraftTooLarge, RevisionConflict
from fondaco.catalog.merging import normal
from fondaco.catalog.models import EditingDraft
from fondaco.catalog.models.draft import Entries
from fondaco.catalog.queries import find_draft, list_other_editors
from fondaco.kit.errors import DomainError
from fondaco.surfaces.portal.conflicts import Clash, choices_sent, clash, decide
from fondaco.surfaces.portal.entries import (
    as_data,
    as_initial,
    base_of,
    base_sent,
    entries_in,
    entries_sent,
    revision_sent,
)
from fondaco.surfaces.portal.sheets import Sheet, reopened
from fondaco.surfaces.site.forms import show_refusal
from fondaco.surfaces.site.viewer import HouseRequest


def edit(request: HouseRequest, sheet: Sheet) -> HttpResponse:
    """Shows the form as it was left, or takes what was sent."""
    by = request.viewer.member
    if request.method == "POST":
        return _take(request, sheet)
    if not sheet.is_editable:
        messages.info(request, _("This content is in review or decided, so it cannot be changed now."))
        return redirect(sheet.back_url)
    saved = sheet.saved()
    draft = find_draft(by, sheet.desk)
    if draft is None or draft.entries is None or normal(draft.entries) == normal(entries_in(saved)):
        return _show(request, sheet, saved, base=base_of(saved), revision=sheet.revision)
    initial = as_initial(saved, draft.entries, revision=draft.base_revision)
    base = json.dumps(draft.base)
    return _show(request, sheet, sheet.resumed(initial), base=base, revision=draft.base_revision, draft=draft)


def _take(request: HouseRequest, sheet: Sheet) -> HttpResponse:
    """Saves what was sent, after both sides of a conflict were put together where somebody chose between them."""
    by = request.viewer.member
    saved = sheet.saved()
    mine = entries_sent(saved, request.POST)
    revision = revision_sent(request.POST)
    chosen = choices_sent(request.POST) if sheet.content else None  # nobody saves meanwhile what is new
    if chosen is not None:
        found = clash(base_sent(request.POST), mine, saved)
        if not found.is_decided(chosen):
            return _ask(request, sheet, found, mine, is_incomplete=True)
        mine = decide(mine, saved, chosen)
    data = as_data(request.POST, mine, revision=revision)
    if sheet.preview_url and "look" in request.POST:
        if _keep(request, sheet, mine) is None:
            return redirect(sheet.preview_url)
        return _show(request, sheet, sheet.filled(data), revision=revision, status=422)
    form = sheet.filled(data, request.FILES)
    status = 422
    if form.is_valid():
        try:
            said = sheet.store(request, form, revision)
        except RevisionConflict:
            _keep(request, sheet, mine)
            fresh = reopened(by, sheet)
            return _ask(request, fresh, clash(base_sent(request.POST), mine, fresh.saved()), mine)
        except DomainError as refusal:
            status = show_refusal(form, refusal)
        else:
            actions.discard_draft(by=by, desk=sheet.desk)
            messages.success(request, said)
            return redirect(sheet.back_url)
    _keep(request, sheet, mine)
    return _show(request, sheet, form, revision=revision, status=status)


def _keep(request: HouseRequest, sheet: Sheet, mine: Entries) -> str | None:
    """Keeps what was typed as a draft, so that also who leaves this page finds it again; why not, else."""
    try:
        actions.keep_draft(
            by=request.viewer.member,
            desk=sheet.desk,
            revision=revision_sent(request.POST),
            base=base_sent(request.POST),
            entries=mine,
        )
    except DraftTooLarge as refusal:
        return str(refusal)
    return None


def _show(
    request: HouseRequest,
    sheet: Sheet,
    form: forms.Form,
    *,
    revision: int,
    base: str = "",
    draft: EditingDraft | None = None,
    status: int = 200,
) -> HttpResponse:
    by = request.viewer.member
    context: dict[str, Any] = {
        "sheet": sheet,
        "app": sheet.desk.app,
        "version": sheet.version,
        "form": form,
        "base": base or request.POST.get("base", ""),
        "revision": revision,
        "draft": draft,
        "saved_since": sheet.content if draft and draft.base_revision != sheet.revision else None,
        "others": list_other_editors(by, sheet.desk),
        **sheet.page(by, form),
    }
    return render(request, sheet.template, context, status=status)


def _ask(
    request: HouseRequest, sheet: Sheet, found: Clash, mine: Entries, *, is_incomplete: bool = False
) -> HttpResponse:
    """Both sides of each field on which two people do not agree; nothing is saved before somebody has chosen."""
    context = {
        "sheet": sheet,
        "version": sheet.version,
        "app": sheet.desk.app,
        "content": sheet.content,
        "lines": found.lines,
        "kept": [(name, value) for name, values in mine.items() for value in values],
        "revision": sheet.revision,
        # What began this clash stays the measure until it is settled, so that a page sent again asks the same.
        "base": request.POST.get("base", ""),
        "is_incomplete": is_incomplete,
        "has_lost_file": bool(request.FILES),
    }
    return render(request, "portal/conflict.html", context, status=422 if is_incomplete else 409)
