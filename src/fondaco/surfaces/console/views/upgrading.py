"""Moving an app to a newer version: what changes, what it costs then, and the consent to it (FAQ 16, DOMAIN 5.7)."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from fondaco.installs.actions import Consent, upgrade_app
from fondaco.installs.actions.operations import check_none_open
from fondaco.installs.errors import NotUpgradable
from fondaco.installs.policies import check_can_change
from fondaco.installs.upgrades import Upgrade, get_upgrade
from fondaco.kit.errors import DomainError, Forbidden, NotFound
from fondaco.surfaces.console.views.installation import manage
from fondaco.surfaces.site.access import signed_in
from fondaco.surfaces.site.viewer import HouseRequest


@never_cache
@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def upgrade(request: HouseRequest, installation_id: str) -> HttpResponse:
    """The page, and the consent. Leaving it changes nothing: the version before runs on."""
    installation = manage(request, installation_id).installation
    try:
        check_none_open(installation)
        found = get_upgrade(request.viewer.user, installation)
        check_can_change(installation)
    except (NotUpgradable, DomainError) as refusal:
        if isinstance(refusal, NotFound | Forbidden):
            raise
        messages.warning(request, str(refusal))
        return redirect("console:installation", installation_id=installation_id)
    if request.method != "POST":
        return _show(request, found, found.suggested.pk.hex if found.suggested else "")
    return _agree(request, found)


def _agree(request: HouseRequest, found: Upgrade) -> HttpResponse:
    chosen = request.POST.get("plan", "")
    choice = found.find_choice(chosen)
    errors: dict[str, str] = {}
    if choice is None:
        errors["plan"] = _("Choose a plan of the newer version.")
    if request.POST.get("agreed") != "yes":
        errors["agreed"] = _("Tick the box to agree. Nothing was changed.")
    if errors or choice is None:
        return _show(request, found, chosen, errors, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        upgrade_app(
            actor=request.viewer.actor,
            by=request.viewer.user,
            installation=found.installation,
            version=found.version,
            plan=choice.plan,
            consent=Consent(tuple(found.version.technical.scopes), found.consent),
            seen=request.POST.get("seen", "") or "nothing",
        )
    except (NotFound, Forbidden):
        raise
    except DomainError as refusal:
        return _show(request, found, chosen, {"": str(refusal)}, HTTPStatus(refusal.status))
    words = _("%(app)s is asked to move to version %(version)s. People go on using the one before meanwhile.")
    messages.success(request, words % {"app": found.version.app.name, "version": found.version.name})
    return redirect("console:installation", installation_id=found.installation.pk.hex)


def _show(
    request: HouseRequest,
    found: Upgrade,
    chosen: str,
    errors: dict[str, str] | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    context = {"upgrade": found, "installation": found.installation, "chosen": chosen, "errors": errors or {}}
    return render(request, "console/upgrade.html", context, status=status)
