"""Pages about an app itself."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from fondaco.accounts.permissions import Permission
from fondaco.catalog.models import App
from fondaco.catalog.policies import can
from fondaco.catalog.queries import get_app
from fondaco.catalog.states import Part
from fondaco.identity.queries import list_cutoffs_of
from fondaco.kit.pagination import numbered_page
from fondaco.review.queries import list_own_projects, list_submissions
from fondaco.surfaces.portal import boards, editing
from fondaco.surfaces.portal.forms.apps import VersionForm
from fondaco.surfaces.portal.projects import app_lines
from fondaco.surfaces.portal.sheets import RegisterSheet, open_sheet
from fondaco.surfaces.site.access import requires
from fondaco.surfaces.site.paging import page_links, page_number
from fondaco.surfaces.site.viewer import HouseRequest

_PER_PAGE = 50


@require_safe
@requires(Permission.PARTNER_VIEW)
def app_list(request: HouseRequest) -> HttpResponse:
    """All apps of the partner, those that wait for it first; ``q`` searches."""
    member = request.viewer.member
    text = request.GET.get("q", "").replace("\0", "").strip()[:50]
    page = numbered_page(list_own_projects(member, text=text), page_number(request), _PER_PAGE)
    context = {
        "lines": app_lines(page.items, member),
        "page": page,
        "links": page_links(request, page),
        "text": text,
        "can_register": member.can(Permission.PARTNER_APPS_EDIT),
        "status_pill": boards.status_pill,
    }
    return render(request, "portal/apps.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PARTNER_APPS_EDIT)
def register(request: HouseRequest) -> HttpResponse:
    """Registers an app: name, icon, contacts."""
    return editing.edit(request, RegisterSheet(request.viewer.member.partner))


@require_safe
@requires(Permission.PARTNER_VIEW)
def app_page(request: HouseRequest, app_id: str) -> HttpResponse:
    """An app: its versions and its details."""
    return render(request, "portal/app.html", app_context(request, get_app(request.viewer.member, app_id)))


def app_context(request: HouseRequest, app: App, form: VersionForm | None = None) -> dict[str, object]:
    """What the page of an app shows; ``form`` is the one that begins a version, filled in."""
    versions = list(app.versions.all())
    newest = versions[0] if versions else None
    return {
        "app": app,
        "versions": [boards.version_line(version, request.viewer.member) for version in versions],
        "newest": newest,
        "cutoffs": list_cutoffs_of([app]),
        "is_asked": newest is not None and boards.waits_for_partner(list_submissions(newest)),
        "can_edit": can(request.viewer.member, app, Permission.PARTNER_APPS_EDIT),
        "can_test": request.viewer.can(Permission.PARTNER_PUBLISH),
        "can_give_up": can(request.viewer.member, app, Permission.PARTNER_APPS_TRANSFER),
        "form": form or VersionForm(versions, initial={"source": request.GET.get("copy", "")}),
        "state_in_words": boards.state_in_words,
        "status_pill": boards.status_pill,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PARTNER_APPS_EDIT)
def edit(request: HouseRequest, app_id: str) -> HttpResponse:
    """Changes an app's own details and icon."""
    return editing.edit(request, open_sheet(request.viewer.member, Part.DETAILS, app_id))
