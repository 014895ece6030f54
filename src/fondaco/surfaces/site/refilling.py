"""What was sent from a form and could not be taken then: reading it, and showing it in the same form again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme

from fondaco.surfaces.site.filling import fill

_FORMS: Final = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
_SECRET: Final = re.compile(r"password|secret|private_key|test_credentials|token$|(^|[_-])(code|pin|cvc)$")
_MAIN: Final = re.compile(r"<main\b[^>]*>")


@dataclass(frozen=True, slots=True)
class Sent:
    """What somebody sent: the fields without secrets, the page on which the form stands, the address it is sent to.

    ``happened`` is the sentence that says why nothing was done.
    """

    page: str
    target: str
    entries: Mapping[str, list[str]]
    happened: str

    @property
    def typed(self) -> list[tuple[str, str]]:
        """Name and text of each field that holds something."""
        return [(name, value) for name, values in self.entries.items() for value in values if value.strip()]

    @property
    def has_text(self) -> bool:
        """Whether more than a button was pressed."""
        return any(len(value) > 1 for _name, value in self.typed)


def read_sent(request: HttpRequest, happened: str) -> Sent:
    """What ``request`` brings from a form. Passwords, secrets and files stay out."""
    entries = {name: values for name, values in request.POST.lists() if not _SECRET.search(name)}
    return Sent(_page_of(request), request.path, entries, happened)


def is_pressed(request: HttpRequest) -> bool:
    """Whether a person sent it by a form, not a script in the background."""
    by_script = "HX-Request" in request.headers or request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate"
    return request.method == "POST" and not by_script and request.content_type in _FORMS


def refill(request: HttpRequest, answer: HttpResponseBase, sent: Sent) -> bool:
    """Puts what was typed into the page ``answer``, with a note above; False when the page has no such form now."""
    if not isinstance(answer, HttpResponse) or answer.status_code != HTTPStatus.OK:
        return False
    text = answer.content.decode(answer.charset)
    filled = fill(text, address=sent.page, target=sent.target, typed=sent.entries)
    if filled is None:
        return False
    put_note(request, answer, sent, text=filled.text, left_over=filled.left_over)
    return True


def put_note(
    request: HttpRequest, answer: HttpResponse, sent: Sent, *, text: str, left_over: list[tuple[str, str]] | None = None
) -> None:
    """Makes ``text`` the page, with a note above that says what happened. Without ``left_over`` nothing was typed."""
    context = {"happened": sent.happened, "left_over": left_over, "is_filled": left_over is not None}
    note = render_to_string("site/kept_note.html", context, request)
    answer.content = _MAIN.sub(lambda main: main.group() + note, text, count=1)
    if answer.has_header("Content-Length"):
        answer.headers["Content-Length"] = str(len(answer.content))


def show_typed(request: HttpRequest, sent: Sent, *, status: int = HTTPStatus.OK) -> HttpResponse:
    """A page with what was typed, to be copied: the form that it was typed into is not there any more."""
    return render(request, "site/kept.html", {"sent": sent}, status=status)


def _page_of(request: HttpRequest) -> str:
    """The page on which the form stands: where the browser says it comes from, if that is a page of ours."""
    origin = request.headers.get("Referer", "")
    if origin and url_has_allowed_host_and_scheme(origin, {request.get_host()}, require_https=request.is_secure()):
        parts = urlsplit(origin)
        if parts.path.startswith("/") and not parts.path.startswith(("//", "/account/")):
            return f"{parts.path}?{parts.query}" if parts.query else parts.path
    return request.get_full_path()
