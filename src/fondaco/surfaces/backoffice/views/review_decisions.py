"""The two answers to a submission."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from fondaco.accounts.permissions import Permission
from fondaco.catalog.states import Track
from fondaco.kit.errors import Conflict, DomainError, NotFound
from fondaco.review import actions
from fondaco.review.models import Submission
from fondaco.review.queries import get_reason, list_reasons
from fondaco.surfaces.backoffice.forms_review import ApprovalForm, RejectionForm
from fondaco.surfaces.backoffice.views.review_desk import change_rows, find, refuse, show_desk
from fondaco.surfaces.site.access import requires
from fondaco.surfaces.site.forms import show_refusal
from fondaco.surfaces.site.viewer import HouseRequest


@requires(Permission.OPERATOR_VIEW)
@require_POST
def approve(request: HouseRequest, track: str, submission_id: str) -> HttpResponse:
    """The yes."""
    form, submission = ApprovalForm(request.POST), find(request, track, submission_id)
    status: int = HTTPStatus.UNPROCESSABLE_ENTITY
    if form.is_valid():
        comment = form.cleaned_data["comment"]
        try:
            decided = actions.approve(
                actor=request.viewer.actor, by=request.viewer.operator, submission=submission, comment=comment
            )
        except Conflict as conflict:
            return refuse(request, submission, conflict)
        except DomainError as refusal:
            status = show_refusal(form, refusal)
        else:
            words = (
                _("Your approval is kept. One more person has to agree before it counts.")
                if decided.is_open
                else _("Approved. The partner gets a mail.")
            )
            messages.success(request, words)
            return redirect("backoffice:submission", track, submission_id)
    return show_desk(request, submission, status=status, approval=form)


@requires(Permission.OPERATOR_VIEW)
@require_POST
def reject(request: HouseRequest, track: str, submission_id: str) -> HttpResponse:
    """The no, with what has to change. Two of its buttons only change the form: more rows, words from the library."""
    submission = find(request, track, submission_id)
    wish = request.POST.get("do", "")
    if wish in {"insert", "more"}:
        return _prepare(request, submission, wish)
    form = RejectionForm(request.POST, reasons=_reasons(request, submission))
    rows = change_rows(Track(submission.track), _with_rows(request.POST))
    status: int = HTTPStatus.UNPROCESSABLE_ENTITY
    if all([form.is_valid(), rows.is_valid()]):
        try:
            actions.reject(
                actor=request.viewer.actor,
                by=request.viewer.operator,
                submission=submission,
                feedback=form.cleaned_data["feedback"],
                changes=rows.changes(),
            )
        except Conflict as conflict:
            return refuse(request, submission, conflict)
        except DomainError as refusal:
            status = show_refusal(form, refusal)
        else:
            messages.success(request, _("Rejected. The partner gets your feedback by mail."))
            return redirect("backoffice:submission", track, submission_id)
    return show_desk(request, submission, status=status, rejection=form, rows=rows)


def _prepare(request: HouseRequest, submission: Submission, wish: str) -> HttpResponse:
    """The page again with everything that was typed; nothing is decided."""
    typed = request.POST.copy()
    if wish == "insert":
        try:
            reason = get_reason(request.viewer.operator, typed.get("rejection-reason", ""))
        except NotFound:  # none chosen, or removed meanwhile
            messages.error(request, _("Choose a reason of the library first."))
        else:
            before = typed.get("rejection-feedback", "").rstrip()
            typed["rejection-feedback"] = f"{before}\n\n{reason.text}".lstrip()
    reasons = _reasons(request, submission)
    form = RejectionForm(initial={"feedback": typed.get("rejection-feedback", "")}, reasons=reasons)
    rows = change_rows(Track(submission.track), _with_rows(typed), extra=2 if wish == "more" else 0)
    return show_desk(request, submission, rejection=form, rows=rows)


def _reasons(request: HouseRequest, submission: Submission) -> list[tuple[str, str]]:
    found = list_reasons(request.viewer.operator, track=Track(submission.track))
    return [(reason.pk.hex, reason.title) for reason in found]


def _with_rows(sent: QueryDict) -> QueryDict:
    """Whoever sends no rows at all asks for no change in particular."""
    if "change-TOTAL_FORMS" in sent:
        return sent
    data = sent.copy()
    data["change-TOTAL_FORMS"] = data["change-INITIAL_FORMS"] = "0"
    return data
