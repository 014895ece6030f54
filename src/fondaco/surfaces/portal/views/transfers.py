"""Handing an app over to another partner, and taking one over."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fondaco.accounts.permissions import Permission
from fondaco.catalog import actions
from fondaco.catalog.labels import TRANSFER_STATUSES
from fondaco.catalog.models import AppTransfer
from fondaco.catalog.queries import find_in_review, find_open_transfer, get_app, get_transfer, list_transfers
from fondaco.installs.endings import weigh
from fondaco.kit.errors import DomainError
from fondaco.kit.rate import check_rate
from fondaco.surfaces.portal.forms.lifecycle import DeclineForm, OfferForm
from fondaco.surfaces.site.access import requires
from fondaco.surfaces.site.forms import show_refusal
from fondaco.surfaces.site.viewer import HouseRequest

_TONES = {"offered": "info", "accepted": "info", "completed": "good", "refused": "bad"}


@require_safe
@requires(Permission.PARTNER_APPS_TRANSFER)
def show_all(request: HouseRequest) -> HttpResponse:
    """What was offered, in both directions."""
    member = request.viewer.member
    lines = [(one, one.giver_id == member.partner_id, *_pill(one)) for one in list_transfers(member)[:100]]
    return render(request, "portal/transfers.html", {"lines": lines})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PARTNER_APPS_TRANSFER)
def offer(request: HouseRequest, app_id: str) -> HttpResponse:
    """What would move, and to whom it is offered; leads to the offer that is open."""
    member = request.viewer.member
    app = get_app(member, app_id)
    opened = find_open_transfer(app)
    if opened and request.method != "POST":
        return redirect("portal:transfer", opened.pk.hex)
    form, status = OfferForm(app_name=app.name), 200
    if request.method == "POST":
        form, status = OfferForm(request.POST, app_name=app.name), 422
        if form.is_valid():
            try:
                check_rate(f"transfer:{member.partner_id.hex}", limit=20, per=3600)
                transfer = actions.offer_app(
                    actor=request.viewer.actor,
                    by=member,
                    app=app,
                    receiver=form.cleaned_data["receiver"],
                    note=form.cleaned_data["note"],
                )
            except DomainError as refusal:
                status = show_refusal(form, refusal)
            else:
                messages.success(request, _("Offered. Their owners get a mail and have 14 days to answer."))
                return redirect("portal:transfer", transfer.pk.hex)
    context = {"app": app, "form": form, "moves": weigh(app), "in_review": find_in_review(app)}
    return render(request, "portal/transfer_offer.html", context, status=status)


@require_safe
@requires(Permission.PARTNER_APPS_TRANSFER)
def show(request: HouseRequest, transfer_id: str) -> HttpResponse:
    """One transfer: what moves, where it stands, what to do."""
    return _show(request, get_transfer(request.viewer.member, transfer_id), DeclineForm(), 200)


@require_POST
@requires(Permission.PARTNER_APPS_TRANSFER)
def accept(request: HouseRequest, transfer_id: str) -> HttpResponse:
    """Takes the app over, once the platform has confirmed it."""
    member = request.viewer.member
    actions.accept_transfer(actor=request.viewer.actor, by=member, transfer=get_transfer(member, transfer_id))
    messages.success(request, _("Accepted. It moves as soon as the platform has confirmed it."))
    return redirect("portal:transfer", transfer_id)


@require_POST
@requires(Permission.PARTNER_APPS_TRANSFER)
def decline(request: HouseRequest, transfer_id: str) -> HttpResponse:
    """Does not take it."""
    member = request.viewer.member
    transfer = get_transfer(member, transfer_id)
    form, status = DeclineForm(request.POST), 422
    if form.is_valid():
        try:
            actions.decline_transfer(
                actor=request.viewer.actor, by=member, transfer=transfer, reason=form.cleaned_data["reason"]
            )
        except DomainError as refusal:
            status = show_refusal(form, refusal)
        else:
            messages.success(request, _("Declined. The other partner is told."))
            return redirect("portal:transfer", transfer_id)
    return _show(request, transfer, form, status)


@require_POST
@requires(Permission.PARTNER_APPS_TRANSFER)
def withdraw(request: HouseRequest, transfer_id: str) -> HttpResponse:
    """Takes an offer back."""
    member = request.viewer.member
    actions.withdraw_transfer(actor=request.viewer.actor, by=member, transfer=get_transfer(member, transfer_id))
    messages.success(request, _("Taken back. The app stays yours."))
    return redirect("portal:transfer", transfer_id)


def _show(request: HouseRequest, transfer: AppTransfer, form: Form, status: int) -> HttpResponse:
    member = request.viewer.member
    is_giver = transfer.giver_id == member.partner_id
    words, tone = _pill(transfer)
    context: dict[str, Any] = {
        "transfer": transfer,
        "app": transfer.app,
        "is_giver": is_giver,
        "is_ours": transfer.app.partner_id == member.partner_id,
        "words": words,
        "tone": tone,
        "moves": weigh(transfer.app) if transfer.is_open else None,
        "in_review": find_in_review(transfer.app) if transfer.is_open else None,
        "form": form,
    }
    return render(request, "portal/transfer.html", context, status=status)


def _pill(transfer: AppTransfer) -> tuple[str, str]:
    return str(TRANSFER_STATUSES[transfer.status]), _TONES.get(transfer.status, "mute")
