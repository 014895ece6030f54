"""The device flow's two addresses for programs (RFC 8628 §3.1, §3.4): forms in, JSON out, in OAuth's own words."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.urls import path, reverse

from fondaco.audit.actor import Actor
from fondaco.identity import errors
from fondaco.identity.actions import ask_for_device, spend_device
from fondaco.identity.actions.devices import LIFETIME
from fondaco.identity.devices import GRANT, PROGRAMS
from fondaco.kit import clock
from fondaco.kit.errors import DomainError, TooMany
from fondaco.kit.rate import check_rate
from fondaco.surfaces.site.oauth_endpoints import Refused, oauth_endpoint, read_form, unstored

Json = dict[str, Any]

_ASKED_FROM_ONE_ADDRESS: Final = 20  # at once, and then as many in ten minutes
_POLLED_FROM_ONE_ADDRESS: Final = 300
_PER: Final = 600
_ERRORS: Final[dict[type[DomainError], str]] = {
    errors.DevicePending: "authorization_pending",
    errors.DeviceTooFast: "slow_down",
    errors.DeviceDenied: "access_denied",
    errors.DeviceExpired: "expired_token",
    errors.DeviceUnknown: "invalid_grant",
    errors.PermissionUnknown: "invalid_scope",
}


def _endpoint(view: Callable[[HttpRequest, dict[str, str]], Json]) -> Callable[[HttpRequest], HttpResponseBase]:
    """A form by POST becomes a JSON answer that no cache keeps; refusals of the domain become OAuth's errors."""

    @oauth_endpoint("POST")
    @wraps(view)
    def endpoint(request: HttpRequest) -> HttpResponseBase:
        try:
            return unstored(JsonResponse(view(request, _read_once(request))))
        except TooMany as refusal:
            wait = {"Retry-After": str(refusal.retry_after)}
            raise Refused("slow_down", str(refusal), refusal.status, headers=wait) from refusal
        except DomainError as refusal:
            raise Refused(_ERRORS.get(type(refusal), "invalid_request"), str(refusal)) from refusal

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
        raise Refused("invalid_request", "Send grant_type.")
    if form["grant_type"] != GRANT:
        raise Refused("unsupported_grant_type", f"grant_type must be {GRANT}.")
    program = _program(form)
    if not form.get("device_code"):
        raise Refused("invalid_request", "Send device_code.")
    made, plain = spend_device(actor=actor, program=program, device_code=form["device_code"])
    expires_in = int((made.expires_at - clock.now()).total_seconds()) if made.expires_at else 0
    return {"access_token": plain, "token_type": "Bearer", "expires_in": expires_in, "scope": " ".join(made.scopes)}


def _read_once(request: HttpRequest) -> dict[str, str]:
    """The form, in which each parameter is there once (RFC 6749 §3.1)."""
    lists = read_form(request)
    if any(len(values) != 1 for values in lists.values()):
        raise Refused("invalid_request", "A parameter was sent more than once.")
    return {name: values[0] for name, values in lists.items()}


def _program(form: dict[str, str]) -> str:
    client_id = form.get("client_id", "")
    if not client_id:
        raise Refused("invalid_request", "Send client_id.")
    if client_id not in PROGRAMS:
        raise Refused("invalid_client", "There is no such program.")  # no 401: nothing it could prove itself by
    return client_id


def _actor(request: HttpRequest) -> Actor:
    return Actor.anonymous(label="command line", address=request.META.get("REMOTE_ADDR", ""))


urlpatterns = [
    path("code", authorize, name="device_code"),
    path("token", token, name="device_token"),
]
