"""Trying a version before everybody may: its installation link, and the accounts that test an app."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fondaco.accounts.permissions import Permission
from fondaco.catalog import actions
from fondaco.catalog.labels import TESTER_STATUSES, status_label
from fondaco.catalog.models import AppTester, Version
from fondaco.catalog.policies import Installer, can, explain_for
from fondaco.catalog.queries import find_link, get_app, get_tester, get_version, link_address, list_testers
from fondaco.kit.errors import DomainError
from fondaco.kit.rate import check_rate
from fondaco.surfaces.portal.forms.lifecycle import TesterForm
from fondaco.surfaces.site.access import requires
from fondaco.surfaces.site.forms import show_refusal
from fondaco.surfaces.site.viewer import HouseRequest

_WHO = {
    Installer.OWN_ACCOUNT: gettext_lazy("Your developer account"),
    Installer.TEST_ACCOUNT: gettext_lazy("Test accounts that agreed"),
    Installer.PLATFORM: gettext_lazy("Accounts of the platform"),
    Installer.OTHER: gettext_lazy("Every other account"),
}
_TONES = {"invited": "info", "accepted": "good"}


@dataclass(frozen=True, slots=True)
class Visitor:
    """A kind of account that comes with the link; ``why_not`` is None when the version opens to it."""

    label: str | Promise
    why_not: str | Promise | None


@never_cache
@require_safe
@requires(Permission.PARTNER_PUBLISH)
def install(request: HouseRequest, version_id: str) -> HttpResponse:
    """The link to copy, the button, and whom the version opens to."""
    member = request.viewer.member
    version = get_version(member, version_id)
    link = find_link(version)
    if link is not None:
        link.version = version
    context = {
        "version": version,
        "app": version.app,
        "link": link,
        "address": link_address(link) if link else "",
        "visitors": _visitors(version),
        "state": status_label(version.technical.status).lower(),
        "can_change": can(member, version.app, Permission.PARTNER_PUBLISH) and version.retired_at is None,
        "not_installable": explain_for(version, Installer.OWN_ACCOUNT, by_link=True),
    }
    return render(request, "portal/install_version.html", context)


@require_POST
@requires(Permission.PARTNER_PUBLISH)
def make_link(request: HouseRequest, version_id: str) -> HttpResponse:
    """Switches the link on, or gives it another secret."""
    member = request.viewer.member
    actions.make_install_link(actor=request.viewer.actor, by=member, version=get_version(member, version_id))
    messages.success(request, _("This is the installation link now. One that was there before leads nowhere."))
    return redirect("portal:install_version", version_id)


@require_POST
@requires(Permission.PARTNER_PUBLISH)
def end_link(request: HouseRequest, version_id: str) -> HttpResponse:
    """Switches it off."""
    member = request.viewer.member
    actions.end_install_link(actor=request.viewer.actor, by=member, version=get_version(member, version_id))
    messages.success(request, _("The installation link leads nowhere any more."))
    return redirect("portal:install_version", version_id)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PARTNER_PUBLISH)
def testers(request: HouseRequest, app_id: str) -> HttpResponse:
    """The accounts that test an app; posting invites one more."""
    member = request.viewer.member
    app = get_app(member, app_id)
    form, status = TesterForm(), 200
    if request.method == "POST":
        form, status = TesterForm(request.POST), 422
        if form.is_valid():
            try:
                check_rate(f"test-account:{member.partner_id.hex}", limit=20, per=3600)
                tester = actions.invite_tester(actor=request.viewer.actor, by=member, app=app, **form.cleaned_data)
            except DomainError as refusal:
                status = show_refusal(form, refusal)
            else:
                messages.success(request, _("%(account)s is invited by mail.") % {"account": tester.account})
                return redirect("portal:testers", app_id)
    context = {
        "app": app,
        "form": form,
        "testers": [_line(tester) for tester in list_testers(member, app)[:100]],
        "can_change": can(member, app, Permission.PARTNER_PUBLISH),
    }
    return render(request, "portal/testers.html", context, status=status)


@require_POST
@requires(Permission.PARTNER_PUBLISH)
def remove(request: HouseRequest, app_id: str, tester_id: str) -> HttpResponse:
    """Takes an invitation back, or ends a test."""
    member = request.viewer.member
    tester = get_tester(member, get_app(member, app_id), tester_id)
    actions.remove_tester(actor=request.viewer.actor, by=member, tester=tester)
    messages.success(request, _("%(account)s can no longer install unfinished versions.") % {"account": tester.account})
    return redirect("portal:testers", app_id)


def _visitors(version: Version) -> list[Visitor]:
    return [Visitor(label, explain_for(version, installer, by_link=True)) for installer, label in _WHO.items()]


def _line(tester: AppTester) -> tuple[AppTester, str | Promise, str]:
    return tester, TESTER_STATUSES[tester.status], _TONES.get(tester.status, "mute")
