"""Working on a submission: taking it, putting it aside, talking about it, trying it out."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from fondaco.accounts.permissions import Permission
from fondaco.kit.errors import DomainError
from fondaco.review import actions
from fondaco.review.models import Submission
from fondaco.review.policies import check_can_decide, reviewers_of
from fondaco.surfaces.backoffice.forms_review import MessageForm, NoteForm, SnoozeForm
from fondaco.surfaces.backoffice.handing_over import hand_over_to_one_of
from fondaco.surfaces.backoffice.views.review_desk import find, refuse, show_desk
from fondaco.surfaces.site.access import requires
from fondaco.surfaces.site.forms import show_refusal
from fondaco.surfaces.site.viewer import HouseRequest


@requires(Permission.OPERATOR_VIEW)
@require_POST
def take(request: HouseRequest, track: str, submission_id: str) -> HttpResponse:
    """Makes it the reader's work."""
    return _do(request, find(request, track, submission_id), actions.take, _("It is yours. The partner is told."))


@requires(Permission.OPERATOR_VIEW)
@require_POST
def give_back(request: HouseRequest, track: str, submission_id: str) -> HttpResponse:
    """Lets others take it."""
    return _do(request, find(request, track, submission_id), actions.give_back, _("Given back. Others can take it."))


@requires(Permission.OPERATOR_VIEW)
@require_POST
def wake(request: HouseRequest, track: str, submission_id: str) -> HttpResponse:
    """Brings it back into the queue."""
    return _do(request, find(request, track, submission_id), actions.wake, _("It is back in the queue."))


@requires(Permission.OPERATOR_VIEW)
@require_POST
def try_out(request: HouseRequest, track: str, submission_id: str) -> HttpResponse:
    """Installs it in the reviewers' account."""
    words = _("Installed in the reviewers' account, or on its way there.")
    return _do(request, find(request, track, submission_id), actions.try_out, words)


@requires(Permission.OPERATOR_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def hand_over(request: HouseRequest, track: str, submission_id: str) -> HttpResponse:
    """Gives it to a colleague."""
    submission, by = find(request, track, submission_id), request.viewer.operator
    check_can_decide(by, submission)
    return hand_over_to_one_of(
        request,
        [one for one in reviewers_of(submission) if one.pk != submission.taken_by_id],
        partial(actions.hand_over, submission=submission),
        template="backoffice/review_hand_over.html",
        context={"submission": submission, "version": submission.version, "app": submission.version.app},
        back=reverse("backoffice:submission", args=[track, submission_id]),
    )


@requires(Permission.OPERATOR_VIEW)
@require_POST
def snooze(request: HouseRequest, track: str, submission_id: str) -> HttpResponse:
    """Puts it aside."""
    form = SnoozeForm(request.POST)

    def act(**who: Any) -> object:
        return actions.snooze(until=form.moment(), reason=form.cleaned_data["reason"], **who)

    return _send(request, find(request, track, submission_id), ("snooze", form), act, _("Put aside."))


@requires(Permission.OPERATOR_VIEW)
@require_POST
def message(request: HouseRequest, track: str, submission_id: str) -> HttpResponse:
    """Words to the partner; the button *Ask* makes the submission wait for the answer."""
    form = MessageForm(request.POST)
    is_question = request.POST.get("do") == "ask"

    def act(**who: Any) -> object:
        write = actions.ask_partner if is_question else actions.write_to_partner
        return write(text=form.cleaned_data["text"], **who)

    words = _("Asked. The submission waits for the answer.") if is_question else _("Sent.")
    return _send(request, find(request, track, submission_id), ("message", form), act, words)


@requires(Permission.OPERATOR_VIEW)
@require_POST
def note(request: HouseRequest, track: str, submission_id: str) -> HttpResponse:
    """Words among reviewers."""
    form = NoteForm(request.POST)

    def act(**who: Any) -> object:
        return actions.add_note(text=form.cleaned_data["text"], **who)

    return _send(request, find(request, track, submission_id), ("note", form), act, _("Noted. Only reviewers read it."))


@never_cache
@requires(Permission.OPERATOR_VIEW)
@require_POST
def credentials(request: HouseRequest, track: str, submission_id: str) -> HttpResponse:
    """The partner's log-in for testing, on this one answer only; that it was looked at is recorded."""
    submission = find(request, track, submission_id)
    shown = actions.show_credentials(actor=request.viewer.actor, by=request.viewer.operator, submission=submission)
    return show_desk(request, submission, credentials=shown)


def _do(request: HouseRequest, submission: Submission, action: Callable[..., object], words: str) -> HttpResponse:
    """An action without a form."""
    try:
        action(actor=request.viewer.actor, by=request.viewer.operator, submission=submission)
    except DomainError as refusal:
        return refuse(request, submission, refusal)
    messages.success(request, words)
    return redirect("backoffice:submission", submission.track, submission.pk.hex)


def _send(
    request: HouseRequest,
    submission: Submission,
    named: tuple[str, Form],
    action: Callable[..., object],
    words: str,
) -> HttpResponse:
    """An action with a form, which is shown again with what was typed when it is refused."""
    name, form = named
    status: int = HTTPStatus.UNPROCESSABLE_ENTITY
    if form.is_valid():
        try:
            action(actor=request.viewer.actor, by=request.viewer.operator, submission=submission)
        except DomainError as refusal:
            status = show_refusal(form, refusal)
        else:
            messages.success(request, words)
            return redirect("backoffice:submission", submission.track, submission.pk.hex)
    return show_desk(request, submission, status=status, **{name: form})
