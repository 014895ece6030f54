"""The forms about addresses and passwords: django-allauth's, in our words."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm, ResetPasswordForm, ResetPasswordKeyForm
from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from fondaco.accounts.models import Person
from fondaco.kit.ids import new_id
from fondaco.notify.mails import password_reset

_LABELS: dict[str, Any] = {
    "login": _("E-mail address"),
    "email": _("E-mail address"),
    "remember": _("Keep me signed in on this device"),
    "oldpassword": _("Current password"),
    "password1": _("New password"),
    "password2": _("New password, once more"),
}


class _InOurWords(forms.Form):
    """A label above each field, and not once more within it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if name in _LABELS:
                field.label = _LABELS[name]
            field.widget.attrs.pop("placeholder", None)


class SignInForm(_InOurWords, LoginForm):  # type: ignore[misc]  # allauth has no types
    """Address and password."""


class NewPasswordForm(_InOurWords, ChangePasswordForm):  # type: ignore[misc]
    """Another password for who knows the one before."""


class ForgottenPasswordForm(_InOurWords, ResetPasswordKeyForm):  # type: ignore[misc]
    """A new password for who opened the mailed link."""


class ForgottenForm(_InOurWords, ResetPasswordForm):  # type: ignore[misc]
    """Has a letter written to whoever has the address; the answer and the work until it are the same for nobody.

    No event: asking changes nothing, and strangers could fill the trail, of which nothing is ever removed.
    """

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """Queues the letter, for an unknown address one about nobody, which is never written."""
        email: str = self.cleaned_data["email"]
        found = Person.objects.filter(email=email).values_list("pk", flat=True).first()
        password_reset.MAIL.queue(found or new_id())
        return email
