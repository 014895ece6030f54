"""Links inside the description."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fondaco.catalog.states import Track
from fondaco.catalog.validation import problem_with_url
from fondaco.review.checking.dossier import Dossier
from fondaco.review.checking.registry import Finding, Severity, check

_LINK: Final = re.compile(r"\]\(\s*<?([^)\s>]+)|<([a-z][a-z0-9+.-]*:[^>\s]+)>|\b(https?://[^\s)>\]]+)", re.IGNORECASE)


@check(
    "description-links",
    gettext_lazy("Links in the description are https"),
    since=1,
    track=Track.LISTING,
    severity=Severity.ERROR,
    mend=gettext_lazy("Write the whole address, beginning with https://."),
)
def examine(dossier: Dossier) -> Iterator[Finding]:
    """Finds Markdown links and bare addresses that are not complete https addresses; the page drops such links."""
    for address in dict.fromkeys(next(filter(None, found)) for found in _LINK.findall(dossier.listing.description)):
        if address.startswith("mailto:"):
            continue
        if problem := problem_with_url(address.partition("#")[0].rstrip(".,;:!?")):
            yield Finding(f"{address[:200]} — {problem}", "listing.description")
    if re.search(r"\]\(\s*\)", dossier.listing.description):
        yield Finding(_("A link in the description leads nowhere."), "listing.description")
