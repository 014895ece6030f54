"""django-allauth's pages for second factors; what they change is an action of ours, with its event."""

from __future__ import annotations

from typing import Any

from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url
from allauth.core.internal.httpkit import authenticated_user
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.internal.auth import clear_totp_secret
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.internal import auth
from allauth.mfa.webauthn.internal.flows import perform_passwordless_login
from allauth.mfa.webauthn.views import AddWebAuthnView, EditWebAuthnView, LoginWebAuthnView, RemoveWebAuthnView
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from fondaco.accounts.models import Person
from fondaco.identity import actions, policies
from fondaco.identity.actions.factors import AddedFactor
from fondaco.identity.factors import list_factors
from fondaco.kit.errors import DomainError
from fondaco.surfaces.site.second_factor import WAY_ON, code_now, demo_code, note_proven
from fondaco.surfaces.site.sign_in import actor_of


def _person(request: HttpRequest) -> Person:
    person: Person = authenticated_user(request)
    return person


def _security(request: HttpRequest, said: str) -> HttpResponse:
    messages.success(request, said)
    return HttpResponseRedirect(reverse("site:security"))


def _after_adding(request: HttpRequest, added: AddedFactor, said: str) -> HttpResponse:
    note_proven(request, added.factor)
    if not added.has_new_codes:
        return _security(request, said)
    messages.success(request, said)
    return HttpResponseRedirect(reverse("mfa_view_recovery_codes"))


def _what_is_lost(person: Person, factor: Authenticator) -> dict[str, bool]:
    return {"may": policies.may_lose(person, factor), "is_last": list_factors(person).count() == 1}


class AddAppView(ActivateTOTPView):  # type: ignore[misc]  # allauth has no types
    """Shows a fresh secret and asks for a code of it."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        # Without a telephone at hand the demo could not be walked. The secret stands on the same page anyway.
        context["hint"] = code_now(context["form"].secret) if settings.DEVELOPMENT else ""
        return context

    def form_valid(self, form: Any) -> HttpResponse:
        person = _person(self.request)
        try:
            added = actions.add_authenticator_app(
                actor=actor_of(self.request, person), person=person, secret=form.secret
            )
        except DomainError as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)  # type: ignore[no-any-return]
        clear_totp_secret(self.request)
        return _after_adding(self.request, added, _("Your authenticator app is set up."))


class RemoveAppView(DeactivateTOTPView):  # type: ignore[misc]
    """Asks whether the app shall not count any more."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | _what_is_lost(_person(self.request), self.authenticator)

    def form_valid(self, form: Any) -> HttpResponse:
        person = _person(self.request)
        try:
            actions.remove_factor(actor=actor_of(self.request, person), person=person, factor_id=self.authenticator.pk)
        except DomainError as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)  # type: ignore[no-any-return]
        return _security(self.request, _("The authenticator app does not count any more."))


class CodesView(ViewRecoveryCodesView):  # type: ignore[misc]
    """Shows new codes, and leads on to where the person was going when a factor was asked for."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"way_on": self.request.session.get(WAY_ON, reverse("site:home"))}


class MakeCodesView(GenerateRecoveryCodesView):  # type: ignore[misc]
    """Asks whether new codes shall take the place of the old ones."""

    def form_valid(self, form: Any) -> HttpResponse:
        person = _person(self.request)
        actions.make_recovery_codes(actor=actor_of(self.request, person), person=person)
        return HttpResponseRedirect(reverse("mfa_view_recovery_codes"))


class AddPasskeyView(AddWebAuthnView):  # type: ignore[misc]
    """Lets the browser make a passkey: one that signs in alone, so the device keeps it and asks who holds it."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        options = auth.begin_registration(_person(self.request), True)
        return context | {"js_data": {"creation_options": options}}

    def form_valid(self, form: Any) -> HttpResponse:
        person, entries = _person(self.request), form.cleaned_data
        added = actions.add_passkey(
            actor=actor_of(self.request, person),
            person=person,
            name=entries["name"],
            credential=entries["credential"],
        )
        return _after_adding(self.request, added, _("Your passkey is set up."))


class RenamePasskeyView(EditWebAuthnView):  # type: ignore[misc]
    """Another name for a passkey."""

    def form_valid(self, form: Any) -> HttpResponse:
        person = _person(self.request)
        actions.rename_passkey(
            actor=actor_of(self.request, person),
            person=person,
            factor_id=self.object.pk,
            name=form.cleaned_data["name"],
        )
        return _security(self.request, _("The passkey has its new name."))


class RemovePasskeyView(RemoveWebAuthnView):  # type: ignore[misc]
    """Asks whether a passkey shall not count any more."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | _what_is_lost(_person(self.request), self.object)

    def form_valid(self, form: Any) -> HttpResponse:
        person = _person(self.request)
        try:
            actions.remove_factor(actor=actor_of(self.request, person), person=person, factor_id=self.object.pk)
        except DomainError as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)  # type: ignore[no-any-return]
        return _security(self.request, _("The passkey does not count any more."))


class AskView(AuthenticateView):  # type: ignore[misc]
    """Asks for the second factor after the password."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        person = self.stage.login.user
        has_passkey = bool(context["js_data"]["request_options"]["publicKey"].get("allowCredentials"))
        return context | {"hint": demo_code(person), "has_passkey": has_passkey}


class PasskeySignInView(LoginWebAuthnView):  # type: ignore[misc]
    """Signs in with a passkey alone, and goes on to where the person wanted to go."""

    def form_valid(self, form: Any) -> HttpResponse:
        factor = form.cleaned_data["credential"]
        login = Login(user=factor.user, redirect_url=get_next_redirect_url(self.request))
        return perform_passwordless_login(self.request, factor, login)  # type: ignore[no-any-return]


add_app = AddAppView.as_view()
remove_app = RemoveAppView.as_view()
view_codes = CodesView.as_view()
make_codes = MakeCodesView.as_view()
add_passkey = AddPasskeyView.as_view()
rename_passkey = RenamePasskeyView.as_view()
remove_passkey = RemovePasskeyView.as_view()
ask = AskView.as_view()
passkey_sign_in = PasskeySignInView.as_view()
