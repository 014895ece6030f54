"""Screenshots that are blank or nearly so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fondaco.catalog.states import Track
from fondaco.review.checking.dossier import Dossier
from fondaco.review.checking.registry import Finding, Severity, Skip, check

LEAST_CONTRAST: Final = 3.0  # of 127; a page of text on white has 20 and more


@check(
    "screenshots-show-something",
    gettext_lazy("Each screenshot shows something"),
    since=1,
    track=Track.LISTING,
    severity=Severity.ERROR,
    mend=gettext_lazy("Replace it by a picture of your app at work."),
    blocks=True,
)
def examine(dossier: Dossier) -> Iterator[Finding]:
    """Finds screenshots that are of one colour all over, or nearly."""
    if not dossier.screenshots:
        raise Skip(_("There is no screenshot yet."))
    for picture in dossier.screenshots:
        if picture.image is not None and picture.contrast < LEAST_CONTRAST:
            yield Finding(
                _("The screenshot “%(text)s” is of one colour all over.") % {"text": picture.alternative_text},
                picture.where,
            )
