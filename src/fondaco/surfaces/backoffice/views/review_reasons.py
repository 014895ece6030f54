"""The reviewers' library of reasons, and the account in which they install apps."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from fondaco.accounts.permissions import Permission
from fondaco.accounts.queries import get_account
from fondaco.kit.errors import DomainError
from fondaco.review import actions
from fondaco.review.errors import ReasonChanged
from fondaco.review.queries import get_reason, list_reasons
from fondaco.surfaces.backoffice.forms_review import ReasonForm
from fondaco.surfaces.site.access import requires
from fondaco.surfaces.site.forms import show_refusal
from fondaco.surfaces.site.viewer import HouseRequest

_METHODS = ["GET", "HEAD", "POST"]
_FIELDS = ("title", "text", "track")


@requires(Permission.OPERATOR_VIEW)
@require_http_methods(_METHODS)
def show_all(request: HouseRequest) -> HttpResponse:
    """All kept reasons; posting adds one."""
    by, form, status = request.viewer.operator, ReasonForm(), int(HTTPStatus.OK)
    reasons = list_reasons(by)
    if request.method == "POST":
        form, status = ReasonForm(request.POST), HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            typed = {name: form.cleaned_data[name] for name in _FIELDS}
            try:
                reason = actions.keep_reason(actor=request.viewer.actor, by=by, **typed)
            except DomainError as refusal:
                status = show_refusal(form, refusal)
            else:
                messages.success(request, _("“%(title)s” is in the library.") % {"title": reason.title})
                return redirect("backoffice:reasons")
    return render(request, "backoffice/review_reasons.html", {"reasons": list(reasons), "form": form}, status=status)


@requires(Permission.OPERATOR_VIEW)
@require_http_methods(_METHODS)
def show(request: HouseRequest, reason_id: str) -> HttpResponse:
    """One reason to be changed; who saves over somebody else's words is told first."""
    by = request.viewer.operator
    reason = get_reason(by, reason_id)
    form, status, theirs = ReasonForm.of(reason), int(HTTPStatus.OK), ""
    if request.method == "POST":
        form, status = ReasonForm(request.POST), HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            typed = {name: form.cleaned_data[name] for name in _FIELDS}
            revision = form.cleaned_data["revision"] if form.cleaned_data["revision"] is not None else -1
            try:
                actions.change_reason(actor=request.viewer.actor, by=by, reason=reason, revision=revision, **typed)
            except ReasonChanged as refusal:
                sent = request.POST.copy()
                sent["revision"] = str(reason.revision)  # sending it again overwrites knowingly
                form, theirs = ReasonForm(sent), reason.text
                form.is_valid()
                status = show_refusal(form, refusal)
            except DomainError as refusal:
                status = show_refusal(form, refusal)
            else:
                messages.success(request, _("Saved."))
                return redirect("backoffice:reasons")
    context = {"reason": reason, "form": form, "theirs": theirs}
    return render(request, "backoffice/review_reason.html", context, status=status)


@requires(Permission.OPERATOR_VIEW)
@require_POST
def remove(request: HouseRequest, reason_id: str) -> HttpResponse:
    """Takes one out of the library."""
    by = request.viewer.operator
    actions.remove_reason(actor=request.viewer.actor, by=by, reason=get_reason(by, reason_id))
    messages.success(request, _("Removed. What was written with it stays."))
    return redirect("backoffice:reasons")


@requires(Permission.OPERATOR_PARTNERS)
@require_POST
def pick_account(request: HouseRequest, account_id: str) -> HttpResponse:
    """Lets reviewers install apps in this account, and in no other from now on."""
    by = request.viewer.operator
    account = get_account(by, account_id)
    account = actions.pick_review_account(actor=request.viewer.actor, by=by, account_id=account.pk)
    messages.success(request, _("Reviewers install apps at %(name)s from now on.") % {"name": account.company_name})
    return redirect("backoffice:account", account_id=account_id)
