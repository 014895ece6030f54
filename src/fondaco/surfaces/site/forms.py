"""How a refusal of the domain gets back into the form that caused it, so that the page keeps what was typed."""

from __future__ import annotations

from django.forms import BaseForm

from fondaco.kit.errors import DomainError, Forbidden, NotFound


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
