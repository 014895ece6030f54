"""What people fill in who need help."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fondaco.support.actions import Sight
from fondaco.support.labels import KINDS, PARTS, PRIORITY_EXPLANATIONS
from fondaco.support.states import Part, Priority, TicketKind

_WORDS_MISSING = _("Write what it is about.")


class HelpForm(forms.Form):
    """A ticket to be. ``shown`` is what the page showed as going along when it was sent."""

    shown = forms.CharField(widget=forms.HiddenInput(), required=False)
    subject = forms.CharField(label=_("In short"), max_length=120, error_messages={"required": _WORDS_MISSING})
    kind = forms.ChoiceField(
        label=_("What kind is it?"),
        choices=list(KINDS.items()),
        widget=forms.RadioSelect(),
        error_messages={"required": _("Choose one of the two.")},
    )
    text = forms.CharField(
        label=_("What happened, and what did you expect?"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 7}),
        error_messages={"required": _WORDS_MISSING},
    )
    priority = forms.ChoiceField(label=_("How much does it hurry?"), choices=list(PRIORITY_EXPLANATIONS.items()))
    about = forms.ChoiceField(label=_("About"), required=False)
    page = forms.CharField(
        label=_("Page"),
        max_length=300,
        required=False,
        help_text=_("Where you were when you asked for help. Empty it if that does not matter."),
    )
    parts = forms.MultipleChoiceField(label=_("This goes along"), required=False, widget=forms.CheckboxSelectMultiple())

    def __init__(
        self, *args: Any, choices: Iterable[tuple[str, str]], parts: Sequence[Part] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        about, offered = self.fields["about"], self.fields["parts"]
        assert isinstance(about, forms.ChoiceField)
        assert isinstance(offered, forms.ChoiceField)
        about.choices = [("", _("Nothing in particular")), *choices]
        offered.choices = [(part.value, PARTS[part.value]) for part in parts]

    def entries(self) -> dict[str, Any]:
        """For the action."""
        data = self.cleaned_data
        kind, _colon, found = data["about"].partition(":")
        ids = {f"{kind}_id": found} if found else {}
        return {
            "subject": data["subject"],
            "text": data["text"],
            "kind": TicketKind(data["kind"]),
            "priority": Priority(data["priority"]),
            "sight": Sight(page=data["page"], parts=frozenset(map(Part, data["parts"])), **ids),
        }


class WordsForm(forms.Form):
    """Something to say in a ticket."""

    text = forms.CharField(
        label=_("Your answer"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": _("Write the answer first.")},
    )
