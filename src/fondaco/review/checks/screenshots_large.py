"""Screenshots too small to read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fondaco.catalog.states import Track
from fondaco.review.checking.dossier import Dossier
from fondaco.review.checking.registry import Finding, Severity, Skip, check

LEAST_WIDTH, LEAST_HEIGHT = 1280, 720
WIDEST: Final = 2.4  # width by height; beyond that the text in it becomes tiny on a phone


@check(
    "screenshots-large",
    gettext_lazy("Screenshots are large enough to read"),
    since=1,
    track=Track.LISTING,
    severity=Severity.ADVICE,
    mend=gettext_lazy("Take it anew at 1280 × 800 pixels or more."),
)
def examine(dossier: Dossier) -> Iterator[Finding]:
    """Finds screenshots below 1280 × 720 pixels, and very wide ones."""
    if not dossier.screenshots:
        raise Skip(_("There is no screenshot yet."))
    for picture in dossier.screenshots:
        if picture.image is None:
            continue
        width, height = picture.image.size
        if width < LEAST_WIDTH or height < LEAST_HEIGHT or width > height * WIDEST:
            words = {"text": picture.alternative_text, "width": width, "height": height}
            yield Finding(_("The screenshot “%(text)s” is %(width)d × %(height)d pixels.") % words, picture.where)
