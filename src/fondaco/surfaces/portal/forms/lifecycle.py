"""Forms of test accounts, transfers and retirement."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class NamedForm(forms.Form):
    """What cannot be undone is confirmed by typing the app's name."""

    confirmation = forms.CharField(
        label=_("Name of the app"), max_length=60, widget=forms.TextInput({"autocomplete": "off"})
    )

    def __init__(self, *args: Any, app_name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.app_name = app_name
        words = _("Type %(name)s to say that you mean it.") % {"name": app_name}
        field = self.fields["confirmation"]
        field.help_text = words
        field.error_messages["required"] = words

    def clean_confirmation(self) -> str:
        """The very name."""
        typed: str = self.cleaned_data["confirmation"]
        if typed != self.app_name:
            raise forms.ValidationError(self.fields["confirmation"].help_text)
        return typed


class TesterForm(forms.Form):
    """An account to invite."""

    account = forms.CharField(
        label=_("Account"),
        max_length=254,
        error_messages={"required": _("Say which account.")},
        help_text=_("Its name, as in its sign-in address, or the e-mail address of one of its administrators."),
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )
    note = forms.CharField(
        label=_("What you ask of them"),
        max_length=1000,
        required=False,
        help_text=_("Their administrators read it in the mail."),
        widget=forms.Textarea({"rows": 3}),
    )


class OfferForm(NamedForm):
    """To whom an app is offered."""

    field_order = ("receiver", "note", "confirmation")

    receiver = forms.CharField(
        label=_("Partner"),
        max_length=254,
        error_messages={"required": _("Say to which partner.")},
        help_text=_("Its name, the name of its developer account, or the e-mail address of one of its owners."),
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )
    note = forms.CharField(
        label=_("What you agreed"),
        max_length=2000,
        required=False,
        help_text=_("The other owners and the platform's staff read it."),
        widget=forms.Textarea({"rows": 4}),
    )


class DeclineForm(forms.Form):
    """Why an offer is declined."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        required=False,
        help_text=_("The other partner's owners read it."),
        widget=forms.Textarea({"rows": 3}),
    )
