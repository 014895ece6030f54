"""What support types about an installation."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from fondaco.installs.states import Mending

_WAYS = (
    (Mending.RETRY.value, _("Do again what failed")),
    (Mending.PROPOSED.value, _("Put in force what was asked for")),
    (Mending.CURRENT.value, _("Keep what was in force before")),
    (Mending.ASK_AGAIN.value, _("Ask the partner once more")),
)


class MendForm(forms.Form):
    """How a failed update ends."""

    way = forms.ChoiceField(
        label=_("What to do"),
        choices=_WAYS,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one.")},
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        error_messages={"required": _("Write the reason.")},
        help_text=_("It is kept in the audit trail. The customer does not read it."),
        widget=forms.Textarea({"rows": 3}),
    )


class AllowForm(forms.Form):
    """Whether an account's managers may remove apps at once, and why."""

    allow = forms.TypedChoiceField(
        label=_("Who manages apps there"),
        choices=(("no", _("uninstalls them the usual way")), ("yes", _("may also remove them at once"))),
        coerce=lambda choice: choice == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one.")},
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        error_messages={"required": _("Write the reason.")},
        help_text=_("For the audit trail: who asked, and why."),
        widget=forms.Textarea({"rows": 3}),
    )
