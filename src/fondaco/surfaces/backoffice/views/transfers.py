"""Apps on their way from one partner to another: what moves, and the platform's word."""

from __future__ import annotations

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from fondaco.accounts.permissions import Permission
from fondaco.catalog import actions
from fondaco.catalog.labels import TRANSFER_STATUSES
from fondaco.catalog.models import AppTransfer
from fondaco.catalog.queries import find_in_review, get_any_transfer, list_all_transfers
from fondaco.installs.endings import weigh
from fondaco.kit.errors import DomainError
from fondaco.kit.pagination import numbered_page
from fondaco.surfaces.backoffice.forms_lifecycle import RefusalForm
from fondaco.surfaces.site.access import requires
from fondaco.surfaces.site.forms import show_refusal
from fondaco.surfaces.site.paging import page_links, page_number
from fondaco.surfaces.site.viewer import HouseRequest

_PER_PAGE = 50
_TONES = {"offered": "mute", "accepted": "info", "completed": "good", "refused": "bad"}


@requires(Permission.OPERATOR_PARTNERS)
@require_safe
def show_all(request: HouseRequest) -> HttpResponse:
    """Every transfer, newest first."""
    page = numbered_page(list_all_transfers(request.viewer.operator), page_number(request), _PER_PAGE)
    lines = [(transfer, *_pill(transfer)) for transfer in page.items]
    context = {"lines": lines, "total": page.total, "links": page_links(request, page)}
    return render(request, "backoffice/transfers.html", context)


@requires(Permission.OPERATOR_PARTNERS)
@require_safe
def show(request: HouseRequest, transfer_id: str) -> HttpResponse:
    """What moves, who said what, and the decision."""
    return _show(request, get_any_transfer(request.viewer.operator, transfer_id), RefusalForm(), 200)


@requires(Permission.OPERATOR_PARTNERS)
@require_POST
def confirm(request: HouseRequest, transfer_id: str) -> HttpResponse:
    """Confirms: the app moves at once."""
    by = request.viewer.operator
    transfer = actions.confirm_transfer(actor=request.viewer.actor, by=by, transfer=get_any_transfer(by, transfer_id))
    names = {"app": transfer.app.name, "partner": transfer.receiver.name}
    messages.success(request, _("%(app)s belongs to %(partner)s now. The customers are told.") % names)
    return redirect("backoffice:transfer", transfer_id)


@requires(Permission.OPERATOR_PARTNERS)
@require_POST
def refuse(request: HouseRequest, transfer_id: str) -> HttpResponse:
    """Does not confirm."""
    by = request.viewer.operator
    transfer = get_any_transfer(by, transfer_id)
    form, status = RefusalForm(request.POST), 422
    if form.is_valid():
        try:
            actions.refuse_transfer(
                actor=request.viewer.actor, by=by, transfer=transfer, reason=form.cleaned_data["reason"]
            )
        except DomainError as refusal:
            status = show_refusal(form, refusal)
        else:
            messages.success(request, _("Refused. Both partners are told."))
            return redirect("backoffice:transfer", transfer_id)
    return _show(request, transfer, form, status)


def _show(request: HouseRequest, transfer: AppTransfer, form: Form, status: int) -> HttpResponse:
    words, tone = _pill(transfer)
    context = {
        "transfer": transfer,
        "app": transfer.app,
        "words": words,
        "tone": tone,
        "moves": weigh(transfer.app) if transfer.is_open else None,
        "in_review": find_in_review(transfer.app) if transfer.is_open else None,
        "form": form,
    }
    return render(request, "backoffice/transfer.html", context, status=status)


def _pill(transfer: AppTransfer) -> tuple[str, str]:
    return str(TRANSFER_STATUSES[transfer.status]), _TONES.get(transfer.status, "mute")
