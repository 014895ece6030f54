"""Descriptions that are too short to decide on, or too long to read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fondaco.catalog.states import Track
from fondaco.review.checking.dossier import Dossier
from fondaco.review.checking.registry import Finding, Severity, Skip, check

_SHORTEST: Final = 120
_LONG: Final = 900  # characters from which a text needs headings or lists
_HEADING: Final = re.compile(r"^(#{1,6})\s+\S", re.MULTILINE)
_LIST: Final = re.compile(r"^\s*(?:[-*+]|\d+\.)\s+\S", re.MULTILINE)


@check(
    "description-structure",
    gettext_lazy("The description can be read at a glance"),
    since=1,
    track=Track.LISTING,
    severity=Severity.ADVICE,
    mend=gettext_lazy("Say what it does, for whom, and what changes; long texts with headings and short lists."),
)
def examine(dossier: Dossier) -> Iterator[Finding]:
    """Finds descriptions below 120 characters, long ones without headings or lists, and skipped heading levels."""
    text, where = dossier.listing.description, "listing.description"
    if not text:
        raise Skip(_("There is no description yet."))
    if len(text) < _SHORTEST:
        yield Finding(
            _("The description has %(count)d characters, too few to decide by.") % {"count": len(text)}, where
        )
    levels = [len(found[1]) for found in _HEADING.finditer(text)]
    if len(text) > _LONG and not levels and not _LIST.search(text):
        yield Finding(
            _("The description is %(count)d characters without a heading or list.") % {"count": len(text)}, where
        )
    for before, after in pairwise(levels):
        if after > before + 1:
            yield Finding(_("The headings jump from level %(one)d to %(two)d.") % {"one": before, "two": after}, where)
            break
