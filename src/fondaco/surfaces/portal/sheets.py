"""The form of each track as a sheet of paper: what stands on it, and how it is saved. Both tracks are edited alike."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from django import forms
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from fondaco.catalog import actions
from fondaco.catalog.merging import fingerprints
from fondaco.catalog.models import Version
from fondaco.catalog.models.draft import Entries
from fondaco.catalog.policies import content_of
from fondaco.catalog.queries import list_categories
from fondaco.catalog.states import Track
from fondaco.surfaces.portal.forms.content import ListingForm, TechnicalForm
from fondaco.surfaces.site.viewer import HouseRequest

_NOT_CONTENT: Final = frozenset({"revision", "base", "csrfmiddlewaretoken"})
# Written and never read: what is saved cannot be shown beside what is typed.
NEVER_SHOWN: Final = frozenset({"test_credentials"})


class Sheet(Protocol):
    """What the views need of a track."""

    @property
    def track(self) -> Track:
        """Whose form it is."""

    @property
    def template(self) -> str:
        """The page that shows it."""

    def saved(self, version: Version) -> forms.Form:
        """The form as the content stands."""

    def filled(self, data: MultiValueDict[str, str]) -> forms.Form:
        """The form with what was sent, to be judged."""

    def resumed(self, initial: Mapping[str, Any]) -> forms.Form:
        """The form as it was left."""

    def store(self, request: HouseRequest, version: Version, form: Any) -> None:
        """Raises what the action raises."""


@dataclass(frozen=True, slots=True)
class TechnicalSheet:
    """How the platform and the app talk to each other."""

    track: Track = Track.TECHNICAL
    template: str = "portal/technical.html"

    def saved(self, version: Version) -> forms.Form:
        return TechnicalForm.of(version.technical)

    def filled(self, data: MultiValueDict[str, str]) -> forms.Form:
        return TechnicalForm(data)

    def resumed(self, initial: Mapping[str, Any]) -> forms.Form:
        return TechnicalForm(initial=dict(initial))

    def store(self, request: HouseRequest, version: Version, form: Any) -> None:
        actions.edit_technical(
            actor=request.viewer.actor,
            by=request.viewer.member,
            version=version,
            revision=form.cleaned_data["revision"],
            fields=form.technical_fields(),
        )


@dataclass(frozen=True, slots=True)
class ListingSheet:
    """What customers read in the marketplace."""

    track: Track = Track.LISTING
    template: str = "portal/listing.html"

    def saved(self, version: Version) -> forms.Form:
        return ListingForm.of(version.listing, shelves=list(list_categories()))

    def filled(self, data: MultiValueDict[str, str]) -> forms.Form:
        return ListingForm(data, shelves=list(list_categories()))

    def resumed(self, initial: Mapping[str, Any]) -> forms.Form:
        return ListingForm(initial=dict(initial), shelves=list(list_categories()))

    def store(self, request: HouseRequest, version: Version, form: Any) -> None:
        actions.edit_listing(
            actor=request.viewer.actor,
            by=request.viewer.member,
            version=version,
            revision=form.cleaned_data["revision"],
            fields=form.listing_fields(),
        )


SHEETS: Final[dict[Track, Sheet]] = {Track.TECHNICAL: TechnicalSheet(), Track.LISTING: ListingSheet()}


def entries_in(form: forms.Form) -> Entries:
    """What stands in the fields of a form, as browsers send it."""
    return {name: _as_sent(form[name].value()) for name in form.fields if name not in _NOT_CONTENT}


def entries_sent(form: forms.Form, data: MultiValueDict[str, str]) -> Entries:
    """What was sent for the fields of a form, right or wrong."""
    return {name: data.getlist(name) for name in form.fields if name not in _NOT_CONTENT}


def as_data(entries: Entries, *, revision: int) -> MultiValueDict[str, str]:
    """The entries as a form takes them."""
    return MultiValueDict({**entries, "revision": [str(revision)]})


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


def revision_of(version: Version, track: Track) -> int:
    """The revision that is saved."""
    return content_of(version, track).revision


def _as_sent(value: object) -> list[str]:
    if isinstance(value, bool):
        return ["on"] if value else []
    if isinstance(value, list | tuple):
        return [str(each) for each in value]
    return [str(value)] if value not in (None, "") else []
