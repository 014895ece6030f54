"""Apps that a partner asks the account to try before everybody may: accept, decline, install, stop."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from fondaco.accounts.permissions import Permission
from fondaco.catalog import actions
from fondaco.catalog.labels import status_label
from fondaco.catalog.models import AppTester
from fondaco.catalog.queries import get_test, link_address, list_tests
from fondaco.surfaces.site.access import requires
from fondaco.surfaces.site.viewer import HouseRequest


@dataclass(frozen=True, slots=True)
class LinkedVersion:
    """A version that the account may install now: its name, where it stands, and its installation link."""

    name: str
    state: str
    address: str


@never_cache
@require_safe
@requires(Permission.APPS_INSTALL)
def show(request: HouseRequest) -> HttpResponse:
    """Invitations that wait, then the apps that are tested with what there is to install."""
    tests = list(list_tests(request.viewer.user))
    context = {
        "account": request.viewer.user.account,
        "waiting": [tester for tester in tests if tester.is_invited],
        "testing": [(tester, _linked(tester)) for tester in tests if tester.is_testing],
    }
    return render(request, "console/tests.html", context)


@require_POST
@requires(Permission.APPS_INSTALL)
def accept(request: HouseRequest, tester_id: str) -> HttpResponse:
    """Agrees."""
    by = request.viewer.user
    tester = actions.accept_test(actor=request.viewer.actor, by=by, tester=get_test(by, tester_id))
    messages.success(request, _("Your account tests %(app)s now.") % {"app": tester.app.name})
    return redirect("console:tests")


@require_POST
@requires(Permission.APPS_INSTALL)
def decline(request: HouseRequest, tester_id: str) -> HttpResponse:
    """Does not want to."""
    by = request.viewer.user
    tester = actions.decline_test(actor=request.viewer.actor, by=by, tester=get_test(by, tester_id))
    messages.success(request, _("Declined. %(partner)s is told.") % {"partner": tester.app.partner.name})
    return redirect("console:tests")


@require_POST
@requires(Permission.APPS_INSTALL)
def leave(request: HouseRequest, tester_id: str) -> HttpResponse:
    """Stops."""
    by = request.viewer.user
    tester = actions.leave_test(actor=request.viewer.actor, by=by, tester=get_test(by, tester_id))
    messages.success(request, _("The test is over. If %(app)s is installed, it stays so.") % {"app": tester.app.name})
    return redirect("console:tests")


def _linked(tester: AppTester) -> list[LinkedVersion]:
    versions = tester.app.linked_versions  # type: ignore[attr-defined]  # prefetched by the query
    return [
        LinkedVersion(version.name, status_label(version.technical.status).lower(), link_address(version.install_link))
        for version in versions
    ]
