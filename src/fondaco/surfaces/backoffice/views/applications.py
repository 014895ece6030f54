"""Requests to become a partner: the queue, the conversation, the decision."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from fondaco.accounts.permissions import Permission
from fondaco.audit.status import IllegalTransition
from fondaco.kit.errors import DomainError
from fondaco.kit.pagination import numbered_page
from fondaco.partners.actions import approve_application, question_application, reject_application
from fondaco.partners.models import PartnerApplication
from fondaco.partners.queries import count_applications, get_application, list_applications
from fondaco.partners.states import ApplicationStatus
from fondaco.surfaces.backoffice.forms import ApproveForm, QuestionForm, RejectForm
from fondaco.surfaces.site.access import requires
from fondaco.surfaces.site.forms import show_refusal
from fondaco.surfaces.site.paging import page_links, page_number
from fondaco.surfaces.site.viewer import HouseRequest

_PER_PAGE = 30
# tab in the address → (what it is called, the states it shows)
_TABS: dict[str, tuple[Promise, ApplicationStatus]] = {
    "waiting": (gettext_lazy("Waiting for you"), ApplicationStatus.PENDING),
    "questioned": (gettext_lazy("Waiting for the applicant"), ApplicationStatus.QUESTIONED),
    "approved": (gettext_lazy("Approved"), ApplicationStatus.APPROVED),
    "rejected": (gettext_lazy("Rejected"), ApplicationStatus.REJECTED),
}
STATES: dict[ApplicationStatus, tuple[Promise, str]] = {
    ApplicationStatus.PENDING: (gettext_lazy("Waiting for you"), "info"),
    ApplicationStatus.QUESTIONED: (gettext_lazy("Waiting for the applicant"), "warn"),
    ApplicationStatus.APPROVED: (gettext_lazy("Approved"), "good"),
    ApplicationStatus.REJECTED: (gettext_lazy("Rejected"), "bad"),
}


@requires(Permission.OPERATOR_PARTNERS)
@require_safe
def show_all(request: HouseRequest) -> HttpResponse:
    """One tab for each state; what waits longest is first."""
    tab = request.GET.get("tab", "waiting")
    tab = tab if tab in _TABS else "waiting"
    operator, counts = request.viewer.operator, count_applications(request.viewer.operator)
    found = list_applications(operator, status=_TABS[tab][1])
    if tab in {"approved", "rejected"}:
        found = found.order_by("-status_changed_at", "-id")
    page = numbered_page(found, page_number(request), _PER_PAGE)
    context = {
        "tab": tab,
        "tabs": [(name, key, counts.get(status, 0)) for key, (name, status) in _TABS.items()],
        "page": page,
        "links": page_links(request, page),
    }
    return render(request, "backoffice/applications.html", context)


@requires(Permission.OPERATOR_PARTNERS)
@require_safe
def show(request: HouseRequest, application_id: str) -> HttpResponse:
    """Everything to decide on, and the three answers."""
    return _show(request, get_application(request.viewer.operator, application_id))


@requires(Permission.OPERATOR_PARTNERS)
@require_POST
def question(request: HouseRequest, application_id: str) -> HttpResponse:
    """Asks back."""
    by, form = request.viewer.operator, QuestionForm(request.POST)
    application = get_application(by, application_id)
    if not form.is_valid():
        return _show(request, application, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        question_application(
            actor=request.viewer.actor, by=by, application=application, question=form.cleaned_data["text"]
        )
    except DomainError as refusal:
        return _refuse(request, application, form, refusal)
    messages.success(request, _("%(name)s gets your question by mail.") % {"name": application.contact_name})
    return redirect("backoffice:application", application_id=application_id)


@requires(Permission.OPERATOR_PARTNERS)
@require_POST
def approve(request: HouseRequest, application_id: str) -> HttpResponse:
    """Makes them a partner."""
    by, form = request.viewer.operator, ApproveForm(request.POST)
    application = get_application(by, application_id)
    if not form.is_valid():
        return _show(request, application, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        partner = approve_application(
            actor=request.viewer.actor, by=by, application=application, name=form.cleaned_data["name"]
        )
    except DomainError as refusal:
        return _refuse(request, application, form, refusal)
    messages.success(request, _("%(name)s is a partner now; the invitation is on its way.") % {"name": partner.name})
    return redirect("backoffice:partner", partner_id=partner.pk.hex)


@requires(Permission.OPERATOR_PARTNERS)
@require_POST
def reject(request: HouseRequest, application_id: str) -> HttpResponse:
    """Declines, with the reason."""
    by, form = request.viewer.operator, RejectForm(request.POST)
    application = get_application(by, application_id)
    if not form.is_valid():
        return _show(request, application, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        reject_application(
            actor=request.viewer.actor, by=by, application=application, reason=form.cleaned_data["reason"]
        )
    except DomainError as refusal:
        return _refuse(request, application, form, refusal)
    messages.success(request, _("%(company)s was told no, with your reason.") % {"company": application.company_name})
    return redirect("backoffice:application", application_id=application_id)


def _refuse(request: HouseRequest, application: PartnerApplication, form: Form, refusal: DomainError) -> HttpResponse:
    """Someone was faster, or the name is taken: the page shows how things are now and keeps what was typed."""
    status = show_refusal(form, refusal)
    application = get_application(request.viewer.operator, application.pk.hex)
    if isinstance(refusal, IllegalTransition):
        return _show(request, application, form, status=status, lost=refusal)
    return _show(request, application, form, status=status)


def _show(
    request: HouseRequest,
    application: PartnerApplication,
    form: Form | None = None,
    *,
    status: int = HTTPStatus.OK,
    lost: IllegalTransition | None = None,
) -> HttpResponse:
    current = ApplicationStatus(application.status)
    context = {
        "application": application,
        "state": STATES[current],
        "is_open": current in {ApplicationStatus.PENDING, ApplicationStatus.QUESTIONED},
        "is_asked": current == ApplicationStatus.QUESTIONED,
        "partner": getattr(application, "partner", None),
        "question": form if isinstance(form, QuestionForm) else QuestionForm(),
        "approval": form if isinstance(form, ApproveForm) else ApproveForm(initial={"name": application.company_name}),
        "rejection": form if isinstance(form, RejectForm) else RejectForm(),
        "can_question": current == ApplicationStatus.PENDING,
        "lost": lost,
        "typed": _typed(form) if lost else "",
    }
    return render(request, "backoffice/application.html", context, status=status)


def _typed(form: Form | None) -> str:
    """The words that a lost race would otherwise swallow."""
    words = (form.data.get(name, "") for name in ("text", "reason")) if form else ()
    return next(filter(None, words), "")
