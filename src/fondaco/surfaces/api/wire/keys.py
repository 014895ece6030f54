"""The keys that verify our signatures, and the answer for addresses that do not exist."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from fondaco.kit.errors import NotFound
from fondaco.kit.ids import parse_wire
from fondaco.messaging.signing import get_public_key, list_public_keys
from fondaco.surfaces.api.wire import resources
from fondaco.surfaces.api.wire.access import open_to_all
from fondaco.surfaces.api.wire.answers import refuse
from fondaco.surfaces.site.access import ACCESS


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
    """Below the wire's folders even what does not exist is answered in the wire's shape."""
    return refuse(NotFound())


setattr(refuse_unknown, ACCESS, "public")
