"""Forms of publishing."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fondaco.catalog.models import PlannedPublication
from fondaco.kit import clock

_NOW, _LATER = "now", "later"


class PublishForm(forms.Form):
    """At once, or at a set time."""

    when = forms.ChoiceField(
        label=_("When"),
        choices=[(_NOW, _("At once")), (_LATER, _("At a set time"))],
        widget=forms.RadioSelect(),
        initial=_NOW,
    )
    due_at = forms.DateTimeField(
        label=_("Goes live at (UTC)"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("Only for a set time. Everything is checked again then; you can change it or take it back."),
    )

    @classmethod
    def of(cls, plan: PlannedPublication | None) -> PublishForm:
        """The form as it was set before; else tomorrow at nine."""
        if plan is not None and plan.is_waiting:
            return cls(initial={"when": _LATER, "due_at": plan.due_at})
        tomorrow = clock.now() + timedelta(days=1)
        return cls(initial={"when": _NOW, "due_at": tomorrow.replace(hour=9, minute=0, second=0, microsecond=0)})

    def clean(self) -> dict[str, Any]:
        """A set time needs the time."""
        cleaned = super().clean() or {}
        if cleaned.get("when") == _LATER and not cleaned.get("due_at") and "due_at" not in self.errors:
            self.add_error("due_at", _("Choose the time."))
        return cleaned

    def chosen_time(self) -> datetime | None:
        """The set time; None is at once."""
        return self.cleaned_data["due_at"] if self.cleaned_data["when"] == _LATER else None


class UnlistForm(forms.Form):
    """Why a version is out of the marketplace for a while."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Who comes by an old link reads this. Say when it will be back, if you know."),
        error_messages={"required": _("Say why; who would have installed it reads this.")},
    )
