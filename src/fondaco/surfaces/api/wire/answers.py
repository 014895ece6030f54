"""The shapes of the wire: HAL bodies, pages, and refusals as DOMAIN 2.9 has them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext_lazy as _

from fondaco.kit.errors import DomainError, TooMany
from fondaco.kit.pagination import numbered_page
from fondaco.surfaces.site.bearer import challenge

Json = dict[str, Any]
M = TypeVar("M", bound=Model)

DEFAULT_PER_PAGE = 20
MAX_PER_PAGE = 100


class BadRequest(DomainError):
    code = "bad-request"
    message = _("The request cannot be read. Nothing was changed. Correct it and send it again.")


class UnsupportedMedia(DomainError):
    code = "unsupported-media-type"
    status = 415
    message = _("The body must be JSON, sent as application/json. Nothing was changed.")


class MethodNotAllowed(DomainError):
    code = "method-not-allowed"
    status = 405
    message = _("This address does not answer this method. Nothing was changed.")


class NoUser(DomainError):
    code = "no-user"
    message = _("This token stands for the account, not for a user. Sign a user in to get one that does.")


def link(path: str, **query: Any) -> Json:
    """A HAL link; every address on the wire begins with the API's root."""
    return {"href": f"{settings.API_ROOT}{path}" + (f"?{urlencode(query)}" if query else "")}


def answer(body: Json, status: int = 200) -> HttpResponse:
    """JSON that no cache keeps: it belongs to one program."""
    return JsonResponse(body, status=status, headers={"Cache-Control": "no-store"})


def refuse(error: DomainError, *, with_error: bool = False) -> HttpResponse:
    """The standard shape, with what the refusal shows beside it.

    ``with_error`` adds the older ``error`` member for the two endpoints that document it.
    """
    body: Json = {
        "code": f"{error.status}-{error.code}",
        "message": str(error),
        "description": str(error),
        "fields": [
            {"name": name, "description": " ".join(str(text) for text in texts)} for name, texts in error.fields.items()
        ],
        **error.members,
    }
    if with_error:
        body = {"error": str(error), **body}
    response = answer(body, error.status)
    if challenged := challenge(error):
        response["WWW-Authenticate"] = challenged
    elif isinstance(error, TooMany):
        response["Retry-After"] = str(error.retry_after)
    return response


def page(request: HttpRequest, queryset: QuerySet[M], *, path: str, name: str, shape: Callable[[M], Json]) -> Json:
    """One page of a collection; other query parameters stay in its links."""
    number, per_page = read_number(request, "page", 1), read_number(request, "per_page", DEFAULT_PER_PAGE)
    found = numbered_page(queryset, number, per_page, MAX_PER_PAGE)
    kept = {key: value for key, value in request.GET.items() if key not in {"page", "per_page"}}

    def to(number: int) -> Json:
        return link(path, **kept, page=number, per_page=found.per_page)

    links = {"self": to(found.page), "first": to(1), "last": to(found.total_pages)}
    if found.page < found.total_pages:
        links["next"] = to(found.page + 1)
    if found.page > 1:
        links["prev"] = to(found.page - 1)
    return {
        "total": found.total,
        "count": len(found.items),
        "page": found.page,
        "per_page": found.per_page,
        "total_pages": found.total_pages,
        "_embedded": {name: [shape(item) for item in found.items]},
        "_links": links,
    }


def read_number(request: HttpRequest, name: str, default: int, *, least: int = 1, digits: int = 9) -> int:
    """A whole number of the query with at most so many ``digits``; raises :class:`BadRequest`, which names it."""
    text = request.GET.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= digits and int(text) >= least):
        raise BadRequest(fields={name: [str(_("Must be a whole number from %(least)s.")) % {"least": least}]})
    return int(text)
