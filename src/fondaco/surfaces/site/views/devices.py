"""Where a person types the code that a command line shows them (RFC 8628 §3.3)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from allauth.account.decorators import reauthentication_required
from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from fondaco.accounts.models import Person
from fondaco.accounts.permissions import EXPLANATIONS
from fondaco.identity import actions
from fondaco.identity.devices import PROGRAMS, can_approve, find_waiting_device, grantable, read_user_code
from fondaco.identity.models import DeviceAuthorization
from fondaco.kit.errors import DomainError
from fondaco.kit.rate import check_rate
from fondaco.surfaces.site.access import signed_in
from fondaco.surfaces.site.forms import show_refusal
from fondaco.surfaces.site.viewer import HouseRequest

# Guesses at a code: 20^8 of them against a handful that wait, ten minutes each.
_TRIES_OF_ONE_PERSON: Final = 20
_TRIES_FROM_ONE_ADDRESS: Final = 60
_PER: Final = 600


class CodeForm(forms.Form):
    """The code as it is typed."""

    user_code = forms.CharField(
        label=gettext_lazy("Code from your terminal"),
        max_length=40,
        help_text=gettext_lazy("Eight letters, like WDJB-MJHT. Upper or lower case, with or without the dash."),
        error_messages={"required": gettext_lazy("Type the eight letters that your terminal shows.")},
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@reauthentication_required  # type: ignore[untyped-decorator]  # allauth has no types
def approve(request: HouseRequest) -> HttpResponse:
    """Asks for the code, then shows who asks for what, then lets it in or not. A link may bring the code along."""
    person = request.viewer.person
    if person is None:
        raise LookupError("this page is for people who are signed in")
    typed = request.POST if request.method == "POST" else request.GET
    form = CodeForm(typed if request.method == "POST" or "user_code" in typed else None)
    if not form.is_bound:
        return render(request, "site/device.html", {"form": form})
    if not form.is_valid():
        return render(request, "site/device.html", {"form": form}, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        check_rate(f"device-code:{person.pk.hex}", limit=_TRIES_OF_ONE_PERSON, per=_PER)
        check_rate(f"device-code-from:{request.viewer.address}", limit=_TRIES_FROM_ONE_ADDRESS, per=_PER)
        device = find_waiting_device(form.cleaned_data["user_code"])
        if request.method == "POST" and request.POST.get("decision") in {"approve", "deny"}:
            return _decide(request, person, device)
    except DomainError as refusal:
        status = show_refusal(form, refusal)
        return render(request, "site/device.html", {"form": form}, status=status)
    return _ask(request, person, device, form)


def _ask(request: HouseRequest, person: Person, device: DeviceAuthorization, form: CodeForm) -> HttpResponse:
    context = {
        "device": device,
        "program": PROGRAMS[device.program],
        "user_code": read_user_code(form.cleaned_data["user_code"]),
        "scopes": [EXPLANATIONS[scope] for scope in grantable(person, device)] if device.scopes else [],
        "can_approve": can_approve(person, device),
    }
    return render(request, "site/device_confirm.html", context)


def _decide(request: HouseRequest, person: Person, device: DeviceAuthorization) -> HttpResponse:
    if request.POST["decision"] == "deny":
        actions.deny_device(actor=request.viewer.actor, by=person, device=device)
        messages.success(request, _("Nothing was let in. The program in the terminal is told so."))
        return redirect("site:device")
    actions.approve_device(actor=request.viewer.actor, by=person, device=device)
    messages.success(request, _("Done. Go back to your terminal: it is signed in in a few seconds."))
    return redirect("site:tokens")
