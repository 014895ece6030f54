"""What an operator types when trusting a partner."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class TrustForm(forms.Form):
    """Why, and until when."""

    reason = forms.CharField(
        label=_("Why they are trusted"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Kept with every decision that stands on it."),
    )
    until = forms.DateField(
        label=_("Until and with"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("At most a year ahead. Then people look at everything again."),
    )


class WithdrawTrustForm(forms.Form):
    """Why not any more."""

    prefix = "withdrawal"

    reason = forms.CharField(label=_("Why they are not trusted any more"), max_length=1000)
