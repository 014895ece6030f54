"""What an operator types when deciding on a request to become a partner."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class QuestionForm(forms.Form):
    """A question back."""

    text = forms.CharField(
        label=_("Your question"),
        max_length=4000,
        error_messages={"required": _("Write the question first.")},
        help_text=_("The applicant gets it by mail, with a link to answer."),
        widget=forms.Textarea({"rows": 4}),
    )


class ApproveForm(forms.Form):
    """The yes; the name can be changed because two partners cannot share one."""

    name = forms.CharField(
        label=_("Name of the partner"),
        max_length=120,
        error_messages={"required": _("A partner needs a name.")},
        help_text=_("Customers read it below each of their apps."),
    )


class RejectForm(forms.Form):
    """The no, with its reason."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        error_messages={"required": _("Write the reason; the applicant gets it by mail.")},
        help_text=_("The applicant reads it word for word. Say what would have to be different."),
        widget=forms.Textarea({"rows": 4}),
    )
