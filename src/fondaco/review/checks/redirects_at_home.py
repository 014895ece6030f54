"""Codes that are sent to another house than the app's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fondaco.catalog.states import Track
from fondaco.kit.outbound.addresses import literal_address
from fondaco.review.checking.dossier import Dossier
from fondaco.review.checking.registry import Finding, Severity, Skip, check

_SECOND_LEVEL: Final = frozenset(
    {"ac", "co", "com", "edu", "gov", "net", "ne", "or", "org", "gob", "go", "gouv", "nom"}
)


@check(
    "redirects-at-home",
    gettext_lazy("Redirect addresses belong to the app's own domain"),
    since=1,
    track=Track.TECHNICAL,
    severity=Severity.WARNING,
    mend=gettext_lazy("Let people return to the domain that they launch, or tell the reviewer whose it is."),
)
def examine(dossier: Dossier) -> Iterator[Finding]:
    """Compares the registrable domain of each redirect address with that of the standalone URL. Domains are taken to
    have two labels, three below the usual second levels (`co.uk`); a public suffix list is not asked."""
    home = _domain(dossier.technical.standalone_url)
    if not home or not dossier.technical.redirect_urls:
        raise Skip(_("The standalone URL or the redirect addresses are not there yet."))
    for address in dossier.technical.redirect_urls:
        if _domain(address) != home:
            words = {"url": address, "home": home}
            yield Finding(_("%(url)s is not on %(home)s, where the app is.") % words, "technical.redirect_urls")


def _domain(address: str) -> str:
    host = (urlsplit(address).hostname or "").rstrip(".").lower()
    if literal_address(host):
        return host
    labels = host.split(".")
    kept = 3 if len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL else 2
    return ".".join(labels[-kept:])
