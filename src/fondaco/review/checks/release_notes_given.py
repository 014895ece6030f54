"""What is new, for those who have the app already."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fondaco.catalog.states import Track
from fondaco.review.checking.dossier import Dossier
from fondaco.review.checking.registry import Finding, Severity, Skip, check

_SHORTEST: Final = 20


@check(
    "release-notes-given",
    gettext_lazy("A later version says what is new"),
    since=1,
    track=Track.TECHNICAL,
    severity=Severity.WARNING,
    mend=gettext_lazy("Say what changes for the people who use it, and whether they must do something."),
)
def examine(dossier: Dossier) -> Iterator[Finding]:
    """Asks for release notes of at least 20 characters when customers had a version before."""
    if not dossier.predecessor:
        raise Skip(_("Customers had no version before this one."))
    if len(dossier.technical.release_notes.strip()) < _SHORTEST:
        yield Finding(
            _("Customers who have %(name)s do not read what is new.") % {"name": dossier.predecessor},
            "technical.release_notes",
        )
