"""What the pages of an installation ask for."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from fondaco.installs.actions.answering import MAX_REASON
from fondaco.installs.states import UninstallReason

_REASONS = (
    (UninstallReason.NOT_NEEDED.value, _("We do not need it any more")),
    (UninstallReason.TOO_EXPENSIVE.value, _("It costs too much")),
    (UninstallReason.MISSING_FEATURES.value, _("It lacks something we need")),
    (UninstallReason.TECHNICAL_ISSUES.value, _("It does not work well enough")),
    (UninstallReason.TRIAL_ONLY.value, _("We only wanted to try it")),
    (UninstallReason.OTHER.value, _("Something else")),
)


class ReasonForm(forms.Form):
    """Why an app is removed; its maker reads it."""

    reason_type = forms.ChoiceField(
        label=_("Why do you remove it?"),
        choices=_REASONS,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what comes closest.")},
    )
    reason = forms.CharField(
        label=_("In your own words"),
        help_text=_("The app's maker reads this. It helps more than anything else to make the app better."),
        max_length=MAX_REASON,
        required=False,
        widget=forms.Textarea({"rows": 3}),
    )


class ForceForm(forms.Form):
    """Why an app is removed by force; its maker reads it."""

    reason = forms.CharField(
        label=_("Why can it not wait?"),
        help_text=_("It is kept with the installation, and the app's maker reads it."),
        max_length=MAX_REASON,
        error_messages={"required": _("Say why. Its maker reads it.")},
        widget=forms.Textarea({"rows": 3}),
    )
