"""Fields that are not optional, but about whose emptiness the action has to speak: a draft may leave them empty."""

from __future__ import annotations

from typing import Any

from django import forms


class NeededLater(forms.Field):
    """Mixin: accepts nothing, leaves anything else to the field."""

    def validate(self, value: Any) -> None:
        if value not in self.empty_values:
            super().validate(value)


class NeededText(NeededLater, forms.CharField):
    """A text that is needed before submission."""


class NeededChoices(NeededLater, forms.MultipleChoiceField):
    """Choices of which some are needed before submission."""
