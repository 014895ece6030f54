"""The accounts of customers and developers."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from fondaco.accounts.permissions import Permission
from fondaco.accounts.queries import get_account, list_accounts, list_events, list_users
from fondaco.installs.labels import STATUSES
from fondaco.installs.policies import may_force
from fondaco.installs.queries import list_for_support
from fondaco.installs.states import InstallationStatus
from fondaco.kit.pagination import numbered_page
from fondaco.surfaces.backoffice.trail import describe_events, with_names
from fondaco.surfaces.site.access import requires
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


@requires(Permission.OPERATOR_VIEW)
@require_safe
def show(request: HouseRequest, account_id: str) -> HttpResponse:
    """One account: people, what happened, and its apps for those who may mend them."""
    by = request.viewer.operator
    account = get_account(by, account_id)
    may_see_apps = by.can(Permission.OPERATOR_SUPPORT)
    found = list_for_support(by, account.pk)[:_MOST] if may_see_apps else []
    events = with_names(list_events(by, account_id=account.pk))[:_LATEST]
    context = {
        "account": account,
        "users": list(list_users(account.pk, only_active=False)[:_MOST]),
        "may_see_apps": may_see_apps,
        "may_force": may_force(account),
        "may_pick_for_reviews": by.can(Permission.OPERATOR_PARTNERS) and not hasattr(account, "partner"),
        "may_cut_off": by.can(Permission.OPERATOR_ACCESS_REVOKE),
        "installations": [(one, STATUSES[InstallationStatus(one.status)]) for one in found],
        "trail": describe_events(events),
    }
    return render(request, "backoffice/account.html", context)
