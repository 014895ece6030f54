"""What was sent to the program of any app, and where nothing arrives, for operators who look after it."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from fondaco.accounts.permissions import Permission
from fondaco.messaging.endpoints import list_unwell
from fondaco.messaging.logs import get_app_for_support, get_sent_for_support
from fondaco.messaging.models import Delivery
from fondaco.messaging.replaying import why_not_replayed
from fondaco.surfaces.backoffice.forms_deliveries import SendAgainForm
from fondaco.surfaces.site.access import requires
from fondaco.surfaces.site.deliveries import (
    FilterForm,
    describe_endpoint,
    describe_listing,
    in_full,
    list_missed_logouts,
)
from fondaco.surfaces.site.viewer import HouseRequest


@never_cache
@requires(Permission.OPERATOR_SUPPORT)
@require_safe
def show_all(request: HouseRequest, app_id: str) -> HttpResponse:
    """Everything that was sent for an app, newest first; asked by HTMX, only when it changed since ``mark``."""
    app, form = get_app_for_support(request.viewer.operator, app_id), FilterForm(request.GET)
    context = describe_listing(request, app, form, surface="backoffice")
    if context is None:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    template = "backoffice/deliveries_list.html" if request.htmx else "backoffice/deliveries.html"
    return render(request, template, context)


@never_cache
@requires(Permission.OPERATOR_SUPPORT)
@require_safe
def show_missed_logouts(request: HouseRequest, app_id: str) -> HttpResponse:
    """Logout tokens that did not arrive."""
    app = get_app_for_support(request.viewer.operator, app_id)
    return render(request, "backoffice/logout_tokens.html", {"app": app, "missed": list_missed_logouts(app)})


@never_cache
@requires(Permission.OPERATOR_SUPPORT)
@require_safe
def show(request: HouseRequest, event_id: str) -> HttpResponse:
    """One delivery in full."""
    delivery = get_sent_for_support(request.viewer.operator, event_id)
    return show_one(request, delivery, SendAgainForm())


def show_one(
    request: HouseRequest, delivery: Delivery, form: SendAgainForm, status: int = HTTPStatus.OK
) -> HttpResponse:
    """The same with what was typed to send it again."""
    app = delivery.installation.app
    context = {**in_full(delivery), "app": app, "form": form, "kept_back": why_not_replayed(delivery)}
    return render(request, "backoffice/delivery.html", context, status=status)


@never_cache
@requires(Permission.OPERATOR_SUPPORT)
@require_safe
def show_unwell(request: HouseRequest) -> HttpResponse:
    """Every callback address of any app that takes no events now; those where nothing arrives at all come first."""
    found = [describe_endpoint(each) for each in list_unwell(request.viewer.operator)]
    return render(request, "backoffice/unwell.html", {"found": found})
