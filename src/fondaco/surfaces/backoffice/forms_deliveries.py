"""What an operator types to have events sent again, and to replace a signature key."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from fondaco.messaging.models import SigningAlgorithm


class SendAgainForm(forms.Form):
    """Why support does it in the partner's stead."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        error_messages={"required": _("Write the reason.")},
        help_text=_("The partner reads it in the log of the app."),
        widget=forms.Textarea({"rows": 2}),
    )


class RotateKeyForm(forms.Form):
    """Which of the platform's keys, and why."""

    algorithm = forms.ChoiceField(
        label=_("Key"),
        choices=[
            (SigningAlgorithm.ECDSA.value, _("ECDSA P-256, of the protocol's own header")),
            (SigningAlgorithm.ED25519.value, _("Ed25519, of Standard Webhooks")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose which of the two.")},
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        error_messages={"required": _("Write the reason.")},
        help_text=_("For the audit trail. Partners get a mail that says that the key changed, not why."),
        widget=forms.Textarea({"rows": 3}),
    )
