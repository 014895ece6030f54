"""From "what is in it for us" to a confirmed request; everything after that happens by mail."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from fondaco.audit.actor import Actor
from fondaco.kit.errors import DomainError
from fondaco.kit.rate import check_rate
from fondaco.partners.actions import answer_application, apply_to_become_partner, verify_application
from fondaco.partners.models import PartnerApplication
from fondaco.partners.queries import application_token, find_application
from fondaco.partners.states import ApplicationStatus
from fondaco.surfaces.site.access import public
from fondaco.surfaces.site.forms import show_refusal
from fondaco.surfaces.site.viewer import HouseRequest
from fondaco.surfaces.storefront.forms_partners import AnswerForm, ApplicationForm

_APPLIED_AS: Final = "applied_as"  # session key: where the confirmation was sent
_HOUR: Final = 3600
_FROM_ONE_ADDRESS: Final = 20
_TO_ONE_MAILBOX: Final = 3  # nobody can have our mails sent to a stranger again and again


@public
@require_safe
def show_offer(request: HouseRequest) -> HttpResponse:
    """What a partner gets, and how one becomes one."""
    return render(request, "storefront/partners.html")


@public
@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: HouseRequest) -> HttpResponse:
    """The form. What was typed stays, with one error at each field that needs a change."""
    if request.method != "POST":
        person = request.viewer.person
        known = {"contact_name": person.name, "contact_email": person.email} if person else {}
        return render(request, "storefront/partners_apply.html", {"form": ApplicationForm(initial=known)})
    form = ApplicationForm(request.POST)
    status: int = HTTPStatus.UNPROCESSABLE_ENTITY
    if form.is_valid():
        entries = form.cleaned_data
        try:
            check_rate(f"apply:{request.viewer.address}", limit=_FROM_ONE_ADDRESS, per=_HOUR)
            check_rate(f"apply-to:{entries['contact_email'].lower()}"[:200], limit=_TO_ONE_MAILBOX, per=_HOUR)
            apply_to_become_partner(actor=_applicant(request, entries["contact_name"]), **entries)
        except DomainError as refusal:
            status = show_refusal(form, refusal)
        else:
            request.session[_APPLIED_AS] = entries["contact_email"]
            return redirect("storefront:apply_sent")
    return render(request, "storefront/partners_apply.html", {"form": form}, status=status)


@public
@require_safe
def show_sent(request: HouseRequest) -> HttpResponse:
    """The request is written down; now the address has to be confirmed."""
    email = request.session.get(_APPLIED_AS)
    if email is None:
        return redirect("storefront:apply")
    return render(request, "storefront/partners_sent.html", {"email": email})


@public
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HouseRequest, token: str) -> HttpResponse:
    """Confirms the address by a click on the page, because mail scanners open every link by themselves."""
    application = find_application("verify", token)
    if request.method == "POST":
        verify_application(actor=_applicant(request, application.contact_name), token=token)
        return redirect("storefront:apply_verify", token=token)
    is_asked = application.status == ApplicationStatus.QUESTIONED
    context = {
        "application": application,
        "is_verified": application.status != ApplicationStatus.UNVERIFIED,
        "answer_token": application_token(application, "answer") if is_asked else None,
    }
    return render(request, "storefront/partners_verify.html", context)


@public
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HouseRequest, token: str) -> HttpResponse:
    """The conversation, and the field to answer the last question."""
    application = find_application("answer", token)
    form, status = AnswerForm(request.POST if request.method == "POST" else None), int(HTTPStatus.OK)
    if request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            try:
                actor = _applicant(request, application.contact_name)
                answer_application(actor=actor, token=token, text=form.cleaned_data["text"])
            except DomainError as refusal:
                status = show_refusal(form, refusal)
                application.refresh_from_db()
            else:
                return redirect("storefront:apply_answer", token=token)
    return render(request, "storefront/partners_answer.html", _conversation(application, form), status=status)


def _conversation(application: PartnerApplication, form: AnswerForm) -> dict[str, object]:
    return {
        "application": application,
        "lines": list(application.messages.all()),
        "is_asked": application.status == ApplicationStatus.QUESTIONED,
        "is_waiting": application.status == ApplicationStatus.PENDING,
        "is_approved": application.status == ApplicationStatus.APPROVED,
        "form": form,
    }


def _applicant(request: HouseRequest, name: str) -> Actor:
    if request.viewer.person is not None:
        return request.viewer.actor
    return Actor.anonymous(label=name, address=request.viewer.address)
