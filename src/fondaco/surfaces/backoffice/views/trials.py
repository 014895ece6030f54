"""The trial of one installation: how it stands, and letting it last longer."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from fondaco.accounts.permissions import Permission
from fondaco.installs.actions import extend_trial
from fondaco.installs.queries import get_for_support, get_trial
from fondaco.installs.trial_dates import last_day_of
from fondaco.kit.errors import DomainError
from fondaco.surfaces.backoffice.forms_trial import ExtendTrialForm
from fondaco.surfaces.site.access import requires
from fondaco.surfaces.site.forms import show_refusal
from fondaco.surfaces.site.viewer import HouseRequest


@never_cache
@requires(Permission.OPERATOR_SUPPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def extend(request: HouseRequest, installation_id: str) -> HttpResponse:
    """One that runs may be extended; of the others the page says how they ended."""
    by = request.viewer.operator
    installation = get_for_support(by, installation_id)
    trial = get_trial(installation)
    form, status = ExtendTrialForm(), int(HTTPStatus.OK)
    if request.method == "POST":
        form, status = ExtendTrialForm(request.POST), HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            try:
                extend_trial(actor=request.viewer.actor, by=by, installation=installation, **form.cleaned_data)
            except DomainError as refusal:
                status = show_refusal(form, refusal)
            else:
                messages.success(request, _("The trial lasts longer. The account's managers get a mail."))
                return redirect("backoffice:account", account_id=installation.account_id)
    timezone = installation.account.timezone
    context = {
        "installation": installation,
        "trial": trial,
        "last_day": last_day_of(trial.expires_at, timezone) if trial.expires_at else None,
        "timezone": timezone,
        "form": form,
    }
    return render(request, "backoffice/trial.html", context, status=status)
