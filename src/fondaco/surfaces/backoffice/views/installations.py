"""One installation as support sees it, and failed updates, which only staff can mend."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from fondaco.accounts.permissions import Permission
from fondaco.accounts.queries import get_account, get_user, list_users
from fondaco.installs.actions import mend_update
from fondaco.installs.explaining import explain, get_explainable
from fondaco.installs.labels import STATUSES
from fondaco.installs.mends import find_damage, list_broken
from fondaco.installs.models import Installation
from fondaco.installs.queries import get_for_support, get_open_operation
from fondaco.installs.states import InstallationStatus, Mending
from fondaco.kit.errors import DomainError
from fondaco.kit.pagination import numbered_page
from fondaco.messaging.timeline import Side
from fondaco.surfaces.backoffice.forms_installations import MendForm
from fondaco.surfaces.site.access import requires
from fondaco.surfaces.site.forms import show_refusal
from fondaco.surfaces.site.paging import page_links, page_number
from fondaco.surfaces.site.timeline import timeline_page
from fondaco.surfaces.site.viewer import HouseRequest

_PER_PAGE = 50
_MOST_PEOPLE = 500


@requires(Permission.OPERATOR_SUPPORT)
@require_safe
def show_broken(request: HouseRequest) -> HttpResponse:
    """Every failed update that waits for staff."""
    page = numbered_page(list_broken(request.viewer.operator), page_number(request), _PER_PAGE)
    return render(request, "backoffice/broken.html", {"page": page, "links": page_links(request, page)})


@never_cache
@requires(Permission.OPERATOR_SUPPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HouseRequest, installation_id: str) -> HttpResponse:
    """How it stands; posting mends a failed update."""
    by = request.viewer.operator
    installation = get_for_support(by, installation_id)
    form, status = MendForm(), 200
    if request.method == "POST":
        form, status = MendForm(request.POST), 422
        if form.is_valid():
            way = Mending(form.cleaned_data["way"])
            reason = form.cleaned_data["reason"]
            try:
                mend_update(actor=request.viewer.actor, by=by, installation=installation, way=way, reason=reason)
            except DomainError as refusal:
                status = show_refusal(form, refusal)
            else:
                messages.success(request, _say_mended(installation, way))
                return redirect("backoffice:installation", installation_id)
    context = {
        "installation": installation,
        "app": installation.app,
        "account": installation.account,
        "state": STATUSES[InstallationStatus(installation.status)],
        "operation": get_open_operation(installation),
        "damage": find_damage(by, installation),
        "form": form,
        "page": timeline_page(request, installation, Side.STAFF),
        "may_cut_off": by.can(Permission.OPERATOR_ACCESS_REVOKE),
    }
    return render(request, "backoffice/installation.html", context, status=status)


@never_cache
@requires(Permission.OPERATOR_SUPPORT)
@require_safe
def show_explanation(request: HouseRequest, account_id: str) -> HttpResponse:
    """Why somebody of an account cannot see, install or open an app: ``?app=`` its address, ``?user=`` who."""
    account = get_account(request.viewer.operator, account_id)
    people = list(list_users(account.pk, only_active=False)[:_MOST_PEOPLE])
    slug, chosen = request.GET.get("app", "").replace("\0", "")[:60], request.GET.get("user", "")
    found = None
    if slug and (chosen or people):
        known = {user.pk: user for user in people}
        user = known.get(chosen or people[0].pk) or get_user(account.pk, chosen)
        user.account = account
        found = explain(user, get_explainable(user, slug, is_for_staff=True))
    context = {"account": account, "slug": slug, "found": found, "people": people}
    return render(request, "backoffice/explanation.html", context)


def _say_mended(installation: Installation, way: Mending) -> str:
    names = {"app": installation.app, "company": installation.app.partner}
    if way == Mending.ASK_AGAIN:
        return _("%(company)s is asked once more. The managers of %(app)s are told.") % names
    return _("%(app)s is mended. Its managers are told.") % names
