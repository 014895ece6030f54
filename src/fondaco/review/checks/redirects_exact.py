"""Redirect addresses are compared character by character, so they must be whole."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fondaco.catalog.states import Track
from fondaco.review.checking.dossier import Dossier
from fondaco.review.checking.registry import Finding, Severity, Skip, check


@check(
    "redirects-exact",
    gettext_lazy("Redirect addresses are exact"),
    since=1,
    track=Track.TECHNICAL,
    severity=Severity.ERROR,
    mend=gettext_lazy("Write each address out, exactly as your program sends it, and put what varies into `state`."),
    blocks=True,
)
def examine(dossier: Dossier) -> Iterator[Finding]:
    """Finds wildcards, fragments and placeholders in redirect addresses (RFC 9700 §2.1 wants exact comparison)."""
    if not dossier.technical.redirect_urls:
        raise Skip(_("There is no redirect address yet."))
    for address in dossier.technical.redirect_urls:
        parts = urlsplit(address)
        if "*" in address or any(sign in address for sign in ("{", "}", "%7B", "%7b")):
            yield Finding(
                _("%(url)s contains a wildcard or placeholder.") % {"url": address}, "technical.redirect_urls"
            )
        elif parts.fragment or address.endswith("#"):
            yield Finding(_("%(url)s has a fragment.") % {"url": address}, "technical.redirect_urls")
        elif ".." in parts.path.split("/"):
            yield Finding(
                _("%(url)s climbs up in its path, which readers resolve differently.") % {"url": address},
                "technical.redirect_urls",
            )
