"""Words that promise work by hand, and a flag that does not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fondaco.catalog.states import Track
from fondaco.review.checking.dossier import Dossier
from fondaco.review.checking.registry import Finding, Severity, Skip, check

_BY_HAND: Final = re.compile(
    r"\b(?:set(?:s|ting)? (?:it |you |this |the \w+ )?up (?:with you|for you|by hand|manually)"
    r"|manual(?:ly)? (?:set ?up|provision\w*|activat\w*|install\w*|onboard\w*|approv\w*)"
    r"|(?:set ?up|provisioned|activated|installed|onboarded) (?:manually|by hand|by (?:our|a) (?:team|person))"
    r"|(?:our|a) (?:team|person|specialist|engineer)(?: \w+){0,4}"
    r" (?:will )?(?:sets?|contacts?|calls?|activates?|installs?)\b"
    r"|within (?:\w+|\d+) (?:working|business) days?|takes? (?:a|one|two|three|\d+) (?:working|business) days?)",
    re.IGNORECASE,
)


@check(
    "manual-declared",
    gettext_lazy("Work by hand is declared"),
    since=1,
    track=Track.TECHNICAL,
    severity=Severity.WARNING,
    mend=gettext_lazy(
        "Switch “Manually provisioned” on, so that customers know that it takes a while; or say it otherwise."
    ),
)
def examine(dossier: Dossier) -> Iterator[Finding]:
    """Looks for words that promise work by hand while the version is not declared as manually provisioned."""
    if dossier.technical.is_manually_provisioned:
        raise Skip(_("It is declared as manually provisioned."))
    for field, text in dossier.texts():
        if found := _BY_HAND.search(text):
            yield Finding(_("It says “%(words)s”.") % {"words": found[0]}, field)
