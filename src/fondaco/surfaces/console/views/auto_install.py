"""Who gets an installed app without being picked: the rules, who waits by them, what a change comes to, the change."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.db.models import prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from fondaco.accounts.models import Role
from fondaco.accounts.queries import list_roles
from fondaco.installs import snapshots
from fondaco.installs.actions import update_settings
from fondaco.installs.changes import Settings, quote
from fondaco.installs.errors import NothingToChange
from fondaco.installs.models import Installation
from fondaco.installs.queries import get_open_operation, list_users_of
from fondaco.installs.rules import find_waiting, rules_to_be
from fondaco.installs.states import InstallationStatus, OperationKind
from fondaco.installs.ways import Situation, Way, customer_ways
from fondaco.kit.errors import DomainError
from fondaco.surfaces.console.views.installation import manage
from fondaco.surfaces.site.access import signed_in
from fondaco.surfaces.site.forms import show_refusal
from fondaco.surfaces.site.forms_auto_install import AutoInstallForm
from fondaco.surfaces.site.viewer import HouseRequest


@never_cache
@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HouseRequest, installation_id: str) -> HttpResponse:
    """While another change waits, the rules can be looked at and not changed."""
    installation = manage(request, installation_id).installation
    if installation.is_gone:
        messages.info(request, _("%(app)s was removed, so nobody gets it by itself.") % {"app": installation.app.name})
        return redirect("console:installation", installation_id)
    prefetch_related_objects([installation], "auto_install_rules")
    roles = list(list_roles(installation.account_id))
    operation = get_open_operation(installation)
    auto = rules_to_be(installation, operation)
    kind = OperationKind(operation.kind) if operation else None
    situation = Situation(InstallationStatus(installation.status), True, kind, installation.is_cut_off)
    is_open = Way.CHANGE in customer_ways(situation)
    if request.method != "POST":
        form = AutoInstallForm(roles=roles).begin_with(auto)
        return _show(request, installation, roles, form, is_open=is_open)
    form = AutoInstallForm(request.POST, roles=roles).begin_with(auto)
    if not form.is_valid() or request.POST.get("do") not in {"review", "send"}:
        status = HTTPStatus.OK if form.is_valid() else HTTPStatus.UNPROCESSABLE_ENTITY
        return _show(request, installation, roles, form, status=status)
    try:
        return _send(request, installation, form, roles)
    except DomainError as refusal:
        return _show(request, installation, roles, form, status=show_refusal(form, refusal))


def _send(request: HouseRequest, installation: Installation, form: AutoInstallForm, roles: list[Role]) -> HttpResponse:
    by, users = request.viewer.user, list(list_users_of(installation, None).filter(is_active=True))
    wanted = Settings(installation.plan, users, installation.total_licences, form.wanted())
    if request.POST.get("do") == "send":
        seen = request.POST.get("seen", "")
        update_settings(actor=request.viewer.actor, by=by, installation=installation, wanted=wanted, seen=seen)
        words = _("The rules of %(app)s are being changed. People go on using it meanwhile.")
        messages.success(request, words % {"app": installation.app.name})
        return redirect("console:installation", installation_id=installation.pk.hex)
    found = quote(by, installation, wanted)
    if not found.is_change:
        raise NothingToChange(app=installation.app.name)
    context = {
        "installation": installation,
        "quote": found,
        "before": found.rules_now.describe(roles),
        "after": found.rules_then.describe(roles),
        "answers": form.cleaned_data,
        "held": len(users),
    }
    return render(request, "console/auto_install_review.html", context)


def _show(
    request: HouseRequest,
    installation: Installation,
    roles: list[Role],
    form: AutoInstallForm,
    *,
    is_open: bool = True,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    auto = rules_to_be(installation, None)
    context = {
        "installation": installation,
        "form": form,
        "is_open": is_open,
        "auto": auto,
        "rules": auto.describe(roles),
        "waiting": find_waiting(installation),
        "seen": snapshots.mark(snapshots.take(installation)) if is_open else "",  # what is closed sends nothing
    }
    return render(request, "console/auto_install.html", context, status=status)
