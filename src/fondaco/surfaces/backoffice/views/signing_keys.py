"""The keys with which the platform signs events: which sign, until when old ones count, and replacing one."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from fondaco.accounts.permissions import Permission
from fondaco.kit.errors import DomainError
from fondaco.messaging.signing import public_forms
from fondaco.messaging.signing_keys import list_keys, rotate_by_hand
from fondaco.surfaces.backoffice.forms_deliveries import RotateKeyForm
from fondaco.surfaces.site.access import requires
from fondaco.surfaces.site.forms import show_refusal
from fondaco.surfaces.site.viewer import HouseRequest


@never_cache
@requires(Permission.OPERATOR_ACCESS_REVOKE)
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HouseRequest) -> HttpResponse:
    """Every key that is still served; posting replaces one."""
    by, form, status = request.viewer.operator, RotateKeyForm(), int(HTTPStatus.OK)
    if request.method == "POST":
        form, status = RotateKeyForm(request.POST), HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            try:
                rotate_by_hand(actor=request.viewer.actor, by=by, **form.cleaned_data)
            except DomainError as refusal:
                status = show_refusal(form, refusal)
            else:
                messages.success(
                    request,
                    _("The new key signs from now on. What the old one signed stays valid; partners get a mail."),
                )
                return redirect("backoffice:signing_keys")
    keys = [(each, public_forms(each.key)) for each in list_keys(by)]
    return render(request, "backoffice/signing_keys.html", {"form": form, "keys": keys}, status=status)
