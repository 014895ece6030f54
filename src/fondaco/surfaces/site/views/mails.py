"""Every kind of mail with example data: for whoever writes them. It exists only on a machine in development."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from csp.decorators import csp, csp_update
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from fondaco.kit import clock
from fondaco.kit.errors import NotFound
from fondaco.notify.examples import example_letters
from fondaco.notify.letters import Letter, Mail, kinds, message
from fondaco.surfaces.site.access import public
from fondaco.surfaces.site.viewer import HouseRequest
from fondaco.surfaces.site.views.inbox import BOXED


@require_safe
@never_cache
@public
def show_all(request: HouseRequest) -> HttpResponse:
    """Every kind of mail: when it is sent, to whom, and what it is called."""
    return render(request, "site/inbox/kinds.html", {"kinds": kinds()})


@require_safe
@never_cache
@csp_update({"frame-src": ["'self'"]})  # type: ignore[arg-type]  # it is typed for views without arguments
@public
def show(request: HouseRequest, name: str) -> HttpResponse:
    """One kind with example data: its text, and how it looks."""
    mail = _find(name)
    example = _example(mail)
    context = {"kind": mail, "example": example, "sender": settings.DEFAULT_FROM_EMAIL}
    return render(request, "site/inbox/kind.html", context)


@require_safe
@never_cache
@xframe_options_sameorigin
@csp(BOXED)  # type: ignore[arg-type]  # as above
@public
def show_html(request: HouseRequest, name: str) -> HttpResponse:
    """The HTML part alone, boxed as in the inbox."""
    example = _example(_find(name))
    if example is None:
        raise NotFound
    html, _kind = example.alternatives[0]
    return HttpResponse(str(html).replace("<head>", '<head><base target="_top">', 1))


def _find(name: str) -> Mail:
    mail = next((mail for mail in kinds() if mail.name == name), None)
    if mail is None:
        raise NotFound
    return mail


def _example(mail: Mail) -> EmailMultiAlternatives | None:
    letter = _write_letter(mail, get_language() or "", clock.now().date())
    return message(letter) if letter is not None else None


@lru_cache(maxsize=256)
def _write_letter(mail: Mail, _language: str, _day: date) -> Letter | None:
    """Kept by the process, for its page, its frame and whoever comes back: each costs a whole world of rows."""
    return example_letters(mail)[mail.name]
