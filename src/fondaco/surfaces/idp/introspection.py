"""HTTP of introspection: form in, JSON out."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from fondaco.accounts.queries import get_account_by_name
from fondaco.identity.issuer import account_name_of_host
from fondaco.identity.protocol.introspection_endpoint import answer_introspection
from fondaco.identity.protocol.requests import WireRequest
from fondaco.kit.errors import NotFound
from fondaco.surfaces.site.access import public

_FORM = "application/x-www-form-urlencoded"


@csrf_exempt
@require_POST
@public
def introspect(request: HttpRequest, account: str = "") -> HttpResponseBase:
    """Tells a program whether a token counts, and for whom (RFC 7662)."""
    try:
        tenant = get_account_by_name(account or account_name_of_host(request.get_host()))
    except NotFound:
        return _json({"error": "invalid_request", "error_description": "There is no such account."}, 404)
    if request.content_type != _FORM:
        return _json({"error": "invalid_request", "error_description": f"Send the form as {_FORM}."}, 400)
    answer = answer_introspection(
        WireRequest(
            tenant,
            dict(request.POST.lists()),
            authorization=request.headers.get("Authorization", ""),
            address=request.META.get("REMOTE_ADDR", ""),
        )
    )
    response = _json(dict(answer.body), answer.status)
    for name, value in answer.headers.items():
        response.headers[name] = value
    return response


def _json(body: dict[str, Any], status: int) -> HttpResponse:
    headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return JsonResponse(body, status=status, headers=headers)
