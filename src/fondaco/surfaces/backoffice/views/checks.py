"""The checks of a submission: run them again, waive what need not be mended, take a waiver back."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fondaco.accounts.permissions import Permission
from fondaco.kit.errors import DomainError, NotFound
from fondaco.review import actions
from fondaco.review.checking.registry import find_check
from fondaco.review.models import Submission
from fondaco.review.policies import check_can_waive
from fondaco.review.queries import get_submission, get_waiver, list_evidence
from fondaco.surfaces.backoffice.findings import findings_of
from fondaco.surfaces.backoffice.forms_checks import WaiverForm
from fondaco.surfaces.site.access import requires
from fondaco.surfaces.site.forms import show_refusal
from fondaco.surfaces.site.viewer import HouseRequest


@never_cache
@requires(Permission.OPERATOR_VIEW)
@require_safe
def show(request: HouseRequest, track: str, submission_id: str) -> HttpResponse:
    """The findings alone; asked by HTMX, only what changed since ``mark``."""
    submission = find_submission(request, track, submission_id)
    findings = findings_of(request.viewer.operator, submission)
    if request.htmx and request.GET.get("mark") == findings["mark"]:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    context = {"submission": submission, "version": submission.version, "findings": findings}
    return render(
        request, "backoffice/findings_card.html" if request.htmx else "backoffice/findings_page.html", context
    )


@requires(Permission.OPERATOR_VIEW)
@require_safe
def evidence(request: HouseRequest, track: str, submission_id: str) -> HttpResponse:
    """The four requirements of the marketplace, and what shows that they are met."""
    submission = find_submission(request, track, submission_id)
    version = submission.version
    context = {
        "submission": submission,
        "version": version,
        "app": version.app,
        "requirements": list_evidence(version),
    }
    return render(request, "site/evidence_rows.html" if request.htmx else "backoffice/evidence.html", context)


@requires(Permission.OPERATOR_VIEW)
@require_POST
def run(request: HouseRequest, track: str, submission_id: str) -> HttpResponse:
    """Runs the checks once more."""
    submission = find_submission(request, track, submission_id)
    actions.run_checks(actor=request.viewer.actor, by=request.viewer.operator, version=submission.version)
    return redirect("backoffice:submission", track, submission_id)


@requires(Permission.OPERATOR_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def waive(request: HouseRequest, track: str, submission_id: str, check_id: str) -> HttpResponse:
    """Asks for reason and last day, and waives."""
    operator, submission = request.viewer.operator, find_submission(request, track, submission_id)
    app, check = submission.version.app, find_check(check_id)
    if check is None:
        raise NotFound
    check_can_waive(operator, app, check_id)
    form, status = WaiverForm(), int(HTTPStatus.OK)
    if request.method == "POST":
        form, status = WaiverForm(request.POST), int(HTTPStatus.UNPROCESSABLE_ENTITY)
        if form.is_valid():
            try:
                actions.grant_waiver(
                    actor=request.viewer.actor, by=operator, app=app, check_id=check_id, **form.cleaned_data
                )
            except DomainError as refusal:
                status = show_refusal(form, refusal)
            else:
                messages.success(request, _("Waived. Every later reviewer sees it."))
                return redirect("backoffice:submission", track, submission_id)
    context = {"submission": submission, "version": submission.version, "app": app, "check": check, "form": form}
    return render(request, "backoffice/waive_check.html", context, status=status)


@requires(Permission.OPERATOR_VIEW)
@require_POST
def withdraw(request: HouseRequest, track: str, submission_id: str, waiver_id: str) -> HttpResponse:
    """The check counts again."""
    submission = find_submission(request, track, submission_id)
    waiver = get_waiver(request.viewer.operator, waiver_id)
    if waiver.app_id != submission.version.app_id:
        raise NotFound
    actions.withdraw_waiver(actor=request.viewer.actor, by=request.viewer.operator, waiver=waiver)
    messages.success(request, _("Withdrawn. The check counts again."))
    return redirect("backoffice:submission", track, submission_id)


def find_submission(request: HouseRequest, track: str, submission_id: str) -> Submission:
    """The submission of the path, in the queue that it belongs to."""
    submission = get_submission(request.viewer.operator, submission_id)
    if submission.track != track:
        raise NotFound
    return submission
