"""The checks of a version: run them, watch the results come in, see how to mend what they found."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from fondaco.accounts.permissions import Permission
from fondaco.catalog.models import Version
from fondaco.catalog.queries import get_version
from fondaco.kit.errors import NotFound
from fondaco.review import actions
from fondaco.review.models import CheckRun
from fondaco.review.policies import can_run_checks
from fondaco.review.queries import get_run, latest_run, list_evidence, list_runs, report
from fondaco.surfaces.site.access import requires
from fondaco.surfaces.site.checks import REASONS, SEVERITIES, STATUSES, group_results, sum_up, tone_of
from fondaco.surfaces.site.viewer import HouseRequest

_FIELDS: Final = {
    "technical": (
        "events_callback_url", "standalone_url", "redirect_urls", "scopes", "data_fields",
        "receives_user_logout",
        "backchannel_logout_url", "is_manually_provisioned", "release_notes", "test_instructions", "test_credentials",
    ),
    "listing": (
        "display_name", "summary", "description", "categories", "video_url", "support_url", "support_email", "docs_url",
        "privacy_url", "terms_url",
    ),
}  # fmt: skip


@never_cache
@requires(Permission.PARTNER_VIEW)
@require_safe
def show(request: HouseRequest, version_id: str) -> HttpResponse:
    """The latest run, or the one named by ``run``; asked by HTMX, only what changed since ``mark``."""
    member = request.viewer.member
    version = get_version(member, version_id)
    chosen = _choose(request, version)
    found = report(chosen, version) if chosen else None
    mark = f"{chosen.pk.hex}-{chosen.status}-{found.done}" if chosen and found else ""
    if request.htmx and request.GET.get("mark") == mark:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    context = {
        "version": version,
        "app": version.app,
        "report": found,
        "groups": group_results(found) if found else [],
        "summary": sum_up(found) if found else "",
        "tone": tone_of(found) if found else "mute",
        "links": mending_links(version),
        "severities": SEVERITIES,
        "statuses": STATUSES,
        "reasons": REASONS,
        "can_run": can_run_checks(member, version),
        "runs": list_runs(version, limit=10),
        "mark": mark,
    }
    return render(request, "portal/checks_state.html" if request.htmx else "portal/checks.html", context)


@requires(Permission.PARTNER_LISTING_EDIT)
@require_POST
def run(request: HouseRequest, version_id: str) -> HttpResponse:
    """Starts the checks, or joins those that run."""
    member = request.viewer.member
    version = get_version(member, version_id)
    actions.run_checks(actor=request.viewer.actor, by=member, version=version)
    return redirect("portal:checks", version_id)


@requires(Permission.PARTNER_VIEW)
@require_safe
def evidence(request: HouseRequest, version_id: str) -> HttpResponse:
    """The four requirements of the marketplace, and what shows that they are met."""
    version = get_version(request.viewer.member, version_id)
    context = {"version": version, "app": version.app, "requirements": list_evidence(version)}
    return render(request, "site/evidence_rows.html" if request.htmx else "portal/evidence.html", context)


def check_summary(version: Version) -> dict[str, Any]:
    """What the card on the version's page shows."""
    run = latest_run(version)
    found = report(run) if run else None
    return {
        "checks": found,
        "checks_summary": sum_up(found) if found else "",
        "checks_tone": tone_of(found) if found else "mute",
    }


def mending_links(version: Version) -> dict[str, str]:
    """For each field that a finding may name, the form on which it is mended."""
    place = version.pk.hex
    links = {
        f"{part}.{field}": f"{reverse(f'portal:{part}', args=[place])}#id_{field}"
        for part, fields in _FIELDS.items()
        for field in fields
    }
    app = reverse("portal:edit_app", args=[version.app_id.hex])
    own = ("icon", "name", "website", "technical_email", "security_email")
    return links | {
        "plans": reverse("portal:plans", args=[place]),
        "screenshots": reverse("portal:screenshots", args=[place]),
        **{f"app.{field}": f"{app}#id_{field}" for field in own},
    }


def _choose(request: HouseRequest, version: Version) -> CheckRun | None:
    wanted = request.GET.get("run", "")
    if not wanted:
        return latest_run(version)
    run = get_run(request.viewer.member, wanted)
    if run.version_id != version.pk:
        raise NotFound
    return run
