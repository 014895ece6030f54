"""A person's own settings: who they are to others, what they prove themselves by, and where they are signed in."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from allauth.account.decorators import reauthentication_required
from django import forms
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fondaco.accounts import actions as people
from fondaco.accounts.models import Person
from fondaco.accounts.queries import find_pending_email
from fondaco.identity import policies
from fondaco.identity.actions import end_login_session, end_other_sessions
from fondaco.identity.factors import APP, PASSKEY, count_recovery_codes, list_factors
from fondaco.identity.models import LoginSession
from fondaco.identity.queries import get_open_session, list_open_sessions
from fondaco.identity.whereabouts import describe_device, describe_place
from fondaco.kit.errors import DomainError
from fondaco.surfaces.site.access import signed_in
from fondaco.surfaces.site.forms import show_refusal
from fondaco.surfaces.site.second_factor import WAY_ON
from fondaco.surfaces.site.viewer import HouseRequest

_SHOWN = 100  # sessions


class NameForm(forms.Form):
    """How others see the person."""

    name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=100,
        error_messages={"required": gettext_lazy("Write your name as others should see it.")},
        widget=forms.TextInput({"autocomplete": "name"}),
    )


class EmailForm(forms.Form):
    """The address that they would like to sign in with."""

    email = forms.EmailField(
        label=gettext_lazy("New e-mail address"),
        max_length=254,
        error_messages={
            "required": gettext_lazy("Write the new address."),
            "invalid": gettext_lazy("Write an e-mail address like ana@company.example."),
        },
        widget=forms.EmailInput({"autocomplete": "email"}),
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def profile(request: HouseRequest) -> HttpResponse:
    """The name, and which address counts."""
    person = _person(request)
    form = NameForm(request.POST or None, initial={"name": person.name})
    status = int(HTTPStatus.OK)
    if request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            try:
                people.rename_person(actor=request.viewer.actor, person=person, name=form.cleaned_data["name"])
            except DomainError as refusal:
                status = show_refusal(form, refusal)
            else:
                messages.success(request, _("Your name was saved."))
                return redirect("site:you")
    context = {"form": form, "pending": find_pending_email(person)}
    return render(request, "site/you/profile.html", context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@reauthentication_required  # type: ignore[untyped-decorator]  # allauth has no types
def change_email(request: HouseRequest) -> HttpResponse:
    """Asks for the new address, and mails it the question whether it is theirs."""
    person = _person(request)
    form = EmailForm(request.POST or None)
    status = int(HTTPStatus.OK)
    if request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            email = form.cleaned_data["email"]
            try:
                address = people.request_email_change(actor=request.viewer.actor, person=person, email=email)
            except DomainError as refusal:
                status = show_refusal(form, refusal)
            else:
                said = _("We mailed a link to %(email)s. Open it there; until then everything stays as it is.")
                messages.success(request, said % {"email": address.email})
                return redirect("site:you")
    return render(request, "site/you/change_email.html", {"form": form}, status=status)


@require_POST
@signed_in
def withdraw_email(request: HouseRequest) -> HttpResponse:
    """Keeps the address that counts now."""
    if people.withdraw_email_change(actor=request.viewer.actor, person=_person(request)):
        messages.success(request, _("Your address stays as it is, and the link that was mailed opens nothing."))
    return redirect("site:you")


@never_cache
@require_safe
@signed_in
def security(request: HouseRequest) -> HttpResponse:
    """Everything that the person proves themselves by, and how it stands."""
    person = _person(request)
    factors = list(list_factors(person))
    context = {
        "app": next((one for one in factors if one.type == APP), None),
        "passkeys": [one for one in factors if one.type == PASSKEY],
        "codes": count_recovery_codes(person) if factors else 0,
        "has_factor": bool(factors),
        "must": policies.must_have_second_factor(person),
    }
    return render(request, "site/you/security.html", context)


@never_cache
@require_safe
@signed_in
def second_factor(request: HouseRequest) -> HttpResponse:
    """Where people land who owe a second factor: why, and the two ways to get one."""
    found = request.viewer.signed_in
    if found is None or found.has_factor or not found.must_have_factor:
        request.session.pop(WAY_ON, None)
        return HttpResponseRedirect(_way_back(request))
    request.session[WAY_ON] = _way_back(request)
    return render(request, "site/you/second_factor.html")


@never_cache
@require_safe
@signed_in
def sessions(request: HouseRequest) -> HttpResponse:
    """Where the person is signed in."""
    own = request.viewer.signed_in
    found = list(list_open_sessions(_person(request))[:_SHOWN])
    rows = [_row(one, is_this=own is not None and one.pk == own.session.pk) for one in found]
    rows.sort(key=lambda row: not row["is_this"])
    return render(request, "site/you/sessions.html", {"sessions": rows})


@require_POST
@signed_in
def end_session(request: HouseRequest, session_id: str) -> HttpResponse:
    """Signs one browser out; it notices with its next click."""
    person, own = _person(request), request.viewer.signed_in
    session = get_open_session(person, session_id)
    end_login_session(actor=request.viewer.actor, session_id=session.pk)
    if own is not None and session.pk == own.session.pk:
        return _leave(request)
    messages.success(request, _("That device is signed out."))
    return redirect("site:sessions")


@require_POST
@signed_in
def end_sessions(request: HouseRequest) -> HttpResponse:
    """Signs out everywhere: ``keep=this`` everywhere else."""
    person, own = _person(request), request.viewer.signed_in
    is_kept = request.POST.get("keep") == "this" and own is not None
    keep = own.session.pk if own is not None and is_kept else None
    end_other_sessions(actor=request.viewer.actor, person=person, keep=keep)
    if not is_kept:
        return _leave(request)
    messages.success(request, _("You are signed out everywhere else."))
    return redirect("site:sessions")


def _leave(request: HouseRequest) -> HttpResponse:
    logout(request)
    messages.success(request, _("You are signed out."))
    return HttpResponseRedirect("/")


def _row(session: LoginSession, *, is_this: bool) -> dict[str, Any]:
    return {
        "id": session.pk.hex,
        "device": describe_device(session.device),
        "place": describe_place(session.address),
        "started_at": session.started_at,
        "seen_at": session.last_seen_at or session.started_at,
        "is_this": is_this,
    }


def _person(request: HouseRequest) -> Person:
    person = request.viewer.person
    if person is None:
        raise LookupError("this view is only for people who are signed in")
    return person


def _way_back(request: HouseRequest) -> str:
    target = request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if is_ours else reverse("site:home")
