"""A small icon that was blown up, or a blurred one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fondaco.catalog.states import Track
from fondaco.review.checking.dossier import Dossier
from fondaco.review.checking.registry import Finding, Severity, Skip, check

LEAST_SHARPNESS: Final = 2.0  # variance of the Laplacian; drawn shapes have 20 and more
LEAST_SIDE: Final = 512


@check(
    "icon-sharp",
    gettext_lazy("The icon is large and sharp enough"),
    since=1,
    track=Track.LISTING,
    severity=Severity.WARNING,
    mend=gettext_lazy("Upload it again from the original drawing, 512 pixels wide or more."),
)
def examine(dossier: Dossier) -> Iterator[Finding]:
    """Finds an icon of less than 512 pixels, and one without any sharp edge."""
    image = dossier.icon.image
    if image is None:
        raise Skip(_("The icon's file cannot be read."))
    if image.width < LEAST_SIDE:
        yield Finding(
            _("The icon is %(width)d pixels wide and looks soft on good screens.") % {"width": image.width}, "app.icon"
        )
    elif dossier.icon.sharpness < LEAST_SHARPNESS:
        yield Finding(_("The icon has no sharp edge: it looks blurred, or blown up from a small one."), "app.icon")
