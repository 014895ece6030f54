"""Sending events again in a partner's stead, and asking an address that takes none."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from fondaco.accounts.permissions import Permission
from fondaco.kit.errors import DomainError
from fondaco.messaging.logs import get_app_for_support, get_endpoint_for_support, get_sent_for_support
from fondaco.messaging.replaying import (
    MOST_AT_ONCE,
    plan_replay,
    replay_for_support,
    replay_one_for_support,
    try_endpoint_for_support,
)
from fondaco.surfaces.backoffice.forms_deliveries import SendAgainForm
from fondaco.surfaces.backoffice.views.deliveries import show_one
from fondaco.surfaces.site.access import requires
from fondaco.surfaces.site.deliveries import FilterForm, say_replayed
from fondaco.surfaces.site.forms import show_refusal
from fondaco.surfaces.site.viewer import HouseRequest


@requires(Permission.OPERATOR_SUPPORT)
@require_POST
def replay(request: HouseRequest, event_id: str) -> HttpResponse:
    """Sends one event again, with a reason."""
    by, form = request.viewer.operator, SendAgainForm(request.POST)
    delivery, status = get_sent_for_support(by, event_id), int(HTTPStatus.UNPROCESSABLE_ENTITY)
    if form.is_valid():
        try:
            replay_one_for_support(actor=request.viewer.actor, by=by, delivery=delivery, **form.cleaned_data)
        except DomainError as refusal:
            status = show_refusal(form, refusal)
        else:
            messages.success(request, _("It is sent again, with the same id and the same bytes."))
            return redirect("backoffice:delivery", event_id)
    return show_one(request, delivery, form, status)


@never_cache
@requires(Permission.OPERATOR_SUPPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def replay_many(request: HouseRequest, app_id: str) -> HttpResponse:
    """What sending all that is chosen again comes to; by POST with a reason, does it."""
    by, is_sent = request.viewer.operator, request.method == "POST"
    app, chosen = get_app_for_support(by, app_id), FilterForm(request.POST if is_sent else request.GET)
    form, status = SendAgainForm(request.POST if is_sent else None), int(HTTPStatus.OK)
    if is_sent:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if chosen.is_valid() and form.is_valid():
            try:
                done = replay_for_support(
                    actor=request.viewer.actor, by=by, app=app, chosen=chosen.chosen, **form.cleaned_data
                )
            except DomainError as refusal:
                status = show_refusal(form, refusal)
            else:
                messages.success(request, say_replayed(done))
                return redirect("backoffice:deliveries", app_id)
    plan = plan_replay(app, chosen.chosen) if chosen.is_valid() and not chosen.chosen.is_everything else None
    context = {"app": app, "chosen": chosen, "form": form, "plan": plan, "most": MOST_AT_ONCE}
    return render(request, "backoffice/replay_events.html", context, status=status)


@requires(Permission.OPERATOR_SUPPORT)
@require_POST
def try_address(request: HouseRequest, endpoint_id: str) -> HttpResponse:
    """Sends a probe to a callback address that is paused or gone."""
    by = request.viewer.operator
    endpoint = get_endpoint_for_support(by, endpoint_id)
    try_endpoint_for_support(actor=request.viewer.actor, by=by, endpoint=endpoint)
    messages.success(request, _("It is tried at once. If it takes the event, everything that waits follows."))
    return redirect("backoffice:deliveries", endpoint.app_id.hex)
