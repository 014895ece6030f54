"""The partner's words to the reviewers."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fondaco.accounts.permissions import Permission
from fondaco.kit.errors import DomainError
from fondaco.review.actions import write_to_reviewer
from fondaco.review.policies import check_can_answer
from fondaco.review.queries import get_own_submission
from fondaco.surfaces.portal.conversations import asked_of, thread_of
from fondaco.surfaces.portal.forms.conversation import AnswerForm
from fondaco.surfaces.site.access import requires
from fondaco.surfaces.site.forms import show_refusal
from fondaco.surfaces.site.viewer import HouseRequest


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PARTNER_LISTING_EDIT)
def answer(request: HouseRequest, submission_id: str) -> HttpResponse:
    """One submission's conversation with its form."""
    member = request.viewer.member
    submission = get_own_submission(member, submission_id)
    check_can_answer(member, submission)
    form, status = AnswerForm(), 200
    if request.method == "POST":
        form, status = AnswerForm(request.POST), 422
        if form.is_valid():
            try:
                write_to_reviewer(
                    actor=request.viewer.actor, by=member, submission=submission, text=form.cleaned_data["text"]
                )
            except DomainError as refusal:
                status = show_refusal(form, refusal)
            else:
                messages.success(request, _("Sent. The reviewers get it by mail."))
                return redirect("portal:conversation", submission_id)
    context = {
        "version": submission.version,
        "app": submission.version.app,
        "submission": submission,
        "thread": thread_of(submission, member),
        "asked": asked_of(submission),
        "form": form,
    }
    return render(request, "portal/conversation.html", context, status=status)
