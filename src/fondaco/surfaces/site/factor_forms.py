"""The forms in which codes and passkeys are shown: our limits and words around django-allauth's checks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
    _BaseAddWebAuthnForm,
)
from django import forms
from django.utils.translation import gettext_lazy as _

from fondaco.accounts.models import Person
from fondaco.identity.actions import note_recovery_code_used, spend_code
from fondaco.identity.errors import WrongCode
from fondaco.identity.factors import APP, RECOVERY_CODES, count_recovery_codes, list_factors
from fondaco.identity.tries import Try, begin_try, forgive_tries, note_failure
from fondaco.kit.errors import DomainError
from fondaco.surfaces.site.sign_in import actor_of, address_of

_UNREADABLE = _("This passkey could not be read. Nothing was changed; try again, or choose another way.")
_OF_APP = _("The six digits that your authenticator app shows now, or one of your recovery codes.")
_OF_PAPER = _("One of your recovery codes; you have no authenticator app.")
_LONGEST_NAME = 60
_LONGEST_CODE = 32
_DIGITS = {"autocomplete": "one-time-code", "inputmode": "numeric", "autocapitalize": "none", "spellcheck": "false"}


@contextmanager
def _readable() -> Iterator[None]:
    """Turns the many ways in which a made-up credential breaks the libraries into one refusal."""
    try:
        yield
    except (AttributeError, KeyError, IndexError, TypeError, ValueError, OverflowError) as broken:
        raise forms.ValidationError(_UNREADABLE, code="incorrect_code") from broken


def _code_field(label: Any, help_text: Any) -> forms.CharField:
    required = {"required": _("Type the code.")}
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=_LONGEST_CODE,
        error_messages=required,
        widget=forms.TextInput(_DIGITS),
    )


class _Limited(forms.Form):
    """Counts tries, and lets each code of an app through once."""

    user: Person
    authenticator: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        has_app = list_factors(self.user).filter(type=APP).exists()
        self.fields["code"] = _code_field(_("Code"), _OF_APP if has_app else _OF_PAPER)

    def clean_code(self) -> str:
        request = context.request
        attempt = Try("code", self.user.pk.hex, address_of(request))
        try:
            begin_try(attempt=attempt, person=self.user)
        except DomainError as refusal:
            raise forms.ValidationError(str(refusal), code=refusal.code) from refusal
        try:
            code = str(super().clean_code())  # type: ignore[misc]  # of the allauth form that this is mixed into
            if self.authenticator.type == APP:
                spend_code(self.user, code)
        except (forms.ValidationError, WrongCode) as refusal:
            note_failure(actor=actor_of(request, self.user), attempt=attempt, person=self.user)
            raise forms.ValidationError(WrongCode.message, code=WrongCode.code) from refusal
        forgive_tries(attempt=attempt)
        if self.authenticator.type == RECOVERY_CODES:
            left = count_recovery_codes(self.user)
            note_recovery_code_used(actor=actor_of(request, self.user), person=self.user, left=left)
        return code


class CodeForm(_Limited, AuthenticateForm):  # type: ignore[misc]  # allauth has no types
    """Asked after the password."""


class ConfirmingCodeForm(_Limited, ReauthenticateForm):  # type: ignore[misc]
    """Asked again before something important, and of who came in without showing a factor."""


class ActivateForm(ActivateTOTPForm):  # type: ignore[misc]
    """Proves that the app got the secret right."""

    code = _code_field(_("Code"), _("The six digits that the app shows for this entry."))


class _Passkey(forms.Form):
    """What a browser answered for a passkey, or what somebody made of it."""

    def clean_credential(self) -> Any:
        with _readable():
            return super().clean_credential()  # type: ignore[misc]


class PasskeySignInForm(_Passkey, LoginWebAuthnForm):  # type: ignore[misc]
    """A passkey alone."""


class PasskeyCodeForm(_Passkey, AuthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey after the password."""


class ConfirmingPasskeyForm(_Passkey, ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey before something important."""


class PasskeyForm(_BaseAddWebAuthnForm):  # type: ignore[misc]
    """A passkey signs in alone, so it must have checked who holds it."""

    name = forms.CharField(
        label=_("Name"),
        help_text=_("What you will know it by, e.g. the device it is on."),
        max_length=_LONGEST_NAME,
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        self.cleaned_data["passwordless"] = True
        with _readable():
            return dict(super().clean())


class PasskeyNameForm(EditWebAuthnForm):  # type: ignore[misc]
    """Another name for a passkey."""

    name = forms.CharField(label=_("Name"), max_length=_LONGEST_NAME, error_messages={"required": _("Give it a name.")})
