"""What staff type to take a version out of the marketplace."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class WithholdForm(forms.Form):
    """Why it is taken out."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        error_messages={"required": _("Write the reason.")},
        help_text=_("The partner reads it word for word, and so do customers who open an old link to the app."),
        widget=forms.Textarea({"rows": 3}),
    )


class ReportForm(WithholdForm):
    """What is wrong with a sample; the version is taken out for that."""

    reason = forms.CharField(
        label=_("What is wrong"),
        max_length=1000,
        error_messages={"required": _("Say what is wrong.")},
        help_text=_("The partner reads it word for word, and so do customers who open an old link to the app."),
        widget=forms.Textarea({"rows": 3}),
    )
