"""The page behind a mailed invitation: a login for who has none, one click for who has, then into the place."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from allauth.account.adapter import get_adapter
from django import forms
from django.contrib import messages
from django.contrib.auth.password_validation import password_validators_help_text_html
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from fondaco.accounts.actions import accept_invitation
from fondaco.accounts.errors import InvitationOver
from fondaco.accounts.labels import OPERATOR_ROLE_LABELS
from fondaco.accounts.models import Invitation
from fondaco.accounts.permissions import OperatorRole
from fondaco.accounts.queries import find_invitation, find_invited, get_role
from fondaco.audit.actor import Actor
from fondaco.kit.errors import DomainError
from fondaco.kit.rate import check_rate
from fondaco.partners.labels import ROLE_LABELS
from fondaco.partners.models import MemberRole
from fondaco.surfaces.site.access import public
from fondaco.surfaces.site.forms import show_refusal
from fondaco.surfaces.site.viewer import HouseRequest, Viewer


class JoinForm(forms.Form):
    """What someone without a login sets; the rules of passwords stand below the field."""

    name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=100,
        error_messages={"required": gettext_lazy("Write your name as others should see it.")},
        widget=forms.TextInput({"autocomplete": "name"}),
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        max_length=200,
        strip=False,
        error_messages={"required": gettext_lazy("Choose a password.")},
        widget=forms.PasswordInput({"autocomplete": "new-password"}, render_value=False),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = str(password_validators_help_text_html())


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HouseRequest, token: str) -> HttpResponse:
    """Shows who invites whom to what, and lets them in. A link that is over or forged has the refusal's own page, and
    whoever came in by it is led to their place: mails are kept and opened again."""
    try:
        invitation = find_invitation(token)
    except InvitationOver as refusal:
        if "accepted_by" in refusal.params:
            return _lead_in(request, refusal)
        raise
    invited = find_invited(invitation)
    has_login = invited is not None and invited.has_usable_password()
    form = JoinForm(
        request.POST if request.method == "POST" and not has_login else None, initial={"name": invitation.name}
    )
    is_someone_else = request.viewer.person is not None and request.viewer.person != invited
    status = int(HTTPStatus.OK)
    if request.method == "POST" and not is_someone_else:
        if has_login and request.viewer.person is not None:
            return _join(request, invitation)
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if not has_login and form.is_valid():
            try:
                check_rate(f"join:{invitation.pk.hex}", limit=20, per=3600)
                return _join(request, invitation, **form.cleaned_data)
            except DomainError as refusal:
                status = show_refusal(form, refusal)
    context = {
        "invitation": invitation,
        "role": _role(invitation),
        "has_login": has_login,
        "is_someone_else": is_someone_else,
        "form": form,
    }
    return render(request, "site/invitation.html", context, status=status)


def _lead_in(request: HouseRequest, refusal: InvitationOver) -> HttpResponse:
    person = request.viewer.person
    if person is not None and person.pk == refusal.params["accepted_by"]:
        messages.info(request, _("You have joined already."))
        place = request.viewer.switch(refusal.params["place"])
        return HttpResponseRedirect(place.home if place else "/home")
    context = {"error": refusal, "can_sign_in": person is None}
    return render(request, "site/errors/refused.html", context, status=refusal.status)


def _join(request: HouseRequest, invitation: Invitation, *, name: str = "", password: str = "") -> HttpResponse:
    signed_in = request.viewer.person
    actor = request.viewer.actor if signed_in else Actor.anonymous(label=name, address=request.viewer.address)
    person = accept_invitation(actor=actor, invitation=invitation, name=name, password=password)
    if signed_in is None:
        get_adapter(request).login(request, person)
    place = Viewer(request).switch(f"{invitation.place}:{invitation.place_id}")
    messages.success(request, _("Welcome to %(place)s.") % {"place": invitation.place_name})
    return HttpResponseRedirect(place.home if place else "/home")


def _role(invitation: Invitation) -> str:
    if invitation.place == "account":
        return get_role(invitation.place_id, invitation.role).name
    if invitation.place == "operator":
        return ", ".join(str(OPERATOR_ROLE_LABELS[OperatorRole(role)]) for role in invitation.role.split(","))
    return str(ROLE_LABELS[MemberRole(invitation.role)])
