"""An icon that customers would take for another partner's."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fondaco.catalog.states import Track
from fondaco.review.checking.dossier import Dossier
from fondaco.review.checking.registry import Finding, Severity, Skip, check


@check(
    "icon-distinct",
    gettext_lazy("The icon is not like another app's"),
    since=1,
    track=Track.LISTING,
    severity=Severity.WARNING,
    mend=gettext_lazy("Use an icon that cannot be taken for the other one."),
)
def examine(dossier: Dossier) -> Iterator[Finding]:
    """Compares a perceptual hash of the icon (64 bits) with those of other partners' submitted apps."""
    if dossier.icon.image is None:
        raise Skip(_("The icon's file cannot be read."))
    for name in dossier.alike_icons:
        yield Finding(_("The icon looks like that of %(name)s.") % {"name": name}, "app.icon")
