"""Summaries that shout, or repeat the name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fondaco.catalog.states import Track
from fondaco.review.checking.dossier import Dossier
from fondaco.review.checking.registry import Finding, Severity, Skip, check

_CLAIM: Final = re.compile(
    r"(?<!\w)(?:#1|number one|world[- ]class|best[- ]in[- ]class|the best|guaranteed)\b", re.IGNORECASE
)
_SHOUT: Final = re.compile(r"\b[A-ZÄÖÜ]{4,}(?:\s+[A-ZÄÖÜ]{4,})+\b|!{2,}")


@check(
    "summary-plain",
    gettext_lazy("The summary is plain"),
    since=1,
    track=Track.LISTING,
    severity=Severity.ADVICE,
    mend=gettext_lazy("Say in one sentence what the app does and for whom."),
)
def examine(dossier: Dossier) -> Iterator[Finding]:
    """Finds summaries that are the app's name, make claims nobody can check, or are written in capitals."""
    summary, where = dossier.listing.summary.strip(), "listing.summary"
    if not summary:
        raise Skip(_("There is no summary yet."))
    if summary.casefold().strip(" .!") == dossier.listing.display_name.casefold():
        yield Finding(_("The summary repeats the name."), where)
    if found := _CLAIM.search(summary):
        yield Finding(_("“%(words)s” is a claim that nobody can check.") % {"words": found[0]}, where)
    if found := _SHOUT.search(summary):
        yield Finding(_("“%(words)s” shouts.") % {"words": found[0]}, where)
