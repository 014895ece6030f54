"""Keys, tokens and passwords in texts that others read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fondaco.catalog.states import Track
from fondaco.review.checking.dossier import Dossier
from fondaco.review.checking.registry import Finding, Severity, check

_KINDS: Final[tuple[tuple[Promise, re.Pattern[str]], ...]] = (
    (gettext_lazy("a private key"), re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----")),
    (gettext_lazy("a personal access token of this platform"), re.compile(r"\bfdp_[A-Za-z0-9_-]{20,}")),
    (gettext_lazy("a signed token"), re.compile(r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}")),
    (gettext_lazy("a cloud access key"), re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b")),
    (gettext_lazy("a payment key"), re.compile(r"\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,}")),
    (gettext_lazy("a code host's token"), re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{30,}|glpat-[A-Za-z0-9_-]{20,})")),
    (gettext_lazy("a chat token"), re.compile(r"\bxox[abprs]-[A-Za-z0-9-]{10,}")),
    (gettext_lazy("a web address with a password in it"), re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s/:@]+:[^\s/@]+@")),
    (
        gettext_lazy("a password or secret"),
        re.compile(
            r"\b(?:pass(?:word|wort|code)|pwd|secret|api[ _-]?key|token|client[ _-]?secret)\b\s*(?:[:=]|is\b)\s*"
            r"[\"'“`]?(?=[^\s\"'”`]*\d)[^\s\"'”`]{6,}",
            re.IGNORECASE,
        ),
    ),
)


@check(
    "no-secrets",
    gettext_lazy("No text contains a secret"),
    since=1,
    track=Track.TECHNICAL,
    severity=Severity.ERROR,
    mend=gettext_lazy(
        "Take it out and replace it where it is used; log-ins for reviewers belong into their own field."
    ),
    blocks=True,
)
def examine(dossier: Dossier) -> Iterator[Finding]:
    """Looks for keys, tokens and passwords in every text but the sealed credentials; findings never repeat them."""
    for field, text in dossier.texts():
        for kind, pattern in _KINDS:
            if pattern.search(text):
                yield Finding(_("This text seems to contain %(kind)s.") % {"kind": kind}, field)
                break
