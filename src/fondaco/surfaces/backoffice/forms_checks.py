"""What a reviewer types to waive a check."""

from __future__ import annotations

from datetime import date, timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from fondaco.kit import clock


def _in_a_month() -> date:
    return (clock.now() + timedelta(days=30)).date()


class WaiverForm(forms.Form):
    """Why a finding need not be mended, and until when."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Every later reviewer of this app reads it, and so does the partner."),
        error_messages={"required": _("Write the reason.")},
    )
    ends_on = forms.DateField(
        label=_("Until"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("The last day, at most a year away. Then the check counts again."),
        initial=_in_a_month,
    )
