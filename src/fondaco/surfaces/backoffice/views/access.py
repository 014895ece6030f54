"""The kill switch: what to cut off, whom it hits, and the way back; and new credentials for one installation."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fondaco.accounts.permissions import Permission
from fondaco.identity.queries import list_credentials
from fondaco.installs import actions
from fondaco.installs.labels import STATUSES
from fondaco.installs.queries import get_for_support
from fondaco.installs.reach import (
    Target,
    find_in_force,
    find_targets,
    get_any_cutoff,
    get_target,
    list_in_force,
    list_reached,
    measure_reach,
    target_of,
    targets_of,
)
from fondaco.installs.tokens import inspect_token, revoke_shown_token
from fondaco.kit.errors import DomainError
from fondaco.kit.pagination import numbered_page
from fondaco.surfaces.backoffice.forms_access import CutOffForm, RestoreForm, TokenForm
from fondaco.surfaces.site.access import requires
from fondaco.surfaces.site.forms import show_refusal
from fondaco.surfaces.site.forms_credentials import RotateForm
from fondaco.surfaces.site.paging import page_links, page_number
from fondaco.surfaces.site.viewer import HouseRequest

_METHODS = ["GET", "HEAD", "POST"]
_PER_PAGE = 30
_MOST_IN_FORCE = 100


@requires(Permission.OPERATOR_ACCESS_REVOKE)
@require_safe
def show_all(request: HouseRequest) -> HttpResponse:
    """What is cut off now; ``q`` searches what could be."""
    by, text = request.viewer.operator, request.GET.get("q", "").replace("\0", "").strip()[:120]
    in_force = targets_of(list_in_force(by)[:_MOST_IN_FORCE])
    context = {"text": text, "found": find_targets(by, text) if text else [], "in_force": in_force}
    return render(request, "backoffice/access.html", context)


@never_cache
@requires(Permission.OPERATOR_ACCESS_REVOKE)
@require_http_methods(_METHODS)
def show(request: HouseRequest, kind: str, target_id: str) -> HttpResponse:
    """Whom it hits; posting cuts it off."""
    target = get_target(request.viewer.operator, kind, target_id)
    form, status = CutOffForm(request.POST or None, target=target), int(HTTPStatus.OK)
    if request.method == "POST":
        form, status = CutOffForm(request.POST, target=target), HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            try:
                actions.cut_off(
                    actor=request.viewer.actor, by=request.viewer.operator, target=target, **form.cleaned_data
                )
            except DomainError as refusal:
                status = show_refusal(form, refusal)
            else:
                messages.success(request, _("%(name)s is cut off.") % {"name": target.name})
                return redirect("backoffice:access_target", kind=kind, target_id=target_id)
    return _show(request, target, {"form": form}, status)


@requires(Permission.OPERATOR_ACCESS_REVOKE)
@require_POST
def restore(request: HouseRequest, cutoff_id: str) -> HttpResponse:
    """Lets in again what was cut off."""
    by, form = request.viewer.operator, RestoreForm(request.POST)
    cutoff = get_any_cutoff(by, cutoff_id)
    target, status = target_of(cutoff), int(HTTPStatus.UNPROCESSABLE_ENTITY)
    if form.is_valid():
        try:
            actions.restore_access(actor=request.viewer.actor, by=by, cutoff=cutoff, reason=form.cleaned_data["reason"])
        except DomainError as refusal:
            status = show_refusal(form, refusal)
        else:
            messages.success(request, _let_in_again(target))
            return redirect("backoffice:access")
    if target is None:
        return redirect("backoffice:access")
    return _show(request, target, {"restore": form, "restored_id": cutoff.pk}, status)


@never_cache
@requires(Permission.OPERATOR_ACCESS_REVOKE)
@require_http_methods(_METHODS)
def token(request: HouseRequest) -> HttpResponse:
    """One token of whichever kind: first whose it is, then its end."""
    by, form, shown = request.viewer.operator, TokenForm(request.POST or None), None
    status = int(HTTPStatus.OK)
    if request.method == "POST":
        form, status = TokenForm(request.POST), HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            plain, reason = form.cleaned_data["token"], form.cleaned_data["reason"]
            try:
                shown, status = inspect_token(by, plain), HTTPStatus.OK
                if "revoke" in request.POST:
                    revoke_shown_token(actor=request.viewer.actor, by=by, plain=plain, reason=reason)
                    messages.success(request, _("The token is dead."))
                    return redirect("backoffice:access")
            except DomainError as refusal:
                status = show_refusal(form, refusal)
    return render(request, "backoffice/access_token.html", {"form": form, "shown": shown}, status=status)


@requires(Permission.OPERATOR_SUPPORT)
@require_POST
def rotate(request: HouseRequest, installation_id: str) -> HttpResponse:
    """New credentials for one installation."""
    by, form = request.viewer.operator, RotateForm(request.POST)
    installation = get_for_support(by, installation_id)
    target, status = get_target(by, "installation", installation_id), int(HTTPStatus.UNPROCESSABLE_ENTITY)
    if form.is_valid():
        try:
            actions.rotate_credentials(
                actor=request.viewer.actor,
                by=by,
                installation=installation,
                is_forced=form.cleaned_data["how"] == "forced",
                reason=form.cleaned_data["reason"],
            )
        except DomainError as refusal:
            status = show_refusal(form, refusal)
        else:
            messages.success(request, _("New credentials are on their way to the partner."))
            return redirect("backoffice:access_target", kind="installation", target_id=installation_id)
    return _show(request, target, {"rotation": form}, status)


def _let_in_again(target: Target | None) -> str:
    if target is None or target.client is None:
        return _("It is let in again. The partner's program is sent new credentials.")
    if target.client.is_public:
        return _("It is let in again, with a new client ID that its partner finds in the portal.")
    return _("It is let in again. Its partner makes a new secret in the portal.")


def _show(request: HouseRequest, target: Target, forms: dict[str, Any], status: int) -> HttpResponse:
    in_force = find_in_force(target)
    installation = target.installation
    reached = None if target.program else numbered_page(list_reached(target), page_number(request), _PER_PAGE)
    fresh: dict[str, Form] = {
        "form": CutOffForm(target=target),
        "restore": RestoreForm(),
        "rotation": RotateForm(),
    }
    context = {
        "target": target,
        "in_force": in_force,
        "is_cut_off": any(getattr(cutoff, target.kind_field) for cutoff in in_force),
        "reach": measure_reach(target),
        "installations": reached.items if reached else [installation] if installation else [],
        "links": page_links(request, reached) if reached else None,
        "statuses": {status.value: words for status, words in STATUSES.items()},
        "credentials": list(list_credentials(target.program)) if target.program else [],
        "may_rotate": installation is not None and request.viewer.can(Permission.OPERATOR_SUPPORT),
        **fresh,
        **forms,
    }
    return render(request, "backoffice/access_target.html", context, status=status)
