"""What an applicant types."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class ApplicationForm(forms.Form):
    """The request to become a partner; limits are those of the columns."""

    company_name = forms.CharField(
        label=_("Company"),
        max_length=120,
        error_messages={"required": _("Write the name of your company.")},
        widget=forms.TextInput({"autocomplete": "organization"}),
    )
    website = forms.URLField(
        label=_("Website"),
        max_length=300,
        assume_scheme="https",
        help_text=_("Where we can read what you do."),
        error_messages={
            "required": _("Write the address of your website."),
            "invalid": _("Write a whole address, like https://example.com."),
        },
        widget=forms.URLInput({"autocomplete": "url", "placeholder": "https://"}),
    )
    contact_name = forms.CharField(
        label=_("Your name"),
        max_length=100,
        error_messages={"required": _("Write your name, so that we know whom to answer.")},
        widget=forms.TextInput({"autocomplete": "name"}),
    )
    contact_email = forms.EmailField(
        label=_("Your e-mail address at work"),
        max_length=254,
        help_text=_("We send a link to it that you confirm, and later our answer."),
        error_messages={
            "required": _("Write the address that we may answer to."),
            "invalid": _("Write a whole address, like name@example.com."),
        },
        widget=forms.EmailInput({"autocomplete": "email"}),
    )
    intention = forms.CharField(
        label=_("What will you build?"),
        min_length=20,
        max_length=2000,
        help_text=_("Two or three sentences: who uses it, and what it does while they are on a call."),
        error_messages={"required": _("Tell us in two or three sentences what you will build.")},
        widget=forms.Textarea({"rows": 5}),
    )


class AnswerForm(forms.Form):
    """The answer to an operator's question."""

    text = forms.CharField(
        label=_("Your answer"),
        max_length=4000,
        error_messages={"required": _("Write your answer first.")},
        widget=forms.Textarea({"rows": 6}),
    )
