"""What an operator types to let a trial last longer."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class ExtendTrialForm(forms.Form):
    """Until when, and why."""

    last_day = forms.DateField(
        label=_("Last day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("Choose the last day."), "invalid": _("Write a day like 2030-12-31.")},
        help_text=_("People get in up to the end of this day, where the account is."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        widget=forms.Textarea({"rows": 3}),
        error_messages={"required": _("Write the reason.")},
        help_text=_("For the audit trail: who asked, and why."),
    )
