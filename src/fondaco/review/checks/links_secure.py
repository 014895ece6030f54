"""What customers click is https."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from fondaco.catalog.states import Track
from fondaco.catalog.validation import problem_with_url
from fondaco.review.checking.dossier import Dossier
from fondaco.review.checking.registry import Finding, Severity, check


@check(
    "links-secure",
    _("The listing's links are https and public"),
    since=1,
    track=Track.LISTING,
    severity=Severity.ERROR,
    mend=_("Give an address that begins with https:// and is reachable from everywhere."),
    blocks=True,
)
def examine(dossier: Dossier) -> Iterator[Finding]:
    """Finds links that are not https, carry a password, or lie in a private network."""
    for field, address in dossier.listing_urls():
        if address and (problem := problem_with_url(address.partition("#")[0])):
            yield Finding(f"{address} — {problem}", field)
