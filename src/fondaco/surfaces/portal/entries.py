"""What stands in a form, as browsers send it: lists of strings by field, right or wrong."""

from __future__ import annotations

import json
from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from fondaco.catalog.merging import fingerprints
from fondaco.catalog.models.draft import Entries
from fondaco.surfaces.portal.forms.cropping import CROP_FIELDS

_NOT_CONTENT: Final = frozenset({"revision", "base", "csrfmiddlewaretoken", *CROP_FIELDS})
# Written and never read: what is saved cannot be shown beside what is typed.
NEVER_SHOWN: Final = frozenset({"test_credentials"})


def entries_in(form: forms.Form) -> Entries:
    """What stands in the fields of a form, as browsers send it."""
    return {name: _as_sent(form[name].value()) for name in _kept_names(form)}


def entries_sent(form: forms.Form, data: MultiValueDict[str, str]) -> Entries:
    """What was sent for the fields of a form, right or wrong."""
    return {name: data.getlist(name) for name in _kept_names(form)}


def as_data(sent: QueryDict, entries: Entries, *, revision: int) -> MultiValueDict[str, str]:
    """What was sent with these entries in it, as a form takes them."""
    return MultiValueDict({**dict(sent.lists()), **entries, "revision": [str(revision)]})


def as_initial(form: forms.Form, entries: Entries, *, revision: int) -> dict[str, Any]:
    """The entries as a form begins with them, without being judged."""
    initial: dict[str, Any] = {"revision": revision}
    for name, values in entries.items():
        field = form.fields.get(name)
        if isinstance(field, forms.MultipleChoiceField):
            initial[name] = values
        elif isinstance(field, forms.BooleanField):
            initial[name] = bool(values)
        else:
            initial[name] = values[0] if values else ""
    return initial


def base_of(form: forms.Form) -> str:
    """Fingerprints of what stands in a form, for the hidden field ``base``."""
    return json.dumps(fingerprints(entries_in(form)))


def base_sent(data: QueryDict) -> dict[str, str]:
    """The fingerprints that came back; none when they are not readable: then every difference is asked about."""
    try:
        sent = json.loads(data.get("base", "") or "{}")
    except ValueError:
        return {}
    if not isinstance(sent, dict):
        return {}
    return {str(name)[:100]: mark[:64] for name, mark in list(sent.items())[:200] if isinstance(mark, str)}


def revision_sent(data: QueryDict) -> int:
    """The revision that the editor began from; 0 when it is not a number."""
    text = data.get("revision", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _kept_names(form: forms.Form) -> list[str]:
    """Browsers do not send what is disabled, and a file cannot be put back into their forms."""
    return [
        name
        for name, field in form.fields.items()
        if name not in _NOT_CONTENT and not field.disabled and not isinstance(field, forms.FileField)
    ]


def _as_sent(value: object) -> list[str]:
    if isinstance(value, bool):
        return ["on"] if value else []
    if isinstance(value, list | tuple):
        return [str(each) for each in value]
    return [str(value)] if value not in (None, "") else []
