"""The secrets and public keys by which an app's program checks that events are from here."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from fondaco.accounts.permissions import Permission
from fondaco.catalog.models import App
from fondaco.catalog.queries import get_app
from fondaco.kit.errors import DomainError
from fondaco.kit.idempotency import KeyReused
from fondaco.messaging.signing import list_public_keys, public_forms
from fondaco.messaging.webhook_secrets import (
    end_webhook_secret,
    list_webhook_secrets,
    rotate_webhook_secret,
    show_webhook_secret,
)
from fondaco.surfaces.site.access import requires
from fondaco.surfaces.site.forms import show_refusal
from fondaco.surfaces.site.once import OnceForm, show_text_once, unstored
from fondaco.surfaces.site.viewer import HouseRequest


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PARTNER_CLIENTS_MANAGE)
def signatures(request: HouseRequest, app_id: str) -> HttpResponse:
    """What signs the app's events. Sent, it makes a secret, which the answer shows."""
    member = request.viewer.member
    app = get_app(member, app_id)
    form, status, secret = OnceForm(request.POST if request.method == "POST" else None), 200, None
    if request.method == "POST" and form.is_valid():
        try:
            secret = show_text_once(
                request,
                form.cleaned_data["attempt"],
                lambda: rotate_webhook_secret(actor=request.viewer.actor, by=member, app=app)[1],
            )
        except KeyReused as reused:
            status = reused.status
        except DomainError as refusal:
            status = show_refusal(form, refusal)
        else:
            form = OnceForm()  # pressed on the answer, the button makes another one
    return _page(request, app, form, secret, status)


@require_POST
@requires(Permission.PARTNER_CLIENTS_MANAGE)
def show(request: HouseRequest, app_id: str, secret_id: str) -> HttpResponse:
    """The page with one secret on it."""
    member = request.viewer.member
    app = get_app(member, app_id)
    _row, secret = show_webhook_secret(actor=request.viewer.actor, by=member, app=app, secret_id=secret_id)
    return _page(request, app, OnceForm(), secret)


@require_POST
@requires(Permission.PARTNER_CLIENTS_MANAGE)
def end(request: HouseRequest, app_id: str, secret_id: str) -> HttpResponse:
    """Ends one secret at once."""
    member = request.viewer.member
    app = get_app(member, app_id)
    end_webhook_secret(actor=request.viewer.actor, by=member, app=app, secret_id=secret_id)
    messages.success(request, _("Ended. Nothing more is signed with this secret."))
    return redirect("portal:signatures", app_id)


def _page(request: HouseRequest, app: App, form: OnceForm, secret: str | None, status: int = 200) -> HttpResponse:
    context = {
        "app": app,
        "form": form,
        "secret": secret,
        "secrets": list_webhook_secrets(request.viewer.member, app),
        "keys": [(key, public_forms(key)) for key in list_public_keys()],
    }
    return unstored(render(request, "portal/signatures.html", context, status=status))
