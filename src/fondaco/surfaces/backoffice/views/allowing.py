"""Whether the managers of an account may remove apps at once."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from fondaco.accounts.permissions import Permission
from fondaco.accounts.queries import get_account
from fondaco.installs.actions import allow_force_uninstall
from fondaco.installs.policies import may_force
from fondaco.kit.errors import DomainError
from fondaco.surfaces.backoffice.forms_installations import AllowForm
from fondaco.surfaces.site.access import requires
from fondaco.surfaces.site.forms import show_refusal
from fondaco.surfaces.site.viewer import HouseRequest


@never_cache
@requires(Permission.OPERATOR_SUPPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def allow_force(request: HouseRequest, account_id: str) -> HttpResponse:
    """The page says what it means; posting says why, and what is wanted."""
    by = request.viewer.operator
    account = get_account(by, account_id)
    form, status = AllowForm(initial={"allow": "yes" if may_force(account) else "no"}), int(HTTPStatus.OK)
    if request.method == "POST":
        form, status = AllowForm(request.POST), HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            is_allowed, reason = form.cleaned_data["allow"], form.cleaned_data["reason"]
            try:
                allow_force_uninstall(
                    actor=request.viewer.actor, by=by, account=account, is_allowed=is_allowed, reason=reason
                )
            except DomainError as refusal:
                status = show_refusal(form, refusal)
            else:
                on = _("Managers of %(account)s may remove apps at once from now on.")
                off = _("Managers of %(account)s cannot remove apps at once any more.")
                messages.success(request, (on if is_allowed else off) % {"account": account.company_name})
                return redirect("backoffice:account", account_id)
    return render(request, "backoffice/allow_force.html", {"account": account, "form": form}, status=status)
