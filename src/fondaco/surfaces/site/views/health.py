"""Two questions that machines ask: does the process live, and can it work."""

from __future__ import annotations

from http import HTTPStatus

from django.db import DatabaseError, connection
from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from fondaco.surfaces.site.access import public
from fondaco.surfaces.site.viewer import HouseRequest


@require_safe
@never_cache
@public
def live(request: HouseRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
@public
def ready(request: HouseRequest) -> HttpResponse:
    """The process answers and its database does too; 503 otherwise."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return HttpResponse("no database\n", content_type="text/plain", status=HTTPStatus.SERVICE_UNAVAILABLE)
    return HttpResponse("ready\n", content_type="text/plain")
