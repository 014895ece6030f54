"""Whom somebody invites, to whatever place."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class InviteeForm(forms.Form):
    """Their name and address; each place adds what they are to be there."""

    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        error_messages={"required": _("Write their name; the mail greets them with it.")},
    )
    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        error_messages={
            "required": _("Write the address to send the invitation to."),
            "invalid": _("Write a whole address, like name@example.com."),
        },
    )
