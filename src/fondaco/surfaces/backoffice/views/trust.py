"""Trusting a partner: its listing changes without new claims pass by policy, sampled by people."""

from __future__ import annotations

from http import HTTPStatus

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from fondaco.accounts.permissions import Permission
from fondaco.kit.errors import DomainError
from fondaco.partners.queries import get_partner
from fondaco.review import actions
from fondaco.review.queries import find_trust, list_policy_decisions
from fondaco.surfaces.backoffice.forms_trust import TrustForm, WithdrawTrustForm
from fondaco.surfaces.site.access import requires
from fondaco.surfaces.site.forms import show_refusal
from fondaco.surfaces.site.viewer import HouseRequest


@requires(Permission.OPERATOR_PARTNERS)
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HouseRequest, partner_id: str) -> HttpResponse:
    """Whether a partner is trusted, what passed because of it, and the form that trusts it."""
    by = request.viewer.operator
    partner = get_partner(by, partner_id)
    form, status = TrustForm(), 200
    if request.method == "POST":
        form, status = TrustForm(request.POST), 422
        if form.is_valid():
            try:
                actions.trust_partner(actor=request.viewer.actor, by=by, partner=partner, **form.cleaned_data)
            except DomainError as refusal:
                status = show_refusal(form, refusal)
            else:
                messages.success(request, _("%(partner)s is trusted now.") % {"partner": partner.name})
                return redirect("backoffice:trust", partner_id)
    return _render(request, partner_id, form, WithdrawTrustForm(), status)


@requires(Permission.OPERATOR_PARTNERS)
@require_POST
def withdraw(request: HouseRequest, partner_id: str) -> HttpResponse:
    """From now on people look at everything again."""
    by, form = request.viewer.operator, WithdrawTrustForm(request.POST)
    partner = get_partner(by, partner_id)
    status: int = HTTPStatus.UNPROCESSABLE_ENTITY
    if form.is_valid():
        try:
            actions.withdraw_trust(actor=request.viewer.actor, by=by, partner=partner, **form.cleaned_data)
        except DomainError as refusal:
            status = show_refusal(form, refusal)
        else:
            messages.success(request, _("People look at everything of %(partner)s again.") % {"partner": partner.name})
            return redirect("backoffice:trust", partner_id)
    return _render(request, partner_id, TrustForm(), form, status)


def _render(
    request: HouseRequest, partner_id: str, form: TrustForm, withdrawal: WithdrawTrustForm, status: int
) -> HttpResponse:
    by = request.viewer.operator
    partner = get_partner(by, partner_id)
    context = {
        "partner": partner,
        "trust": find_trust(by, partner),
        "decisions": list_policy_decisions(by, partner),
        "every": settings.REVIEW_SAMPLE_EVERY,
        "samples_wait": settings.REVIEW_SAMPLES_WAIT,
        "form": form,
        "withdrawal": withdrawal,
    }
    return render(request, "backoffice/trust.html", context, status=status)
