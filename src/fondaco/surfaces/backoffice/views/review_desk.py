"""One submission's page: found by its address, shown with whatever was just typed on it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render

from fondaco.accounts.permissions import Permission
from fondaco.catalog.labels import TRACKS
from fondaco.catalog.queries import listing_view
from fondaco.catalog.states import Track
from fondaco.kit.errors import DomainError, NotFound
from fondaco.review.labels import STATUSES, subject_label
from fondaco.review.models import Submission
from fondaco.review.queries import get_desk, get_submission, place_in_queue
from fondaco.review.queries.workbench import Asked, list_review_history
from fondaco.review.risks import LEVELS, RISKS, level_of
from fondaco.surfaces.backoffice.findings import findings_of
from fondaco.surfaces.backoffice.forms_review import (
    ApprovalForm,
    ChangeRows,
    MessageForm,
    NoteForm,
    RejectionForm,
    SnoozeForm,
)
from fondaco.surfaces.site.history import moments
from fondaco.surfaces.site.viewer import HouseRequest

TONES = {"open": "info", "approved": "good", "rejected": "bad", "withdrawn": "mute"}
_DIGITS = 4
RISK_TONES = {"low": "mute", "medium": "warn", "high": "bad"}


def find(request: HouseRequest, track: str, submission_id: str) -> Submission:
    """The submission that the address names."""
    submission = get_submission(request.viewer.operator, submission_id)
    if submission.track != track:
        raise NotFound
    return submission


def refuse(request: HouseRequest, submission: Submission, refusal: DomainError) -> HttpResponse:
    """Someone was faster, or it is not as the page said: shows how it stands now, and what was not done (T25)."""
    if refusal.status in {HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN}:
        raise refusal
    reasons = [text for texts in refusal.fields.values() for text in texts]
    messages.error(request, " ".join([str(refusal), *reasons]))
    return show_desk(request, submission, status=refusal.status)


def show_desk(request: HouseRequest, submission: Submission, *, status: int = 200, **typed: Any) -> HttpResponse:
    """Everything to decide on; ``typed`` replaces empty forms by name, and adds what only this answer shows."""
    return show_at(request, submission.track, submission.pk.hex, status=status, **typed)


def show_at(request: HouseRequest, named: str, submission_id: str, *, status: int = 200, **typed: Any) -> HttpResponse:
    """The same by what the address names."""
    by = request.viewer.operator
    desk = get_desk(by, submission_id)
    fresh = desk.submission
    if fresh.track != named:
        raise NotFound
    track = Track(named)
    version, level = fresh.version, level_of(fresh.risk)
    context = {
        "desk": desk,
        "submission": fresh,
        "version": version,
        "app": version.app,
        "technical": version.technical,
        "label": TRACKS[fresh.track],
        "state": STATUSES[fresh.status],
        "tone": TONES[fresh.status],
        "risk": (LEVELS[level], RISK_TONES[level]),
        "risks": [RISKS[reason] for reason in fresh.risk_reasons if reason in RISKS],
        "asked": [line(track, change) for change in desk.asked],
        "changes": [line(track, change) for change in desk.changes],
        "place": place_in_queue(fresh),
        "listing": listing_view(version),
        "findings": findings_of(by, fresh),
        "history": moments(list_review_history(fresh)),
        "is_mine": fresh.taken_by_id == by.pk,
        "has_agreed": desk.has_agreed(by),
        "may_see_installation": request.viewer.can(Permission.OPERATOR_ACCESS_REVOKE),
        "approval": ApprovalForm(),
        "rejection": RejectionForm(reasons=desk.reasons),
        "rows": change_rows(track),
        "message": MessageForm(),
        "note": NoteForm(),
        "snooze": SnoozeForm(),
        "credentials": None,
        **typed,
    }
    return render(request, "backoffice/review_submission.html", context, status=status)


def change_rows(track: Track, data: Any = None, *, extra: int = 0) -> Any:
    """The rows of things to change, as they were sent; ``extra`` empty ones more."""
    if data is not None and extra:
        data = data.copy()
        sent = data.get("change-TOTAL_FORMS", "")
        data["change-TOTAL_FORMS"] = str(
            (int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 4 else 0) + extra
        )
    return ChangeRows(data, prefix="change", form_kwargs={"track": track})


def line(track: Track, change: Asked) -> tuple[str, Asked]:
    """A requested change with the name of what it is about."""
    return subject_label(track, change.kind, change.subject), change
