"""Every technical field that a submission needs."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from fondaco.catalog.states import Track
from fondaco.review.checking.dossier import Dossier
from fondaco.review.checking.registry import Finding, Severity, check


@check(
    "technical-complete",
    _("The technical content is complete"),
    since=1,
    track=Track.TECHNICAL,
    severity=Severity.ERROR,
    mend=_("Fill in the field."),
    blocks=True,
)
def examine(dossier: Dossier) -> Iterator[Finding]:
    """Asks for the fields without which technical content cannot be submitted."""
    for field, message in dossier.missing.get(Track.TECHNICAL, {}).items():
        yield Finding(message, f"technical.{field}")
