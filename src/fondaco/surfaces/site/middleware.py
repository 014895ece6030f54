"""Puts the viewer on the request, and turns refusals of the domain into pages, once for all surfaces."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Final, cast
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import MiddlewareNotUsed, SuspiciousOperation
from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import Resolver404, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme

from fondaco.identity.federation.errors import CompanySignInNeeded
from fondaco.kit.errors import DomainError, Forbidden, NotFound
from fondaco.surfaces.site.viewer import HouseRequest, Viewer

_SURFACES: Final = frozenset({"site", "storefront", "console", "portal", "backoffice"})
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


class QueryMiddleware:
    """Refuses an address with more parameters than Django reads, before anybody asks for one.

    Whoever renders the refusal asks for parameters, too, and would break on them once more.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        try:
            request.GET  # noqa: B018  # reads them all
        except SuspiciousOperation:
            request.GET = QueryDict()
            raise
        return self.get_response(request)


class PrivacyMiddleware:
    """Keeps what somebody saw signed in out of shared caches, and out of the browser's own once they are signed out.

    Until then going back is quick and keeps what was typed. The pages of passwords and factors are kept nowhere.
    """

    KEPT_NOWHERE = "/account/"

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        found = getattr(request, "signed_in", None)
        was_in = found is not None
        if was_in and not response.has_header("Cache-Control"):
            keeping = "no-store" if request.path.startswith(self.KEPT_NOWHERE) else "no-cache"
            response.headers["Cache-Control"] = f"private, {keeping}"
        if getattr(request, "is_signed_out", False) or (found and request.user.pk != found.person.pk):
            response.headers["Clear-Site-Data"] = '"cache"'  # or going back shows it to whoever comes next
        return response


class ViewerMiddleware:
    """``request.viewer`` for every view and template."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        cast("HouseRequest", request).viewer = Viewer(request)
        return self.get_response(request)


class BoundSessionMiddleware:
    """Keeps a session that only a company's provider opened within that company's account.

    Its places are the viewer's business. Here: it reaches nothing that belongs to the person everywhere, like their
    password, second factors and tokens. Those need their own sign-in.
    """

    PERSONAL = ("you", "account", "device")  # first part of the path; accounts may have names that only begin like it
    STILL_OPEN = ("/account/login/", "/account/logout/", "/account/confirm-email/")  # the last is its mail's business

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        is_personal = request.path.split("/")[1] in self.PERSONAL and not request.path.startswith(self.STILL_OPEN)
        if is_personal and cast("HouseRequest", request).viewer.bound_to:
            return render(request, "site/sign_in/own_login.html", status=HTTPStatus.FORBIDDEN)
        return self.get_response(request)


def _find_page_above(path: str) -> str:
    """The page that a form's address lies below: what remains of it when its last parts are taken off."""
    while "/" in path.strip("/"):
        path = path.rstrip("/").rpartition("/")[0]
        try:
            resolve(path)
        except Resolver404:
            continue
        return path
    return "/"


class RefusalMiddleware:
    """A :class:`DomainError` that no form caught, and a form's address that somebody opens like a page.

    Unknown and forbidden things get their own page. Any other refusal of a POST goes back to the page it came from,
    which then says what happened; nothing was changed, so nothing is lost by reloading.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        match = request.resolver_match
        is_page = match is not None and match.app_name in _SURFACES and request.accepts("text/html")
        if is_page and request.method == "GET" and isinstance(response, HttpResponseNotAllowed):
            context = {"back": _find_page_above(request.path)}
            page = render(request, "site/errors/405.html", context, status=HTTPStatus.METHOD_NOT_ALLOWED)
            page["Allow"] = response["Allow"]
            return page
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        """Answers with 404, 403, a redirect back, or the refusal's own status."""
        if not isinstance(error, DomainError):
            return None
        if isinstance(error, CompanySignInNeeded):
            target = request.get_full_path() if request.method == "GET" else "/home"
            way = reverse("site:company_sign_in", args=[error.params["name"]])
            return HttpResponseRedirect(f"{way}?{urlencode({'next': target})}")
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
