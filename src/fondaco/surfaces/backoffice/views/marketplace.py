"""What customers are offered; the platform takes a version out, and lets it in again."""

from __future__ import annotations

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from fondaco.accounts.permissions import Permission
from fondaco.catalog import actions
from fondaco.catalog.labels import STATUSES
from fondaco.catalog.models import Version
from fondaco.catalog.policies import can_be_withheld
from fondaco.catalog.queries import get_any_version, latest_published, list_offered_versions
from fondaco.kit.errors import DomainError
from fondaco.kit.pagination import numbered_page
from fondaco.surfaces.backoffice.forms_marketplace import WithholdForm
from fondaco.surfaces.site.access import requires
from fondaco.surfaces.site.forms import show_refusal
from fondaco.surfaces.site.paging import page_links, page_number
from fondaco.surfaces.site.viewer import HouseRequest

_PER_PAGE = 50


@requires(Permission.OPERATOR_VIEW)
@require_safe
def show_all(request: HouseRequest) -> HttpResponse:
    """What is published and what was taken out, these first; ``q`` searches."""
    text = request.GET.get("q", "").replace("\0", "").strip()[:50]
    page = numbered_page(list_offered_versions(request.viewer.operator, text=text), page_number(request), _PER_PAGE)
    context = {"page": page, "links": page_links(request, page), "text": text}
    return render(request, "backoffice/marketplace.html", context)


@requires(Permission.OPERATOR_VIEW)
@require_safe
def show(request: HouseRequest, version_id: str) -> HttpResponse:
    """Where a version stands, and taking it out or letting it in."""
    return _show(request, get_any_version(request.viewer.operator, version_id), WithholdForm(), 200)


@requires(Permission.OPERATOR_PARTNERS)
@require_POST
def withhold(request: HouseRequest, version_id: str) -> HttpResponse:
    """Takes it out; installations go on."""
    by = request.viewer.operator
    version = get_any_version(by, version_id)
    form, status = WithholdForm(request.POST), 422
    if form.is_valid():
        try:
            actions.withhold_version(actor=request.viewer.actor, by=by, version=version, **form.cleaned_data)
        except DomainError as refusal:
            status = show_refusal(form, refusal)
        else:
            words = _("%(version)s is out of the marketplace. Its partner is told why.")
            messages.success(request, words % {"version": version})
            return redirect("backoffice:offered_version", version_id)
    return _show(request, version, form, status)


@requires(Permission.OPERATOR_PARTNERS)
@require_POST
def readmit(request: HouseRequest, version_id: str) -> HttpResponse:
    """Lets it in again."""
    by = request.viewer.operator
    version = get_any_version(by, version_id)
    back = actions.readmit_version(actor=request.viewer.actor, by=by, version=version)
    words = (
        _("Customers can find and install %(version)s again.")
        if back.is_published
        else _("%(version)s is let in again. It is not published, because of its states or its partner.")
    )
    messages.success(request, words % {"version": back})
    return redirect("backoffice:offered_version", version_id)


def _show(request: HouseRequest, version: Version, form: Form, status: int) -> HttpResponse:
    instead = latest_published(version.app)
    context = {
        "version": version,
        "app": version.app,
        "statuses": STATUSES,
        "instead": instead if instead and instead.pk != version.pk else None,
        "may": request.viewer.can(Permission.OPERATOR_PARTNERS.value),
        "can_withhold": can_be_withheld(version),
        "form": form,
    }
    return render(request, "backoffice/offered_version.html", context, status=status)
