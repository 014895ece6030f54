"""What an operator types to cut programs off, to let them in again, and to give them new credentials."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fondaco.installs.reach import Target, TargetKind


def _reason(help_text: Any) -> forms.CharField:
    return forms.CharField(
        label=_("Reason"),
        max_length=1000,
        error_messages={"required": _("Write the reason.")},
        help_text=help_text,
        widget=forms.Textarea({"rows": 3}),
    )


class CutOffForm(forms.Form):
    """Beyond one account the app's name is typed, so that nobody does it by a slip."""

    reason = _reason(_("The customers concerned and the partner read it word for word."))
    confirmation = forms.CharField(
        label=_("Name of the app"), max_length=60, required=False, widget=forms.TextInput({"autocomplete": "off"})
    )

    def __init__(self, *args: Any, target: Target, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if target.kind == TargetKind.CLIENT:
            self.fields["reason"].help_text = _("The partner's people read it word for word.")
        if not target.confirmation:
            del self.fields["confirmation"]
            return
        confirmation = self.fields["confirmation"]
        confirmation.required = True
        confirmation.help_text = _("Type %(name)s to say that you mean it, in every account.") % {
            "name": target.confirmation
        }
        confirmation.error_messages["required"] = confirmation.help_text


class RestoreForm(forms.Form):
    """Why the danger is over."""

    reason = _reason(_("For the audit trail: what was found, and what was mended."))


class TokenForm(forms.Form):
    """One token of ours, as it was found: an access token, a refresh token or a personal one."""

    token = forms.CharField(
        label=_("Token"),
        max_length=9000,
        widget=forms.Textarea({"rows": 5, "autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": _("Paste the token.")},
        help_text=_("The whole text: an access token, a refresh token or a personal access token. It is not kept."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=1000, required=False, help_text=_("For the audit trail."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].needed = _("needed to end it")  # type: ignore[attr-defined]
