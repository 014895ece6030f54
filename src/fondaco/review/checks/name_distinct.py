"""A name that customers would take for another partner's app."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fondaco.catalog.states import Track
from fondaco.review.checking.dossier import Dossier
from fondaco.review.checking.registry import Finding, Severity, check


@check(
    "name-distinct",
    gettext_lazy("The name is not like another app's"),
    since=1,
    track=Track.LISTING,
    severity=Severity.WARNING,
    mend=gettext_lazy(
        "Choose a name that cannot be taken for the other one, or tell the reviewer how you are related."
    ),
)
def examine(dossier: Dossier) -> Iterator[Finding]:
    """Compares the app's name with those of other partners' apps, without case, spaces and signs."""
    for name in dossier.alike_names:
        yield Finding(_("The name is hard to tell from %(name)s.") % {"name": name}, "app.name")
