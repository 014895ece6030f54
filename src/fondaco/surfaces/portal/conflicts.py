"""What the page of a conflict shows: both values of each field that is not the same, and the choice between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from fondaco.catalog.merging import Side, differences, merge
from fondaco.catalog.models.draft import Entries
from fondaco.surfaces.portal.entries import NEVER_SHOWN, entries_in

_CHOOSE: Final = "choose "  # before the name of a field: which side was chosen


@dataclass(frozen=True, slots=True)
class Line:
    """One field: its label, both values in words, and which side stands when nobody says; None has to be chosen."""

    name: str
    label: str | Promise
    mine: str
    theirs: str
    suggested: Side | None

    @property
    def field(self) -> str:
        """The name under which the choice is sent."""
        return f"{_CHOOSE}{self.name}"


@dataclass(frozen=True, slots=True)
class Clash:
    """Two people changed the same content. Without lines they wrote the same."""

    lines: tuple[Line, ...]

    def is_decided(self, chosen: Mapping[str, Side]) -> bool:
        """Whether each field has a side."""
        return all(line.name in chosen for line in self.lines)


def clash(base: Mapping[str, str], mine: Entries, saved: forms.Form) -> Clash:
    """Where what was typed and what is saved are not the same."""
    lines = (
        Line(
            name=each.name,
            label=saved.fields[each.name].label or each.name,
            mine=_in_words(saved.fields[each.name], each.mine),
            theirs=_in_words(saved.fields[each.name], each.theirs),
            suggested=each.suggested,
        )
        for each in differences(base, mine, entries_in(saved))
        if each.name not in NEVER_SHOWN
    )
    return Clash(tuple(lines))


def choices_sent(data: QueryDict) -> dict[str, Side] | None:
    """Field → side as chosen on the page of a conflict; None when the entries come from another page."""
    if "choosing" not in data:
        return None
    sides = {side.value: side for side in Side}
    named = ((key.removeprefix(_CHOOSE), data[key]) for key in data if key.startswith(_CHOOSE))
    return {name: sides[side] for name, side in named if side in sides}


def decide(mine: Entries, saved: forms.Form, chosen: Mapping[str, Side]) -> Entries:
    """What is to be saved."""
    return merge(mine, entries_in(saved), {name: side for name, side in chosen.items() if name in saved.fields})


def _in_words(field: forms.Field, values: list[str]) -> str:
    if isinstance(field, forms.BooleanField):
        return _("yes") if values else _("no")
    if isinstance(field, forms.ChoiceField):
        words = {str(value): label for value, label in getattr(field.widget, "choices", ())}
        return "\n".join(str(words.get(value, value)) for value in values)
    return "\n".join(values)
