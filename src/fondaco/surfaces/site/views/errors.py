"""Pages for what went wrong before a view could answer. They need neither a viewer nor a database."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: the request itself cannot be read."""
    return render(request, "site/errors/400.html", status=HTTPStatus.BAD_REQUEST)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: not for this person."""
    return render(request, "site/errors/403.html", status=HTTPStatus.FORBIDDEN)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: no such address, or nothing of the asker's there."""
    return render(request, "site/errors/404.html", status=HTTPStatus.NOT_FOUND)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault."""
    return render(request, "site/errors/500.html", status=HTTPStatus.INTERNAL_SERVER_ERROR)
