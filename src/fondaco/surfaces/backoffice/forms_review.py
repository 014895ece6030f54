"""What a reviewer types."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from fondaco.catalog.states import Track
from fondaco.review.actions import Change
from fondaco.review.actions.decisions import MOST_CHANGES
from fondaco.review.checking.registry import all_checks
from fondaco.review.labels import ORDERS, SHOWN, subjects_of
from fondaco.review.models import ChangeKind, KeptReason
from fondaco.review.queries import Order, QueueFilter, Shown
from fondaco.review.risks import LEVELS, Level

_CHECK: Final = "check "  # before the id of a check, among the names of fields
_MORNING: Final = time(7, tzinfo=UTC)


def _text(rows: int, **more: Any) -> forms.CharField:
    most = more.pop("most", 5000)
    return forms.CharField(max_length=most, widget=forms.Textarea(attrs={"rows": rows}), **more)


class QueueForm(forms.Form):
    """What of the queue is shown, in which order. Nonsense in the address is as good as nothing."""

    use_required_attribute = False

    shown = forms.ChoiceField(label=_("Show"), required=False, choices=list(SHOWN.items()))
    level = forms.ChoiceField(label=_("Risk"), required=False, choices=[("", _("Any risk")), *LEVELS.items()])
    order = forms.ChoiceField(label=_("First"), required=False, choices=list(ORDERS.items()))

    def wanted(self, track: Track) -> QueueFilter:
        """For the query."""
        self.is_valid()
        chosen = {name: self.cleaned_data.get(name) or "" for name in self.fields}
        return QueueFilter(
            track=track,
            shown=Shown(chosen["shown"] or Shown.WAITING),
            level=Level(chosen["level"]) if chosen["level"] else None,
            order=Order(chosen["order"] or Order.AGE),
        )


class ApprovalForm(forms.Form):
    """A yes, with a word if there is one."""

    prefix = "approval"

    comment = _text(3, label=_("A word to the partner"), required=False)


class RejectionForm(forms.Form):
    """A no: some words, and beside it one row for each thing to change (:class:`ChangeForm`)."""

    prefix = "rejection"

    reason = forms.ChoiceField(label=_("Words from the library"), required=False)
    feedback = _text(
        5,
        label=_("In all"),
        help_text=_("The partner reads this word for word, by mail and on the version's page."),
        error_messages={"required": _("Say what has to change, so that the next try can pass.")},
    )

    def __init__(self, *args: Any, reasons: Iterable[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["reason"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [("", _("Choose a reason")), *reasons]


class ChangeForm(forms.Form):
    """One thing to change; a row that is left empty is none."""

    subject = forms.ChoiceField(label=_("What"), required=False)
    text = _text(2, label=_("What to do about it"), required=False, most=2000)

    def __init__(self, *args: Any, track: Track, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["subject"]
        assert isinstance(choice, forms.ChoiceField)
        checks = [(f"{_CHECK}{one.id}", f"{one.title} ({one.id})") for one in all_checks() if one.track == track]
        choice.choices = [
            ("", _("Nothing in particular")),
            (_("Fields"), list(subjects_of(track).items())),
            (_("What a check looks at"), checks),
        ]

    def clean(self) -> dict[str, Any]:
        """Both or neither."""
        data = {**self.cleaned_data}
        if data.get("text") and not data.get("subject") and "subject" not in self.errors:
            self.add_error("subject", _("Choose what this is about."))
        if data.get("subject") and not data.get("text") and "text" not in self.errors:
            self.add_error("text", _("Say what to do about it."))
        return data


def _change(subject: str, text: str) -> Change:
    if subject.startswith(_CHECK):
        return Change(ChangeKind.CHECK, subject.removeprefix(_CHECK), text)
    return Change(ChangeKind.FIELD, subject, text)


if TYPE_CHECKING:
    _Rows = forms.BaseFormSet[ChangeForm]
else:
    _Rows = forms.BaseFormSet


class _ChangeRows(_Rows):
    def changes(self) -> list[Change]:
        """Those rows that say something."""
        filled = [form.cleaned_data for form in self.forms if form.cleaned_data.get("subject")]
        return [_change(row["subject"], row["text"]) for row in filled]


ChangeRows = forms.formset_factory(
    ChangeForm, formset=_ChangeRows, extra=2, max_num=MOST_CHANGES, absolute_max=MOST_CHANGES
)


class SnoozeForm(forms.Form):
    """Until which day, and why."""

    prefix = "snooze"

    until = forms.DateField(
        label=_("Until"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("It comes back at seven in the morning, UTC."),
        error_messages={"required": _("Choose a day."), "invalid": _("Write a day like 2026-12-24.")},
    )
    reason = forms.CharField(
        label=_("Why"), max_length=300, error_messages={"required": _("Your colleagues want to know why.")}
    )

    def moment(self) -> datetime:
        """The morning of that day."""
        return datetime.combine(self.cleaned_data["until"], _MORNING)


class MessageForm(forms.Form):
    """Words to the other side."""

    prefix = "message"

    text = _text(4, label=_("Your message"), error_messages={"required": _("Write the message first.")})


class NoteForm(forms.Form):
    """Words among reviewers."""

    prefix = "note"

    text = _text(
        3,
        label=_("Note"),
        help_text=_("Only reviewers read this, never the partner."),
        error_messages={"required": _("Write the note first.")},
    )


class ReasonForm(forms.Form):
    """A reason of the library."""

    revision = forms.IntegerField(widget=forms.HiddenInput(), required=False)
    title = forms.CharField(label=_("Title"), max_length=80, error_messages={"required": _("It needs a title.")})
    track = forms.ChoiceField(
        label=_("Fits"),
        required=False,
        choices=[("", _("Both tracks")), (Track.TECHNICAL.value, _("Technical")), (Track.LISTING.value, _("Listing"))],
    )
    text = _text(6, label=_("Words"), most=2000, error_messages={"required": _("Write the words.")})

    @classmethod
    def of(cls, reason: KeptReason) -> ReasonForm:
        """The form as the reason stands."""
        return cls(initial={name: getattr(reason, name) for name in cls.base_fields})
