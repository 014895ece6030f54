"""A form that was sent after its session had ended is kept, and filled in again after the sign-in (ADR 0037).

It is never carried out by itself: the person looks at it and sends it. Passwords, secrets and files are not kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Final, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from fondaco.identity.kept_forms import KEPT_FOR, find_kept_form, forget_kept_form, keep_form
from fondaco.identity.models import KeptForm
from fondaco.surfaces.site.filling import fill
from fondaco.surfaces.site.viewer import HouseRequest

BROWSER: Final = "browser"  # cookie by which a browser is known again; given at the sign-in
_WAITING: Final = "form-kept"  # cookie that says that there is something to look for; holds nothing
_FORMS: Final = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
_SURFACES: Final = frozenset({"storefront", "console", "portal", "backoffice"})
_SECRET: Final = re.compile(r"password|secret|private_key|test_credentials|token$|(^|[_-])(code|pin|cvc)$")
_WAS_LET_IN: Final = "was_let_in"  # attribute of a request
_MOST_ADDRESS: Final = 1000
_MAIN: Final = re.compile(r"<main\b[^>]*>")


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Sends the browser to the sign-in page and back afterwards; what it sent from a form is kept for then."""
    if request.method != "POST" or not _is_form(request):
        return redirect_to_login(request.get_full_path())
    page = _page_of(request)
    answer = redirect_to_login(page)
    entries = {name: values for name, values in request.POST.lists() if not _SECRET.search(name)}
    browser = request.COOKIES.get(BROWSER, "")[:100]
    is_odd = max(len(page), len(request.path)) > _MOST_ADDRESS or "\0" in request.path
    if is_odd or not keep_form(browser=browser, page=page, target=request.path, entries=entries):
        if browser:
            lost = _("Your session had ended, and what you typed could not be kept. Go back to copy it.")
            messages.warning(request, lost)
        return answer
    messages.info(request, _("Your session had ended. What you typed is kept for half an hour; nothing was saved yet."))
    answer.set_cookie(
        _WAITING,
        "1",
        max_age=int(KEPT_FOR.total_seconds()),
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return answer


class KeptFormMiddleware:
    """Fills the form of a page with what was kept for it. Without the cookie nothing is looked for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        person = cast("HouseRequest", request).viewer.person if _WAITING in request.COOKIES else None
        if person is None:
            return self.get_response(request)
        browser = request.COOKIES.get(BROWSER, "")[:100]
        if request.method == "POST":
            answer = self.get_response(request)
            if answer.status_code < HTTPStatus.BAD_REQUEST:
                forget_kept_form(browser=browser, person=person, target=request.path)
            return answer
        if request.method != "GET" or "HX-Request" in request.headers:
            return self.get_response(request)
        kept = find_kept_form(browser=browser, page=request.get_full_path()[:_MOST_ADDRESS])
        if kept is not None and kept.person_id != person.pk:
            words = _("Somebody else sent this form from this browser after their session had ended.")
            messages.warning(request, f"{words} {_('What they typed is not shown to you.')}")
            kept = None
        answer = self.get_response(request)
        if kept is None or not getattr(request, _WAS_LET_IN, False):
            return answer
        return _with_kept(request, answer, kept)

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> None:
        """Only for who came as far as the page: nothing stopped them to ask for a second factor."""
        setattr(request, _WAS_LET_IN, True)


def _with_kept(request: HttpRequest, answer: HttpResponseBase, kept: KeptForm) -> HttpResponseBase:
    """The page with the form filled in; when it has no such form now, a page with what was typed."""
    if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return answer  # it waits until the house is in order again
    entries = kept.entries
    is_page = isinstance(answer, HttpResponse) and answer.status_code == HTTPStatus.OK
    if is_page and isinstance(answer, HttpResponse):
        text = answer.content.decode(answer.charset)
        filled = fill(text, address=kept.page, target=kept.target, typed=entries)
        if filled is not None:
            note = render_to_string("site/kept_note.html", {"left_over": filled.left_over}, request)
            answer.content = _MAIN.sub(lambda main: main.group() + note, filled.text, count=1)
            if answer.has_header("Content-Length"):
                answer.headers["Content-Length"] = str(len(answer.content))
            return answer
    forget_kept_form(browser=request.COOKIES.get(BROWSER, "")[:100], person=kept.person, target=kept.target)
    typed = [(name, value) for name, values in entries.items() for value in values if value.strip()]
    if not any(len(value) > 1 for _name, value in typed):
        return answer  # a button was pressed, and nothing was typed
    return render(request, "site/kept.html", {"typed": typed, "address": kept.page})


def _is_form(request: HttpRequest) -> bool:
    """Whether a person sent it by a form, not a script in the background."""
    match = request.resolver_match
    is_ours = match is not None and match.namespace in _SURFACES
    by_script = "HX-Request" in request.headers or request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate"
    return is_ours and not by_script and request.content_type in _FORMS


def _page_of(request: HttpRequest) -> str:
    """The page on which the form stands: where the browser says it comes from, if that is a page of ours."""
    origin = request.headers.get("Referer", "")
    if origin and url_has_allowed_host_and_scheme(origin, {request.get_host()}, require_https=request.is_secure()):
        parts = urlsplit(origin)
        if parts.path.startswith("/") and not parts.path.startswith(("//", "/account/")):
            return f"{parts.path}?{parts.query}" if parts.query else parts.path
    return request.get_full_path()
