"""The development inbox: what would have been mailed. It exists only on a machine in development."""

from __future__ import annotations

from typing import Final

from csp.decorators import csp, csp_update
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from fondaco.kit.errors import NotFound
from fondaco.surfaces.site.access import public
from fondaco.surfaces.site.mailbox import Mail, find_mails, get_mail
from fondaco.surfaces.site.viewer import HouseRequest

BOXED: Final = {  # the mail's own styles, nothing else of its own
    "default-src": ["'none'"],
    "style-src": ["'unsafe-inline'"],
    "img-src": ["'self'", "data:"],
    "frame-ancestors": ["'self'"],
    "sandbox": ["allow-top-navigation-by-user-activation"],
}


@require_safe
@never_cache
@public
def mails(request: HouseRequest) -> HttpResponse:
    """All mails, newest first."""
    return render(request, "site/inbox/mails.html", {"mails": find_mails(settings.EMAIL_FILE_PATH)})


@require_safe
@never_cache
@csp_update({"frame-src": ["'self'"]})  # type: ignore[arg-type]  # it is typed for views without arguments
@public
def mail(request: HouseRequest, mail_id: str) -> HttpResponse:
    """One mail: its text with working links, and how it looks."""
    return render(request, "site/inbox/mail.html", {"mail": _get(mail_id)})


@require_safe
@never_cache
@xframe_options_sameorigin
@csp(BOXED)  # type: ignore[arg-type]  # as above
@public
def mail_html(request: HouseRequest, mail_id: str) -> HttpResponse:
    """The HTML part alone, boxed: no scripts, and its links open in the whole window."""
    return HttpResponse(_get(mail_id).html.replace("<head>", '<head><base target="_top">', 1))


def _get(mail_id: str) -> Mail:
    found = get_mail(settings.EMAIL_FILE_PATH, mail_id)
    if found is None:
        raise NotFound
    return found
