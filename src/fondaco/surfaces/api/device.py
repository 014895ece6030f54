"""The device flow's two addresses for programs (RFC 8628 §3.1, §3.4): forms in, JSON out, in OAuth's own words."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from fondaco.audit.actor import Actor
from fondaco.identity import errors
from fondaco.identity.actions import ask_for_device, spend_device
from fondaco.identity.actions.devices import LIFETIME
from fondaco.identity.devices import GRANT, PROGRAMS
from fondaco.kit import clock
from fondaco.kit.errors import DomainError, TooMany
from fondaco.kit.rate import check_rate
from fondaco.surfaces.site.access import ACCESS

Json = dict[str, Any]

_FORM: Final = "application/x-www-form-urlencoded"
_ASKED_FROM_ONE_ADDRESS: Final = 20  # at once, and then as many in ten minutes
_POLLED_FROM_ONE_ADDRESS: Final = 300
_PER: Final = 600
_ERRORS: Final[dict[type[DomainError], str]] = {
    errors.DevicePending: "authorization_pending",
    errors.DeviceTooFast: "slow_down",
    errors.DeviceDenied: "access_denied",
    errors.DeviceExpired: "expired_token",
    errors.DeviceUnknown: "invalid_grant",
    errors.TokenScopeUnknown: "invalid_scope",
}


class _Refused(Exception):
    """A request that OAuth has a word for."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(error)
        self.answer = {"error": error, "error_description": description}
        self.http_status = status


def _endpoint(view: Callable[[HttpRequest, dict[str, str]], Json]) -> Callable[[HttpRequest], HttpResponse]:
    """A form by POST becomes a JSON answer that no cache keeps; refusals become OAuth's errors."""

    @csrf_exempt
    @wraps(view)
    def endpoint(request: HttpRequest) -> HttpResponse:
        headers = {"Cache-Control": "no-store", "Pragma": "no-cache"}
        try:
            body, status = view(request, _read_form(request)), 200
        except _Refused as refusal:
            body, status = refusal.answer, refusal.http_status
        except TooMany as refusal:
            body, status = {"error": "slow_down", "error_description": str(refusal)}, refusal.status
            headers["Retry-After"] = str(refusal.retry_after)
        except DomainError as refusal:
            body = {"error": _ERRORS.get(type(refusal), "invalid_request"), "error_description": str(refusal)}
            status = 400
        response = JsonResponse(body, status=status, headers=headers)
        if status == 405:
            response["Allow"] = "POST"
        return response

    setattr(endpoint, ACCESS, "public")
    return endpoint


@_endpoint
def authorize(request: HttpRequest, form: dict[str, str]) -> Json:
    """Begins: a code for the program, another one for the person, and where the person types it."""
    actor = _actor(request)
    check_rate(f"device-ask:{actor.address}", limit=_ASKED_FROM_ONE_ADDRESS, per=_PER)
    device, device_code, user_code = ask_for_device(
        actor=actor, program=_program(form), device=form.get("device_name", ""), scopes=form.get("scope", "").split()
    )
    page = settings.SITE_URL + reverse("site:device")
    return {
        "device_code": device_code,
        "user_code": user_code,
        "verification_uri": page,
        "verification_uri_complete": f"{page}?user_code={user_code}",
        "expires_in": int(LIFETIME.total_seconds()),
        "interval": device.interval,
    }


@_endpoint
def token(request: HttpRequest, form: dict[str, str]) -> Json:
    """Ends: the program asks again and again until the person has decided."""
    actor = _actor(request)
    check_rate(f"device-poll:{actor.address}", limit=_POLLED_FROM_ONE_ADDRESS, per=_PER)
    if not form.get("grant_type"):
        raise _Refused("invalid_request", _("Send grant_type."))
    if form["grant_type"] != GRANT:
        raise _Refused("unsupported_grant_type", _("grant_type must be %(grant)s.") % {"grant": GRANT})
    program = _program(form)
    if not form.get("device_code"):
        raise _Refused("invalid_request", _("Send device_code."))
    made, plain = spend_device(actor=actor, program=program, device_code=form["device_code"])
    expires_in = int((made.expires_at - clock.now()).total_seconds()) if made.expires_at else 0
    return {"access_token": plain, "token_type": "Bearer", "expires_in": expires_in, "scope": " ".join(made.scopes)}


def _read_form(request: HttpRequest) -> dict[str, str]:
    if request.method != "POST":
        raise _Refused("invalid_request", _("Send a form with POST."), 405)
    if request.content_type != _FORM:
        raise _Refused("invalid_request", _("Send the form as %(form)s.") % {"form": _FORM})
    lists = dict(request.POST.lists())
    if any(len(values) != 1 for values in lists.values()):
        raise _Refused("invalid_request", _("A parameter was sent more than once."))
    return {name: values[0] for name, values in lists.items()}


def _program(form: dict[str, str]) -> str:
    client_id = form.get("client_id", "")
    if not client_id:
        raise _Refused("invalid_request", _("Send client_id."))
    if client_id not in PROGRAMS:
        raise _Refused("invalid_client", _("There is no such program."), 401)
    return client_id


def _actor(request: HttpRequest) -> Actor:
    return Actor.anonymous(label="command line", address=request.META.get("REMOTE_ADDR", ""))


urlpatterns = [
    path("code", authorize, name="device_code"),
    path("token", token, name="device_token"),
]
