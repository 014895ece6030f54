"""What an operator fills in about tickets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fondaco.support.labels import ORDERS, PRIORITIES, PRIORITY_EXPLANATIONS, SHOWN
from fondaco.support.models import Ticket
from fondaco.support.queries import Order, QueueFilter, Shown
from fondaco.support.states import Priority, Side


def _text(rows: int, label: Any, missing: Any, **more: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=5000, widget=widget, error_messages={"required": missing}, **more)


class QueueForm(forms.Form):
    """What of the queue is shown, in which order. Nonsense in the address is as good as nothing."""

    use_required_attribute = False

    shown = forms.ChoiceField(label=_("Show"), required=False, choices=list(SHOWN.items()))
    priority = forms.ChoiceField(
        label=_("Priority"), required=False, choices=[("", _("Any priority")), *PRIORITIES.items()]
    )
    order = forms.ChoiceField(label=_("First"), required=False, choices=list(ORDERS.items()))
    q = forms.CharField(label=_("Number or words"), required=False, max_length=100)

    def wanted(self) -> QueueFilter:
        """For the query."""
        self.is_valid()
        chosen = {name: self.cleaned_data.get(name) or "" for name in self.fields}
        return QueueFilter(
            shown=Shown(chosen["shown"] or Shown.WAITING),
            order=Order(chosen["order"] or Order.DUE),
            priority=Priority(chosen["priority"]) if chosen["priority"] else None,
            text=chosen["q"],
        )


class AnswerForm(forms.Form):
    """Our words to all who take part, and whose turn it is then. Its second button solves the ticket with them."""

    prefix = "answer"

    text = _text(6, _("Your answer"), _("Write the answer first."))
    waits_for = forms.ChoiceField(label=_("Then it waits for"), required=False)

    def __init__(self, *args: Any, ticket: Ticket, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = {Side.CUSTOMER: _("the customer"), Side.PARTNER: _("the partner"), Side.OPERATOR: _("us")}
        choice = self.fields["waits_for"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [(side.value, words[side]) for side in ticket.sides]
        choice.initial = ticket.asking_side.value


class WriteForm(forms.Form):
    """The first words of a ticket that we begin. Who can get it is asked where there is a choice."""

    to = forms.MultipleChoiceField(
        label=_("Who gets it"),
        widget=forms.CheckboxSelectMultiple(),
        error_messages={"required": _("Choose who gets it.")},
    )
    subject = forms.CharField(
        label=_("In short"), max_length=120, error_messages={"required": _("Write what it is about.")}
    )
    text = _text(7, _("Your words"), _("Write something first."))
    priority = forms.ChoiceField(label=_("How much does it hurry?"), choices=list(PRIORITY_EXPLANATIONS.items()))

    def __init__(self, *args: Any, names: Mapping[Side, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("priority", Priority.NORMAL.value)
        self._only = list(names) if len(names) == 1 else []
        if self._only:
            del self.fields["to"]
        else:
            choice = self.fields["to"]
            assert isinstance(choice, forms.MultipleChoiceField)
            choice.choices = [(side.value, name) for side, name in names.items()]

    def entries(self) -> dict[str, Any]:
        """For the action."""
        data = self.cleaned_data
        return {
            "to": self._only or [Side(side) for side in data["to"]],
            "subject": data["subject"],
            "text": data["text"],
            "priority": Priority(data["priority"]),
        }


class NoteForm(forms.Form):
    """Words among operators."""

    prefix = "note"

    text = _text(
        3, _("Note"), _("Write the note first."), help_text=_("Only operators read this, never customers or partners.")
    )


class InvolveForm(forms.Form):
    """Words to the app's partner."""

    prefix = "involve"

    text = _text(
        3,
        _("What to ask them"),
        _("Write what you want to know."),
        help_text=_("From then on its people read the whole thread and answer in it. The customer reads this, too."),
    )


class PriorityForm(forms.Form):
    """How much it hurries."""

    prefix = "priority"

    priority = forms.ChoiceField(
        label=_("Priority"),
        choices=list(PRIORITY_EXPLANATIONS.items()),
        error_messages={"required": _("Choose a priority.")},
    )
