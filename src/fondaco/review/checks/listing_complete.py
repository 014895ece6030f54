"""Every field, plan and picture that a listing needs."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from fondaco.catalog.states import Track
from fondaco.review.checking.dossier import Dossier
from fondaco.review.checking.registry import Finding, Severity, check


@check(
    "listing-complete",
    _("The listing is complete"),
    since=1,
    track=Track.LISTING,
    severity=Severity.ERROR,
    mend=_("Fill in what is missing."),
    blocks=True,
)
def examine(dossier: Dossier) -> Iterator[Finding]:
    """Asks for the fields, plans and pictures without which a listing cannot be submitted."""
    for field, message in dossier.missing.get(Track.LISTING, {}).items():
        yield Finding(message, field if field in {"plans", "screenshots"} else f"listing.{field}")
