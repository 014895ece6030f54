"""What went wrong before a view could answer: a page for a person, problem details for a program.

The pages need neither a viewer nor a database.
"""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from fondaco.kit.errors import DomainError, Forbidden, NotFound
from fondaco.kit.problems import CONTENT_TYPE, problem

_PERSONS: Final = ("text/html", CONTENT_TYPE, "application/json")  # the first is for who takes anything


class Unreadable(DomainError):
    code = "unreadable-request"
    message = _("Something in the address or in the data sent is broken. Nothing was changed.")


class NoSuchAddress(NotFound):
    code = "no-such-address"
    message = _("There is nothing at this address. Compare it with the reference; every path counts, also its end.")


class Broken(DomainError):
    code = "server-error"
    status = 500
    message = _("Something broke on our side. Look whether it was done before you try again.")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: the request itself cannot be read."""
    return _answer(request, Unreadable(), "site/errors/400.html")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: not for this person."""
    return _answer(request, Forbidden(), "site/errors/403.html")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: no such address, or nothing of the asker's there."""
    return _answer(request, NoSuchAddress(), "site/errors/404.html")


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault."""
    return _answer(request, Broken(), "site/errors/500.html")


def _answer(request: HttpRequest, error: DomainError, page: str) -> HttpResponse:
    if _is_program(request):
        return JsonResponse(problem(error, instance=request.path), status=error.status, content_type=CONTENT_TYPE)
    return render(request, page, status=error.status)


def _is_program(request: HttpRequest) -> bool:
    """A browser shows no credentials of its own accord and prefers a page."""
    return "Authorization" in request.headers or request.get_preferred_type(_PERSONS) not in {None, "text/html"}
