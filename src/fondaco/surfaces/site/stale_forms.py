"""A form with an old token, shown again as it was typed (ADR 0040).

The token is made anew with each sign-in, so a form that was open in another window then cannot be told from one that
somebody forged. It is never carried out. When the browser says that it comes from a page of ours, its sender gets that
page again, with what they typed in it and a token that holds. Nothing is stored.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Final, cast
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _

from fondaco.surfaces.site.refilling import Sent, is_pressed, put_note, read_sent, refill, show_typed
from fondaco.surfaces.site.viewer import HouseRequest

_IS_REFUSED: Final = "is_token_refused"  # attribute of a request
_SIGN_IN: Final = "/account/login/"


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 of a form without a token that holds: it was open for too long, or comes from another site."""
    setattr(request, _IS_REFUSED, True)
    return render(request, "site/errors/csrf.html", status=HTTPStatus.FORBIDDEN)


class StaleFormMiddleware:
    """Answers a form of ours with an old token by its page, filled in; anything else gets the plain refusal."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        answer = self.get_response(request)
        if not getattr(request, _IS_REFUSED, False) or not is_pressed(request) or not _is_from_here(request):
            return answer
        happened = _("This form was from before your last sign-in, or was open for too long, so it was not accepted.")
        sent = read_sent(request, happened)
        _turn_to(request, sent.page)
        return self._show_again(request, sent) or answer

    def _show_again(self, request: HttpRequest, sent: Sent) -> HttpResponseBase | None:
        """The page of the form as it is for this person now; None when there is nothing to show."""
        page = self.get_response(request)
        if refill(request, page, sent):
            page.status_code = HTTPStatus.FORBIDDEN
            return page
        if sent.target == _SIGN_IN and cast("HouseRequest", request).viewer.person is not None:
            return page  # signed in already, in another window: it leads on
        if sent.has_text:
            return show_typed(request, sent, status=HTTPStatus.FORBIDDEN)
        if not isinstance(page, HttpResponse) or page.status_code != HTTPStatus.OK:
            return None
        put_note(request, page, sent, text=page.content.decode(page.charset))
        page.status_code = HTTPStatus.FORBIDDEN
        return page


def _is_from_here(request: HttpRequest) -> bool:
    """Whether the browser says that a page of ours sent it. Pages of others cannot make it say so."""
    ours = {f"{request.scheme}://{request.get_host()}", *settings.CSRF_TRUSTED_ORIGINS}
    origin = request.headers.get("Origin")
    if origin is None:
        referer = urlsplit(request.headers.get("Referer", ""))
        origin = f"{referer.scheme}://{referer.netloc}"
    return origin in ours


def _turn_to(request: HttpRequest, address: str) -> None:
    """Makes it the request for the page at ``address``, by the same person with the same cookies."""
    path, _mark, query = address.partition("?")
    request.method = "GET"
    request.path = request.path_info = unquote(path)
    request.META.update({"REQUEST_METHOD": "GET", "PATH_INFO": request.path, "QUERY_STRING": query})
    request.GET, request.POST = QueryDict(query), QueryDict()
