"""The same picture twice."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fondaco.catalog.states import Track
from fondaco.review.checking.dossier import Dossier
from fondaco.review.checking.pictures import Picture, distance
from fondaco.review.checking.registry import Finding, Severity, Skip, check

_ALIKE: Final = 2  # bits of 64: screenshots of one app share their frame, so only near-copies count
_SMALL_DIFFERENCE: Final = 1.5  # mean difference of grey levels, of 255


@check(
    "screenshots-differ",
    gettext_lazy("No screenshot is there twice"),
    since=1,
    track=Track.LISTING,
    severity=Severity.WARNING,
    mend=gettext_lazy("Remove one of the two, or show another part of the app."),
)
def examine(dossier: Dossier) -> Iterator[Finding]:
    """Compares the screenshots of a listing with each other: by perceptual hash, then pixel by pixel."""
    readable = [picture for picture in dossier.screenshots if picture.image is not None]
    if len(readable) < 2:
        raise Skip(_("There are not two screenshots to compare."))
    for one, other in combinations(readable, 2):
        if distance(one, other) <= _ALIKE and _difference(one, other) < _SMALL_DIFFERENCE:
            words = {"one": one.alternative_text, "other": other.alternative_text}
            yield Finding(_("“%(one)s” and “%(other)s” are the same picture.") % words, one.where)


def _difference(one: Picture, other: Picture) -> float:
    side = (64, 64)
    if one.small is None or other.small is None:
        return 255.0
    pairs = zip(one.small.resize(side).tobytes(), other.small.resize(side).tobytes(), strict=True)
    return float(sum(abs(first - second) for first, second in pairs) / (side[0] * side[1]))
