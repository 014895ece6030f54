"""Where the partner's apps are installed, and new credentials for one installation."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from fondaco.accounts.permissions import Permission
from fondaco.catalog.queries import get_app
from fondaco.identity.queries import list_credentials
from fondaco.installs.actions import rotate_credentials
from fondaco.installs.labels import STATUSES
from fondaco.installs.models import Installation
from fondaco.installs.queries import get_of_partner, get_open_operation, list_of_app
from fondaco.kit.errors import DomainError
from fondaco.kit.pagination import numbered_page
from fondaco.messaging.timeline import Side
from fondaco.surfaces.site.access import requires
from fondaco.surfaces.site.forms import show_refusal
from fondaco.surfaces.site.forms_credentials import RotateForm
from fondaco.surfaces.site.paging import page_links, page_number
from fondaco.surfaces.site.timeline import timeline_page
from fondaco.surfaces.site.viewer import HouseRequest

_PER_PAGE = 50
_WORDS = {status.value: words for status, words in STATUSES.items()}


@requires(Permission.PARTNER_VIEW)
@require_safe
def installation_list(request: HouseRequest, app_id: str) -> HttpResponse:
    """The accounts that have, or had, one of the partner's apps."""
    member = request.viewer.member
    app = get_app(member, app_id)
    page = numbered_page(list_of_app(member, app), page_number(request), _PER_PAGE)
    context = {"app": app, "page": page, "links": page_links(request, page), "statuses": _WORDS}
    return render(request, "portal/installations.html", context)


@requires(Permission.PARTNER_VIEW)
@require_safe
def installation_page(request: HouseRequest, installation_id: str) -> HttpResponse:
    """One installation: who, which version, and its credentials."""
    return _show(request, get_of_partner(request.viewer.member, installation_id), RotateForm())


@requires(Permission.PARTNER_CLIENTS_MANAGE)
@require_POST
def rotate(request: HouseRequest, installation_id: str) -> HttpResponse:
    """New credentials; they go to the app's program by event, never to this page."""
    member, form = request.viewer.member, RotateForm(request.POST)
    installation = get_of_partner(member, installation_id)
    status = int(HTTPStatus.UNPROCESSABLE_ENTITY)
    if form.is_valid():
        try:
            rotate_credentials(
                actor=request.viewer.actor,
                by=member,
                installation=installation,
                is_forced=form.cleaned_data["how"] == "forced",
                reason=form.cleaned_data["reason"],
            )
        except DomainError as refusal:
            status = show_refusal(form, refusal)
        else:
            messages.success(request, _("New credentials are on their way to your program, by event."))
            return redirect("portal:installation", installation_id)
    return _show(request, installation, form, status=status)


def _show(request: HouseRequest, installation: Installation, form: RotateForm, *, status: int = 200) -> HttpResponse:
    is_let_in = not installation.is_gone and not installation.is_cut_off
    may_rotate = is_let_in and request.viewer.can(Permission.PARTNER_CLIENTS_MANAGE)
    context = {
        "installation": installation,
        "app": installation.app,
        "status": _WORDS[installation.status],
        "operation": get_open_operation(installation),
        "page": timeline_page(request, installation, Side.PARTNER),
        "credentials": list(list_credentials(installation.client)),
        "may_rotate": may_rotate,
        "form": form,
    }
    return render(request, "portal/installation.html", context, status=status)
