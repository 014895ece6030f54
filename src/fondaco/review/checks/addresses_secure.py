"""Addresses that are not https, or cannot be called."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from fondaco.catalog.states import Track
from fondaco.catalog.validation import problem_with_url
from fondaco.review.checking.dossier import Dossier
from fondaco.review.checking.registry import Finding, Severity, check


@check(
    "addresses-secure",
    _("The program's addresses are https and public"),
    since=1,
    track=Track.TECHNICAL,
    severity=Severity.ERROR,
    mend=_("Give an address that begins with https:// and is reachable from everywhere."),
    blocks=True,
)
def examine(dossier: Dossier) -> Iterator[Finding]:
    """Finds addresses that are not https, carry a password, or lie in a private network. The fields refuse them, too;
    this also finds those that an older or laxer deployment let in."""
    for field, address in dossier.technical_urls():
        if address and (problem := problem_with_url(address)):
            yield Finding(f"{address} — {problem}", field)
