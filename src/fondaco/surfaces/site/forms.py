"""How a refusal of the domain gets back into the form that caused it, so that the page keeps what was typed."""

from __future__ import annotations

from collections.abc import Callable

from django.forms import BaseForm
from django.forms.boundfield import BoundField, BoundWidget

from fondaco.kit.errors import DomainError, Forbidden, Invalid, NotFound


def show_refusal(form: BaseForm, error: DomainError) -> int:
    """Puts the refusal's words beside the fields they are about, or above the form; returns the status of the answer.

    What does not exist or is forbidden has its own page and is raised again.
    """
    if isinstance(error, NotFound | Forbidden):
        raise error
    elsewhere = [text for name, texts in error.fields.items() if name not in form.fields for text in texts]
    for name, texts in error.fields.items():
        if name in form.fields:
            form.add_error(name, texts)
    if elsewhere or not error.fields:
        form.add_error(None, elsewhere or str(error))
    return error.status


def add_faults(form: BaseForm, judge: Callable[[], object]) -> None:
    """Adds what the domain has against fields that the form itself takes, so that all errors are told at once.

    Called from the form's ``clean``. ``judge`` raises :class:`Invalid`; fields that have an error keep that one.
    """
    try:
        judge()
    except Invalid as refusal:
        for name, texts in refusal.fields.items():
            if name in form.fields and name not in form.errors:
                form.add_error(name, texts)


def boxes_of(bound: BoundField) -> list[BoundWidget]:
    """The boxes of a field that the page does not show in one group; each says by itself what is wrong with them."""
    boxes = list(bound.subwidgets)
    for box in boxes if bound.errors else ():
        box.data["attrs"]["aria-describedby"] = f"{bound.auto_id}_error"
    return boxes
