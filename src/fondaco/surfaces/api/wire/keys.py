"""The keys that verify our signatures, and the answer for addresses that do not exist."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import resolve
from django.views.decorators.csrf import csrf_exempt

from fondaco.kit.errors import NotFound
from fondaco.kit.ids import parse_wire
from fondaco.messaging.signing import get_public_key, list_public_keys
from fondaco.surfaces.api.wire import resources
from fondaco.surfaces.api.wire.access import open_to_all
from fondaco.surfaces.api.wire.answers import refuse
from fondaco.surfaces.site.access import ACCESS

_READS = ("GET", "HEAD")


@open_to_all
def show_key(key_id: str) -> JsonResponse:
    """A signature key; a receiver may keep it for an hour."""
    body = resources.signature_key(get_public_key(parse_wire(key_id)))
    return JsonResponse(body, headers={"Cache-Control": "public, max-age=3600"})


@open_to_all
def list_keys() -> JsonResponse:
    """Every key that is served, the newest first: Standard Webhooks do not name the one that signed."""
    body = resources.signature_keys(list_public_keys())
    return JsonResponse(body, headers={"Cache-Control": "public, max-age=3600"})


@csrf_exempt
def refuse_unknown(request: HttpRequest, rest: str) -> HttpResponse:
    """Below the wire's folders even what does not exist is answered in the wire's shape.

    A browser gets the page of every other address that leads nowhere. The pages of signing in, which begin like the
    wire's account, are found without their last slash, which mail programs and people leave out.
    """
    if "Authorization" in request.headers or "text/html" not in request.headers.get("Accept", ""):
        return refuse(NotFound())
    if request.method in _READS and resolve(f"{request.path_info}/").func is not refuse_unknown:
        return HttpResponseRedirect(request.get_full_path(force_append_slash=True))
    raise NotFound


setattr(refuse_unknown, ACCESS, "public")
