"""An icon that is one colour all over is no icon."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fondaco.catalog.states import Track
from fondaco.review.checking.dossier import Dossier
from fondaco.review.checking.registry import Finding, Severity, Skip, check

LEAST_CONTRAST: Final = 4.0  # of 127; a plain colour with the noise of a JPEG has less than 2


@check(
    "icon-shows-something",
    gettext_lazy("The icon shows something"),
    since=1,
    track=Track.LISTING,
    severity=Severity.ERROR,
    mend=gettext_lazy("Upload an icon with a shape that stands out from its ground."),
    blocks=True,
)
def examine(dossier: Dossier) -> Iterator[Finding]:
    """Finds an icon that is blank or nearly of one colour, transparent parts counted as white."""
    if dossier.icon.image is None:
        raise Skip(_("The icon's file cannot be read."))
    if dossier.icon.contrast < LEAST_CONTRAST:
        yield Finding(_("The icon is of one colour all over, so nobody can tell it from others."), "app.icon")
