"""Events of an app: what was sent, how it went, once more, and as a test."""

from __future__ import annotations

from http import HTTPStatus

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fondaco.accounts.permissions import Permission
from fondaco.catalog.policies import can
from fondaco.catalog.queries import get_app, get_version
from fondaco.kit.errors import DomainError
from fondaco.messaging import replaying
from fondaco.messaging.logs import get_endpoint, get_sent, list_samples
from fondaco.messaging.replaying import MOST_AT_ONCE, plan_replay, replay_one, try_endpoint, why_not_replayed
from fondaco.messaging.samples import list_kinds, send_sample
from fondaco.surfaces.site.access import requires
from fondaco.surfaces.site.deliveries import (
    FilterForm,
    describe_listing,
    explain,
    in_full,
    list_missed_logouts,
    pretty,
    say_replayed,
)
from fondaco.surfaces.site.forms import show_refusal
from fondaco.surfaces.site.viewer import HouseRequest


class SampleForm(forms.Form):
    """Which kind of event to try."""

    type = forms.ChoiceField(label=gettext_lazy("Event"), choices=[(name, name) for name in list_kinds()])


@never_cache
@requires(Permission.PARTNER_VIEW)
@require_safe
def show_all(request: HouseRequest, app_id: str) -> HttpResponse:
    """Everything that was sent, newest first; asked by HTMX, only when it changed since ``mark``."""
    member = request.viewer.member
    app, form = get_app(member, app_id), FilterForm(request.GET)
    context = describe_listing(request, app, form, surface="portal")
    if context is None:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    context["can_replay"] = can(member, app, Permission.PARTNER_APPS_EDIT)
    return render(request, "portal/events_list.html" if request.htmx else "portal/events.html", context)


@never_cache
@requires(Permission.PARTNER_VIEW)
@require_safe
def show_missed_logouts(request: HouseRequest, app_id: str) -> HttpResponse:
    """Logout tokens that did not arrive."""
    app = get_app(request.viewer.member, app_id)
    return render(request, "portal/logout_tokens.html", {"app": app, "missed": list_missed_logouts(app)})


@never_cache
@requires(Permission.PARTNER_VIEW)
@require_safe
def show(request: HouseRequest, event_id: str) -> HttpResponse:
    """One delivery in full."""
    member = request.viewer.member
    delivery = get_sent(member, event_id)
    app = delivery.installation.app
    can_edit = can(member, app, Permission.PARTNER_APPS_EDIT)
    context = {**in_full(delivery), "app": app, "can_edit": can_edit, "kept_back": why_not_replayed(delivery)}
    return render(request, "portal/event.html", context)


@requires(Permission.PARTNER_APPS_EDIT)
@require_POST
def replay(request: HouseRequest, event_id: str) -> HttpResponse:
    """Sends one event again."""
    member = request.viewer.member
    delivery = get_sent(member, event_id)
    try:
        replay_one(actor=request.viewer.actor, by=member, delivery=delivery)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("It is sent again, with the same id and the same bytes."))
    return redirect("portal:event", event_id)


@requires(Permission.PARTNER_APPS_EDIT)
@require_POST
def try_address(request: HouseRequest, endpoint_id: str) -> HttpResponse:
    """Tries a callback address to which nothing is sent just now."""
    member = request.viewer.member
    endpoint = get_endpoint(member, endpoint_id)
    try_endpoint(actor=request.viewer.actor, by=member, endpoint=endpoint)
    messages.success(request, _("It is tried at once. If it takes the event, everything that waits follows."))
    return redirect("portal:events", endpoint.app_id.hex)


@never_cache
@requires(Permission.PARTNER_APPS_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def replay_many(request: HouseRequest, app_id: str) -> HttpResponse:
    """What sending all that is chosen again comes to; by POST, does it."""
    member = request.viewer.member
    app, form = get_app(member, app_id), FilterForm(request.POST if request.method == "POST" else request.GET)
    chosen, status = form.chosen if form.is_valid() else None, int(HTTPStatus.OK)
    if chosen and request.method == "POST":
        try:
            done = replaying.replay(actor=request.viewer.actor, by=member, app=app, chosen=chosen)
        except DomainError as refusal:
            status = show_refusal(form, refusal)
        else:
            messages.success(request, say_replayed(done))
            return redirect("portal:events", app_id)
    plan = plan_replay(app, chosen) if chosen and not chosen.is_everything else None
    context = {"app": app, "form": form, "plan": plan, "most": MOST_AT_ONCE}
    return render(request, "portal/replay_events.html", context, status=status)


@never_cache
@requires(Permission.PARTNER_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def samples(request: HouseRequest, version_id: str) -> HttpResponse:
    """Test events of a version: what came of the latest, and a form that sends another."""
    member = request.viewer.member
    version = get_version(member, version_id)
    form, status = SampleForm(request.POST or None), int(HTTPStatus.OK)
    if request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            try:
                send_sample(actor=request.viewer.actor, by=member, version=version, type=form.cleaned_data["type"])
            except DomainError as refusal:
                status = show_refusal(form, refusal)
            else:
                return redirect("portal:test_events", version_id)
    sent = list_samples(version)
    context = {
        "app": version.app,
        "version": version,
        "form": form,
        "can_send": can(member, version.app, Permission.PARTNER_APPS_EDIT),
        "sent": [(each, explain(each) if each.started_at else "", pretty(each.content)) for each in sent],
        "is_waiting": any(each.started_at is None for each in sent),
    }
    template = "portal/test_events_list.html" if request.htmx else "portal/test_events.html"
    return render(request, template, context, status=status)
