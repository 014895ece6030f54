"""Puts the viewer on the request, and turns refusals of the domain into pages, once for all surfaces."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import cast

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from fondaco.kit.errors import DomainError, Forbidden, NotFound
from fondaco.surfaces.site.viewer import HouseRequest, Viewer

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class ProxyMiddleware:
    """Puts the visitor's own address where everybody looks for it, when a proxy in front says what it is.

    Only the last entry of ``X-Forwarded-For`` is the proxy's own word; whoever asks can write the ones before it.
    """

    def __init__(self, get_response: GetResponse) -> None:
        if not settings.BEHIND_PROXY:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        address = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
        if address:
            request.META["REMOTE_ADDR"] = address[:45]
        return self.get_response(request)


class ViewerMiddleware:
    """``request.viewer`` for every view and template."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        cast("HouseRequest", request).viewer = Viewer(request)
        return self.get_response(request)


class RefusalMiddleware:
    """A :class:`DomainError` that no form caught.

    Unknown and forbidden things get their own page. Any other refusal of a POST goes back to the page it came from,
    which then says what happened; nothing was changed, so nothing is lost by reloading.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        """Answers with 404, 403, a redirect back, or the refusal's own status."""
        if not isinstance(error, DomainError):
            return None
        context = {"error": error, "place": cast("HouseRequest", request).viewer.place}
        if isinstance(error, NotFound):
            return render(request, "site/errors/404.html", context, status=HTTPStatus.NOT_FOUND)
        if isinstance(error, Forbidden):
            return render(request, "site/errors/403.html", context, status=HTTPStatus.FORBIDDEN)
        origin = request.headers.get("Referer", "")
        is_ours = url_has_allowed_host_and_scheme(origin, {request.get_host()}, require_https=request.is_secure())
        if request.method == "POST" and is_ours and "HX-Request" not in request.headers:
            messages.error(request, str(error))
            return HttpResponseRedirect(origin)
        return render(request, "site/errors/refused.html", context, status=error.status)
