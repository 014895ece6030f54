"""Somebody to write to."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fondaco.catalog.states import Track
from fondaco.review.checking.dossier import Dossier
from fondaco.review.checking.registry import Finding, Severity, check


@check(
    "contacts-given",
    gettext_lazy("There is somebody to write to"),
    since=1,
    track=Track.TECHNICAL,
    severity=Severity.WARNING,
    mend=gettext_lazy("Name an address that people read, also in a year: a team rather than a person."),
)
def examine(dossier: Dossier) -> Iterator[Finding]:
    """Asks for a technical contact (who is told when events cannot be delivered) and one for security."""
    if not dossier.app.technical_email:
        yield Finding(_("There is no technical contact for when events cannot be delivered."), "app.technical_email")
    if not dossier.app.security_email:
        yield Finding(_("There is no security contact for who finds a hole."), "app.security_email")
