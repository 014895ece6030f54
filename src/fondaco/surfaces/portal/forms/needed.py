"""Fields that are not optional, but about whose emptiness the action has to speak: a draft may leave them empty."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class NeededLater(forms.Field):
    """Mixin: accepts nothing, leaves anything else to the field."""

    def validate(self, value: Any) -> None:
        if value not in self.empty_values:
            super().validate(value)


class NeededText(NeededLater, forms.CharField):
    """A text that is needed before submission."""


class CountedText(NeededText):
    """A text with a limit that is counted while one types. Without ``maxlength``, which cuts off what is pasted."""

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Tells the limit to the counter in place of the browser."""
        attrs = super().widget_attrs(widget)
        attrs.pop("maxlength", None)
        words = _("{count} of {most} characters")
        return {**attrs, "data-limit": str(self.max_length), "data-count-words": words}


class NeededChoices(NeededLater, forms.MultipleChoiceField):
    """Choices of which some are needed before submission."""
