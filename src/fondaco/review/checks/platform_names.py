"""The platform's names, written as they are."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fondaco.catalog.states import Track
from fondaco.review.checking.dossier import Dossier
from fondaco.review.checking.registry import Finding, Severity, Skip, check


@check(
    "platform-names",
    gettext_lazy("The platform's names are written as they are"),
    since=1,
    track=Track.LISTING,
    severity=Severity.WARNING,
    mend=gettext_lazy("Write the name exactly so."),
)
def examine(dossier: Dossier) -> Iterator[Finding]:
    """Finds the names of the setting `FONDACO_PLATFORM_NAMES` in another spelling: case, spaces or hyphens between."""
    if not dossier.platform_names:
        raise Skip(_("This platform lists no names."))
    for field, text in dossier.texts():
        if field.startswith("technical."):
            continue
        for name in dossier.platform_names:
            for written in dict.fromkeys(_spellings(name).findall(text)):
                if written != name:
                    words = {"written": written, "name": name}
                    yield Finding(_("It says “%(written)s”; the name is “%(name)s”.") % words, field)


def _spellings(name: str) -> re.Pattern[str]:
    """Any case, and between the parts of a CamelCase or spaced name any space or hyphen; not inside a web address."""
    parts = re.findall(r"[A-Z]+[a-z]*|[a-z]+|\d+", name)
    return re.compile(r"(?<![\w./@-])" + r"[\s-]?".join(map(re.escape, parts)) + r"(?![\w@-]|\.\w)", re.IGNORECASE)
