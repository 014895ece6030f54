"""The accounts of customers and developers."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from fondaco.accounts.models import Account
from fondaco.accounts.permissions import Permission
from fondaco.accounts.policies import check_operator_can
from fondaco.accounts.queries import get_account, list_accounts, list_events, list_users
from fondaco.installs.actions import allow_force_uninstall
from fondaco.installs.labels import STATUSES
from fondaco.installs.policies import may_force
from fondaco.installs.queries import list_for_support
from fondaco.installs.states import InstallationStatus
from fondaco.kit.errors import DomainError
from fondaco.kit.pagination import numbered_page
from fondaco.surfaces.backoffice.forms_installations import AllowForm
from fondaco.surfaces.backoffice.trail import describe_events, with_names
from fondaco.surfaces.site.access import requires
from fondaco.surfaces.site.forms import show_refusal
from fondaco.surfaces.site.paging import page_links, page_number
from fondaco.surfaces.site.viewer import HouseRequest

_PER_PAGE = 50
_LATEST = 10
_MOST = 50  # people and apps on the page of one account


@requires(Permission.OPERATOR_VIEW)
@require_safe
def show_all(request: HouseRequest) -> HttpResponse:
    """Every account by company; ``q`` searches company and name."""
    text = request.GET.get("q", "").replace("\0", "").strip()[:120]
    page = numbered_page(list_accounts(request.viewer.operator, text=text), page_number(request), _PER_PAGE)
    may_mend = request.viewer.operator.can(Permission.OPERATOR_SUPPORT)
    context = {"page": page, "links": page_links(request, page), "text": text, "may_mend": may_mend}
    return render(request, "backoffice/accounts.html", context)


@never_cache
@requires(Permission.OPERATOR_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HouseRequest, account_id: str) -> HttpResponse:
    """One account: people, what happened, and for support its apps; posting says who may force an uninstall."""
    account = get_account(request.viewer.operator, account_id)
    if request.method != "POST":
        return _show(request, account, AllowForm(initial={"allow": "yes" if may_force(account) else "no"}))
    form, status = AllowForm(request.POST), int(HTTPStatus.UNPROCESSABLE_ENTITY)
    check_operator_can(request.viewer.operator, Permission.OPERATOR_SUPPORT)
    if form.is_valid():
        try:
            return _allow(request, account, is_allowed=form.cleaned_data["allow"], reason=form.cleaned_data["reason"])
        except DomainError as refusal:
            status = show_refusal(form, refusal)
    return _show(request, account, form, status)


def _allow(request: HouseRequest, account: Account, *, is_allowed: bool, reason: str) -> HttpResponse:
    by, actor = request.viewer.operator, request.viewer.actor
    allow_force_uninstall(actor=actor, by=by, account=account, is_allowed=is_allowed, reason=reason)
    on = _("Managers of %(account)s may remove apps at once from now on.")
    off = _("Managers of %(account)s can only uninstall apps the usual way from now on.")
    messages.success(request, (on if is_allowed else off) % {"account": account.company_name})
    return redirect("backoffice:account", account.pk)


def _show(request: HouseRequest, account: Account, form: AllowForm, status: int = HTTPStatus.OK) -> HttpResponse:
    by = request.viewer.operator
    may_see_apps = by.can(Permission.OPERATOR_SUPPORT)
    found = list_for_support(by, account.pk)[:_MOST] if may_see_apps else []
    events = with_names(list_events(by, account_id=account.pk))[:_LATEST]
    context = {
        "account": account,
        "users": list(list_users(account.pk, only_active=False)[:_MOST]),
        "may_see_apps": may_see_apps,
        "form": form,
        "may_pick_for_reviews": by.can(Permission.OPERATOR_PARTNERS) and not hasattr(account, "partner"),
        "may_cut_off": by.can(Permission.OPERATOR_ACCESS_REVOKE),
        "installations": [(one, STATUSES[InstallationStatus(one.status)]) for one in found],
        "trail": describe_events(events),
    }
    return render(request, "backoffice/account.html", context, status=status)
