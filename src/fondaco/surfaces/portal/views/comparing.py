"""Two versions of an app side by side."""

from __future__ import annotations

from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from fondaco.accounts.permissions import Permission
from fondaco.catalog.comparison import compare_versions
from fondaco.catalog.models import App, Version
from fondaco.catalog.queries import get_app, get_versions, predecessor
from fondaco.kit.errors import NotFound
from fondaco.surfaces.site.access import requires
from fondaco.surfaces.site.viewer import HouseRequest


@require_safe
@requires(Permission.PARTNER_VIEW)
def compare(request: HouseRequest, app_id: str) -> HttpResponse:
    """What changed from ``before`` to ``after`` (ids of versions); without them, what the newest version changes."""
    member = request.viewer.member
    app = get_app(member, app_id)
    versions = list(app.versions.all())
    if not versions:
        raise NotFound
    after = _chosen(request, "after", app, versions[0])
    before = _chosen(request, "before", app, predecessor(after, versions))
    found = compare_versions(*get_versions(member, app, before.pk.hex, after.pk.hex))
    changes = [(part, list(differences)) for part, differences in groupby(found, lambda difference: difference.part)]
    context = {
        "app": app,
        "versions": versions,
        "before": before,
        "after": after,
        "changes": changes,
        "count": len(found),
    }
    return render(request, "portal/compare.html", context)


def _chosen(request: HttpRequest, name: str, app: App, default: Version) -> Version:
    """The version of this very app that the address names; any other does not exist here."""
    wanted = request.GET.get(name)
    if wanted is None:
        return default
    found = next((version for version in app.versions.all() if version.pk.hex == wanted), None)
    if found is None:
        raise NotFound
    return found
