"""Texts that are to stand for pictures and do not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fondaco.catalog.states import Track
from fondaco.review.checking.dossier import Dossier
from fondaco.review.checking.registry import Finding, Severity, Skip, check

_EMPTY_WORDS: Final = re.compile(
    r"(?:(?:a |the )?(?:screenshot|screen shot|image|picture|photo|img|untitled|bild|foto)s?|\W|\d|_)+"
    r"(?:\.(?:png|jpe?g|webp))?",
    re.IGNORECASE,
)
_FILE_NAME: Final = re.compile(r"\S+\.(?:png|jpe?g|webp|gif)", re.IGNORECASE)
_SHORTEST: Final = 8


@check(
    "alternative-texts",
    gettext_lazy("Texts for pictures say what they show"),
    since=1,
    track=Track.LISTING,
    severity=Severity.WARNING,
    mend=gettext_lazy("Write what a reader would see: “A supervisor compares two calls side by side”."),
)
def examine(dossier: Dossier) -> Iterator[Finding]:
    """Finds texts that are file names, say only “screenshot”, are shorter than eight letters, or are there twice."""
    if not dossier.screenshots:
        raise Skip(_("There is no screenshot yet."))
    seen: set[str] = set()
    for picture in dossier.screenshots:
        text = picture.alternative_text.strip()
        if _EMPTY_WORDS.fullmatch(text) or _FILE_NAME.fullmatch(text) or len(text) < _SHORTEST:
            yield Finding(_("“%(text)s” does not tell what the picture shows.") % {"text": text}, picture.where)
        elif text.casefold() in seen:
            yield Finding(_("“%(text)s” stands for two pictures.") % {"text": text}, picture.where)
        seen.add(text.casefold())
