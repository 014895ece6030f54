"""A form that was sent after its session had ended is kept, and filled in again after the sign-in (ADR 0037).

It is never carried out by itself: the person looks at it and sends it. Passwords, secrets and files are not kept.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Final, TypeVar, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from fondaco.identity.kept_forms import KEPT_FOR, find_kept_form, forget_kept_form, keep_form
from fondaco.identity.models import KeptForm
from fondaco.surfaces.site.refilling import Sent, is_pressed, read_sent, refill, show_typed
from fondaco.surfaces.site.viewer import HouseRequest

BROWSER: Final = "browser"  # cookie by which a browser is known again; given at the sign-in
_WAITING: Final = "form-kept"  # cookie that says that there is something to look for; holds nothing
_SURFACES: Final = frozenset({"storefront", "console", "portal", "backoffice"})
_WAS_LET_IN: Final = "was_let_in"  # attribute of a request
_LEADS_AWAY: Final = "leads_away"  # attribute of a view
_SIGNED_IN: Final = "signed-in"  # in the query of such a view's address
_MOST_ADDRESS: Final = 1000

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Sends the browser to the sign-in page and back afterwards; what it sent from a form is kept for then.

    A page that only looked for news is loaded anew: redirected, it would have the sign-in page put into itself.
    """
    if request.method == "GET" and "HX-Request" in request.headers:
        return HttpResponse(status=HTTPStatus.NO_CONTENT, headers={"HX-Refresh": "true"})
    if not _is_form(request):
        return redirect_to_login(way_back(request))
    sent = read_sent(request, "")
    answer = redirect_to_login(sent.page)
    browser = request.COOKIES.get(BROWSER, "")[:100]
    is_odd = max(len(sent.page), len(sent.target)) > _MOST_ADDRESS or "\0" in sent.target
    if is_odd or not keep_form(browser=browser, page=sent.page, target=sent.target, entries=sent.entries):
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


def leads_away(view: View) -> View:
    """Marks a view whose answer leads to another site: who signed in on the way comes back by :func:`go_on`."""
    setattr(view, _LEADS_AWAY, True)
    return view


def has_just_signed_in(request: HttpRequest) -> bool:
    """Whether a sign-in form led to this view, which ``leads_away``: answer with :func:`go_on` to its own address."""
    return _SIGNED_IN in request.GET


def go_on(request: HttpRequest, target: str) -> HttpResponse:
    """A page of our own that goes on to ``target`` by itself.

    A redirect would do, but browsers apply ``form-action`` to every redirect that follows a form, so they would block
    the last one, to another site. This page ends the form's chain.
    """
    response = render(request, "site/going_on.html", {"target": target})
    response.headers["Refresh"] = f"0; url={target}"
    return response


def way_back(request: HttpRequest) -> str:
    """What a page that is asked for leads back to from the form that stands in its way."""
    match = request.resolver_match
    if match is not None and getattr(match.func, _LEADS_AWAY, False):
        return f"{request.path}?{_SIGNED_IN}"
    return request.get_full_path()


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
    sent = Sent(kept.page, kept.target, kept.entries, _("Your session had ended when you sent this form."))
    if refill(request, answer, sent):
        return answer
    forget_kept_form(browser=request.COOKIES.get(BROWSER, "")[:100], person=kept.person, target=kept.target)
    return show_typed(request, sent) if sent.has_text else answer


def _is_form(request: HttpRequest) -> bool:
    """Whether a person sent it by a form of a page that only who is signed in sees."""
    match = request.resolver_match
    return match is not None and match.namespace in _SURFACES and is_pressed(request)
