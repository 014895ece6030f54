"""What a reviewer types."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class ApprovalForm(forms.Form):
    """A yes, with a word if there is one."""

    prefix = "approval"

    comment = forms.CharField(
        label=_("A word to the partner"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class RejectionForm(forms.Form):
    """A no, with what has to change."""

    prefix = "rejection"

    feedback = forms.CharField(
        label=_("What has to change"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("The partner reads this word for word, by mail and on the version's page."),
        error_messages={"required": _("Say what has to change, so that the next try can pass.")},
    )
