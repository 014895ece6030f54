"""How a reviewer gets to see the app at work."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fondaco.catalog.states import Track
from fondaco.review.checking.dossier import Dossier
from fondaco.review.checking.registry import Finding, Severity, check

_LOGIN: Final = re.compile(r"\b(?:log[ -]?in|sign[ -]?in|account|credential|password|user ?name)s?\b", re.IGNORECASE)


@check(
    "test-way-given",
    gettext_lazy("A reviewer knows how to test it"),
    since=1,
    track=Track.TECHNICAL,
    severity=Severity.WARNING,
    mend=gettext_lazy("Write the steps from installing to seeing it work. Log-ins go into “Test credentials”."),
)
def examine(dossier: Dossier) -> Iterator[Finding]:
    """Asks for test instructions, and for test credentials when those speak of a log-in."""
    technical = dossier.technical
    if not technical.test_instructions.strip():
        yield Finding(_("There are no test instructions."), "technical.test_instructions")
    elif _LOGIN.search(technical.test_instructions) and not technical.test_credentials:
        yield Finding(
            _("The test instructions speak of a log-in, but there are no test credentials."),
            "technical.test_credentials",
        )
