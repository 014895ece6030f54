"""What an operator types to let an API of the platform's own in, to renew its credentials and to end them."""

from __future__ import annotations

from typing import Final

from django import forms
from django.utils.translation import gettext_lazy as _

from fondaco.surfaces.site.once import OnceForm

FORCED: Final = "forced"


class ReasonForm(forms.Form):
    """Why."""

    use_required_attribute = False

    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        error_messages={"required": _("Write the reason.")},
        help_text=_("For the audit trail."),
        widget=forms.Textarea({"rows": 3}),
    )


class AddOwnApiForm(OnceForm, ReasonForm):
    """A new one."""

    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        error_messages={"required": _("Write what the API is called.")},
        help_text=_("So that a colleague recognises it in a year, for example Opening hours."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    field_order = ["name", "reason"]


class RotateOwnApiForm(OnceForm, ReasonForm):
    """A new ID and secret."""

    how = forms.ChoiceField(
        label=_("The old ID and secret"),
        choices=[
            ("routine", _("Work for seven days more")),
            (FORCED, _("End now, because somebody else may have them")),
        ],
        initial="routine",
        widget=forms.RadioSelect(),
    )
    field_order = ["how", "reason"]
