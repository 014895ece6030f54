"""Reviews: the queue of each track, and one page with everything to decide on."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from fondaco.accounts.permissions import Permission
from fondaco.catalog.labels import TRACKS
from fondaco.catalog.queries import list_history, listing_view
from fondaco.catalog.states import Track
from fondaco.kit.errors import Conflict, DomainError, Forbidden, NotFound
from fondaco.kit.pagination import numbered_page
from fondaco.review import actions
from fondaco.review.labels import STATUSES
from fondaco.review.models import Submission
from fondaco.review.policies import can_decide, reviewable_tracks
from fondaco.review.queries import (
    count_queues,
    count_waivers,
    get_submission,
    list_decided,
    list_queue,
    place_in_queue,
    usual_answer_time,
)
from fondaco.review.states import SubmissionStatus
from fondaco.surfaces.backoffice.findings import findings_of
from fondaco.surfaces.backoffice.forms_review import ApprovalForm, RejectionForm
from fondaco.surfaces.site.access import requires
from fondaco.surfaces.site.forms import show_refusal
from fondaco.surfaces.site.history import moments
from fondaco.surfaces.site.paging import page_links, page_number
from fondaco.surfaces.site.viewer import HouseRequest

_PER_PAGE = 30
_TONES = {"open": "info", "approved": "good", "rejected": "bad", "withdrawn": "mute"}


@requires(Permission.OPERATOR_VIEW)
@require_safe
def queues(request: HouseRequest) -> HttpResponse:
    """Leads to the queue of ``track``, else to the first one that the operator works on."""
    tracks = reviewable_tracks(request.viewer.operator)
    if not tracks:
        raise Forbidden
    wanted = request.GET.get("track", "")
    return redirect(f"backoffice:{wanted if wanted in tracks else tracks[0]}_reviews")


@requires(Permission.OPERATOR_REVIEW_TECHNICAL)
@require_safe
def technical_queue(request: HouseRequest) -> HttpResponse:
    """Technical content that waits."""
    return _queue(request, Track.TECHNICAL)


@requires(Permission.OPERATOR_REVIEW_LISTING)
@require_safe
def listing_queue(request: HouseRequest) -> HttpResponse:
    """Listing content that waits."""
    return _queue(request, Track.LISTING)


def _queue(request: HouseRequest, track: Track) -> HttpResponse:
    operator = request.viewer.operator
    page = numbered_page(list_queue(operator, track=track), page_number(request), _PER_PAGE)
    context = {
        "track": track,
        "label": TRACKS[track.value],
        "tabs": _tabs(request, track),
        "page": page,
        "waivers": count_waivers([submission.version.app_id for submission in page.items]),
        "links": page_links(request, page),
        "decided": [submission for submission in list_decided(operator) if submission.track == track],
        "usual": usual_answer_time(track),
        "tones": _TONES,
        "statuses": STATUSES,
    }
    return render(request, "backoffice/review_queue.html", context)


def _tabs(request: HouseRequest, current: Track) -> list[tuple[str, str, bool, int]]:
    """The queues that the operator works on, each with how many wait."""
    operator = request.viewer.operator
    counts = request.viewer.once("queues", lambda: count_queues(operator))
    return [
        (str(TRACKS[track.value]), reverse(f"backoffice:{track}_reviews"), track == current, counts.get(track, 0))
        for track in reviewable_tracks(operator)
    ]


@requires(Permission.OPERATOR_VIEW)
@require_safe
def show(request: HouseRequest, track: str, submission_id: str) -> HttpResponse:
    """Everything to decide on, and the two answers."""
    return _show(request, _find(request, track, submission_id), ApprovalForm(), RejectionForm())


@requires(Permission.OPERATOR_VIEW)
@require_POST
def approve(request: HouseRequest, track: str, submission_id: str) -> HttpResponse:
    """The yes."""
    operator, form = request.viewer.operator, ApprovalForm(request.POST)
    submission = _find(request, track, submission_id)
    status: int = HTTPStatus.UNPROCESSABLE_ENTITY
    if form.is_valid():
        comment = form.cleaned_data["comment"]
        try:
            actions.approve(actor=request.viewer.actor, by=operator, submission=submission, comment=comment)
        except Conflict as conflict:
            return _too_late(request, track, submission_id, conflict)
        except DomainError as refusal:
            status = show_refusal(form, refusal)
        else:
            messages.success(request, _("Approved. The partner gets a mail."))
            return redirect("backoffice:submission", track, submission_id)
    return _show(request, submission, form, RejectionForm(), status=status)


@requires(Permission.OPERATOR_VIEW)
@require_POST
def reject(request: HouseRequest, track: str, submission_id: str) -> HttpResponse:
    """The no, with what has to change."""
    operator, form = request.viewer.operator, RejectionForm(request.POST)
    submission = _find(request, track, submission_id)
    status: int = HTTPStatus.UNPROCESSABLE_ENTITY
    if form.is_valid():
        feedback = form.cleaned_data["feedback"]
        try:
            actions.reject(actor=request.viewer.actor, by=operator, submission=submission, feedback=feedback)
        except Conflict as conflict:
            return _too_late(request, track, submission_id, conflict)
        except DomainError as refusal:
            status = show_refusal(form, refusal)
        else:
            messages.success(request, _("Rejected. The partner gets your feedback by mail."))
            return redirect("backoffice:submission", track, submission_id)
    return _show(request, submission, ApprovalForm(), form, status=status)


def _find(request: HouseRequest, track: str, submission_id: str) -> Submission:
    submission = get_submission(request.viewer.operator, submission_id)
    if submission.track != track:
        raise NotFound
    return submission


def _too_late(request: HouseRequest, track: str, submission_id: str, conflict: Conflict) -> HttpResponse:
    """Someone decided while this page was open: shows their decision, and says that this one was not used (T25)."""
    messages.error(request, str(conflict))
    fresh = _find(request, track, submission_id)
    return _show(request, fresh, ApprovalForm(), RejectionForm(), status=HTTPStatus.CONFLICT)


def _show(
    request: HouseRequest,
    submission: Submission,
    approval: ApprovalForm,
    rejection: RejectionForm,
    *,
    status: int = 200,
) -> HttpResponse:
    version = submission.version
    context = {
        "submission": submission,
        "version": version,
        "app": version.app,
        "technical": version.technical,
        "label": TRACKS[submission.track],
        "state": STATUSES[submission.status],
        "tone": _TONES[submission.status],
        "place": place_in_queue(submission),
        "listing": listing_view(version),
        "findings": findings_of(request.viewer.operator, submission),
        "history": moments(list_history(version, limit=20)),
        "credentials": (version.technical.test_credentials or b"").decode(),
        "is_open": submission.status == SubmissionStatus.OPEN,
        "can_decide": can_decide(request.viewer.operator, submission),
        "approval": approval,
        "rejection": rejection,
    }
    return render(request, "backoffice/review_submission.html", context, status=status)
