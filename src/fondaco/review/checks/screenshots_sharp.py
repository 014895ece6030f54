"""Blurred screenshots."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fondaco.catalog.states import Track
from fondaco.review.checking.dossier import Dossier
from fondaco.review.checking.registry import Finding, Severity, Skip, check

LEAST_SHARPNESS: Final = 3.0  # variance of the Laplacian; text and lines bring hundreds
LEAST_CONTRAST: Final = 3.0  # what is blank has a check of its own


@check(
    "screenshots-sharp",
    gettext_lazy("Screenshots are sharp"),
    since=1,
    track=Track.LISTING,
    severity=Severity.WARNING,
    mend=gettext_lazy("Take it anew without scaling it up."),
)
def examine(dossier: Dossier) -> Iterator[Finding]:
    """Finds screenshots without any sharp edge, as blurred or blown-up ones are."""
    if not dossier.screenshots:
        raise Skip(_("There is no screenshot yet."))
    for picture in dossier.screenshots:
        if picture.contrast >= LEAST_CONTRAST and picture.sharpness < LEAST_SHARPNESS:
            yield Finding(
                _("The screenshot “%(text)s” is blurred.") % {"text": picture.alternative_text}, picture.where
            )
