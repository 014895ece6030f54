"""Listings that passed by policy and were drawn: a person looks, and says whether that was right."""

from __future__ import annotations

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from fondaco.accounts.permissions import Permission
from fondaco.catalog.queries import listing_view
from fondaco.kit.errors import DomainError
from fondaco.kit.pagination import numbered_page
from fondaco.review import actions
from fondaco.review.labels import SAMPLE_STATUSES
from fondaco.review.queries import get_sample, get_sample_desk, list_samples
from fondaco.surfaces.backoffice.forms_marketplace import ReportForm
from fondaco.surfaces.backoffice.views.review import queue_tabs
from fondaco.surfaces.site.access import requires
from fondaco.surfaces.site.forms import show_refusal
from fondaco.surfaces.site.paging import page_links, page_number
from fondaco.surfaces.site.viewer import HouseRequest

_PER_PAGE = 50
_TONES = {"open": "info", "fine": "good", "problem": "bad"}


@requires(Permission.OPERATOR_REVIEW_LISTING)
@require_safe
def show_all(request: HouseRequest) -> HttpResponse:
    """What waits for a look, then what was looked at."""
    page = numbered_page(list_samples(request.viewer.operator), page_number(request), _PER_PAGE)
    context = {
        "tabs": queue_tabs(request, "samples"),
        "page": page,
        "links": page_links(request, page),
        "statuses": SAMPLE_STATUSES,
        "tones": _TONES,
    }
    return render(request, "backoffice/samples.html", context)


@requires(Permission.OPERATOR_REVIEW_LISTING)
@require_safe
def show(request: HouseRequest, sample_id: str) -> HttpResponse:
    """What was changed, the whole listing, and the two answers."""
    return _show(request, sample_id, ReportForm(), 200)


@requires(Permission.OPERATOR_REVIEW_LISTING)
@require_POST
def pass_one(request: HouseRequest, sample_id: str) -> HttpResponse:
    """It is fine."""
    by = request.viewer.operator
    sample = actions.pass_sample(actor=request.viewer.actor, by=by, sample=get_sample(by, sample_id))
    messages.success(request, _("Noted: %(version)s is fine.") % {"version": sample.submission.version})
    return redirect("backoffice:samples")


@requires(Permission.OPERATOR_REVIEW_LISTING)
@require_POST
def report(request: HouseRequest, sample_id: str) -> HttpResponse:
    """There is a problem: the version leaves the marketplace."""
    by = request.viewer.operator
    sample = get_sample(by, sample_id)
    form, status = ReportForm(request.POST), 422
    if form.is_valid():
        try:
            actions.report_sample(actor=request.viewer.actor, by=by, sample=sample, **form.cleaned_data)
        except DomainError as refusal:
            status = show_refusal(form, refusal)
        else:
            words = _("%(version)s is out of the marketplace, and its partner is told why.")
            messages.success(request, words % {"version": sample.submission.version})
            return redirect("backoffice:samples")
    return _show(request, sample_id, form, status)


def _show(request: HouseRequest, sample_id: str, form: Form, status: int) -> HttpResponse:
    desk = get_sample_desk(request.viewer.operator, sample_id)
    version = desk.sample.submission.version
    context = {
        "desk": desk,
        "sample": desk.sample,
        "version": version,
        "app": version.app,
        "view": listing_view(version),
        "words": SAMPLE_STATUSES[desk.sample.status],
        "tone": _TONES[desk.sample.status],
        "form": form,
    }
    return render(request, "backoffice/sample.html", context, status=status)
