"""What staff and partners fill in to give a program new credentials; ``components/credentials.html`` shows it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class RotateForm(forms.Form):
    """New credentials, with the usual overlap or at once."""

    prefix = "rotate"

    how = forms.ChoiceField(
        label=_("How"),
        choices=[
            ("routine", _("Routine: the old ones work for seven days more, or until the new ones are acknowledged")),
            ("forced", _("Forced: the old ones and all tokens end now")),
        ],
        initial="routine",
        widget=forms.RadioSelect(),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        required=False,
        help_text=_("The mail to the app's developers quotes it."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].needed = _("needed when forced")  # type: ignore[attr-defined]
