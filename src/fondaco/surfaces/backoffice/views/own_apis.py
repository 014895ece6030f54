"""APIs of the platform's own that check tokens of every account: letting them in, renewing and ending them."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from fondaco.accounts.permissions import Permission
from fondaco.identity import actions
from fondaco.identity.actions import IssuedCredentials
from fondaco.identity.issuer import introspection_url, jwks_url
from fondaco.identity.models import OAuthClient
from fondaco.identity.queries import get_operator_client, list_client_history, list_operator_clients
from fondaco.kit.errors import DomainError
from fondaco.surfaces.backoffice.forms_own_apis import FORCED, AddOwnApiForm, ReasonForm, RotateOwnApiForm
from fondaco.surfaces.site.access import requires
from fondaco.surfaces.site.forms import show_refusal
from fondaco.surfaces.site.history import moments
from fondaco.surfaces.site.once import Shown, try_once, unstored
from fondaco.surfaces.site.viewer import HouseRequest

_METHODS = ["GET", "HEAD", "POST"]


@requires(Permission.OPERATOR_CLIENTS_MANAGE)
@require_safe
def show_all(request: HouseRequest) -> HttpResponse:
    """All of them, by name."""
    clients = list(list_operator_clients(request.viewer.operator))
    return render(request, "backoffice/own_apis.html", {"clients": clients})


@requires(Permission.OPERATOR_CLIENTS_MANAGE)
@require_http_methods(_METHODS)
def add(request: HouseRequest) -> HttpResponse:
    """Lets one in; the answer shows its secret."""
    form = AddOwnApiForm(request.POST if request.method == "POST" else None)

    def issue() -> IssuedCredentials:
        return actions.create_operator_client(
            actor=request.viewer.actor,
            by=request.viewer.operator,
            name=form.cleaned_data["name"],
            reason=form.cleaned_data["reason"],
        )

    shown, status = try_once(request, form, issue)
    if shown is not None:
        return _show(request, shown)
    return render(request, "backoffice/own_api_add.html", {"form": form}, status=status)


@requires(Permission.OPERATOR_CLIENTS_MANAGE)
@require_http_methods(_METHODS)
def show(request: HouseRequest, client_id: str) -> HttpResponse:
    """One of them; posting gives it a new ID and secret, which the answer shows."""
    client = get_operator_client(request.viewer.operator, client_id)
    form = RotateOwnApiForm(request.POST if request.method == "POST" else None)

    def issue() -> IssuedCredentials:
        return actions.rotate_operator_client(
            actor=request.viewer.actor,
            by=request.viewer.operator,
            client=client,
            reason=form.cleaned_data["reason"],
            is_forced=form.cleaned_data["how"] == FORCED,
        )

    shown, status = try_once(request, form, issue)
    if shown is not None:
        return _show(request, shown)
    context = {
        "client": client,
        "form": form,
        "addresses": _addresses(client),
        "history": moments(list_client_history(client)),
    }
    return render(request, "backoffice/own_api.html", context, status=status)


@requires(Permission.OPERATOR_CLIENTS_MANAGE)
@require_http_methods(_METHODS)
def remove(request: HouseRequest, client_id: str) -> HttpResponse:
    """Asks why, then ends one."""
    by = request.viewer.operator
    client = get_operator_client(by, client_id)
    form, status = ReasonForm(), int(HTTPStatus.OK)
    if request.method == "POST":
        form, status = ReasonForm(request.POST), HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            try:
                actions.delete_operator_client(actor=request.viewer.actor, by=by, client=client, **form.cleaned_data)
            except DomainError as refusal:
                status = show_refusal(form, refusal)
            else:
                messages.success(request, _("%(name)s may ask about no token any more.") % {"name": client.name})
                return redirect("backoffice:own_apis")
    return render(request, "backoffice/own_api_remove.html", {"client": client, "form": form}, status=status)


def _show(request: HouseRequest, shown: Shown) -> HttpResponse:
    """The one page with the secret on it."""
    client = get_operator_client(request.viewer.operator, shown.client)
    context = {"client": client, "shown": shown, "addresses": _addresses(client)}
    return unstored(render(request, "backoffice/own_api_issued.html", context))


def _addresses(client: OAuthClient) -> dict[str, str]:
    return {"introspection": introspection_url(client.account), "keys": jwks_url(client.account)}
