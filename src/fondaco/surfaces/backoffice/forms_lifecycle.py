"""What an operator types to refuse a transfer and to remove what is installed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class RefusalForm(forms.Form):
    """Why a transfer is not confirmed."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        error_messages={"required": _("Write the reason.")},
        help_text=_("Both partners read it word for word."),
        widget=forms.Textarea({"rows": 3}),
    )


class RemovalForm(forms.Form):
    """Why an installation is removed at once."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        error_messages={"required": _("Write the reason.")},
        help_text=_("The customer's managers and the partner's program read it word for word."),
        widget=forms.Textarea({"rows": 3}),
    )


class ClearanceForm(RemovalForm):
    """The same for every account; the app's name is typed, so that nobody does it by a slip."""

    confirmation = forms.CharField(
        label=_("Name of the app"), max_length=60, widget=forms.TextInput({"autocomplete": "off"})
    )

    def __init__(self, *args: Any, app_name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = _("Type %(name)s to say that you mean it, in every account.") % {"name": app_name}
        self.fields["confirmation"].help_text = words
        self.fields["confirmation"].error_messages["required"] = words
