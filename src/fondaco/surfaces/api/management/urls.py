"""Addresses under ``/api/v1``; whatever goes wrong on any of them is answered with a problem document."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from functools import cache, wraps
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.urls import URLPattern, path, re_path, reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from ninja.responses import NinjaJSONEncoder

from fondaco.kit.errors import DomainError, NotFound
from fondaco.surfaces.api.management.api import api
from fondaco.surfaces.api.management.door import Routes
from fondaco.surfaces.api.management.refusals import Fault, refuse
from fondaco.surfaces.api.wire.answers import MethodNotAllowed
from fondaco.surfaces.site.access import ACCESS

logger = logging.getLogger(__name__)


def shield(view: Callable[..., Any], access: str) -> Callable[..., HttpResponse]:
    """Lets no other answer out than JSON of ours; none of them is for a cache."""

    @csrf_exempt
    @wraps(view)
    def shielded(request: HttpRequest, **parts: Any) -> HttpResponse:
        response = _answer(view, request, parts)
        response["Cache-Control"] = "no-store"
        return response

    setattr(shielded, ACCESS, access)
    return shielded


def _answer(view: Callable[..., Any], request: HttpRequest, parts: dict[str, Any]) -> HttpResponse:
    try:
        response: HttpResponse = view(request, **parts)
    except DomainError as error:
        return refuse(request, error)
    except Exception:
        logger.exception("%s %s failed", request.method, request.path)
        return refuse(request, Fault())
    if isinstance(response, HttpResponseNotAllowed):
        allowed = response["Allow"]
        response = refuse(request, MethodNotAllowed())
        response["Allow"] = allowed
    return response


@cache
def _document() -> bytes:
    """Put together once: that takes a third of a second, and anybody may ask for it."""
    return json.dumps(api.get_openapi_schema(), cls=NinjaJSONEncoder).encode()


@require_safe
def show_document(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document."""
    return HttpResponse(_document(), content_type="application/json")


@require_safe
def show_root(request: HttpRequest) -> HttpResponse:
    """Says where the document is."""
    return JsonResponse({"openapi": request.build_absolute_uri(reverse("management:openapi-json"))})


def find_nothing(request: HttpRequest) -> HttpResponse:
    """Any other address."""
    raise NotFound


def _shielded(pattern: URLPattern) -> URLPattern:
    doors = Routes.doors.get("/" + str(pattern.pattern).replace("<", "{").replace(">", "}"), [])
    access = ", ".join(dict.fromkeys(door.access for door in doors)) or "public"
    return path(str(pattern.pattern), shield(pattern.callback, access), name=pattern.name)


app_name = "management"
_OURS: Final = frozenset({"api-root", "openapi-json"})
urlpatterns = [
    path("openapi.json", shield(show_document, "public"), name="openapi-json"),
    *(_shielded(pattern) for pattern in api.urls[0] if isinstance(pattern, URLPattern) and pattern.name not in _OURS),
    path("", shield(show_root, "public"), name="api-root"),
    re_path(r"", shield(find_nothing, "public")),
]
