"""Certificates that will not end next week."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from fondaco.catalog.states import Track
from fondaco.kit import clock
from fondaco.review.checking.certificates import read_certificates
from fondaco.review.checking.dossier import Dossier
from fondaco.review.checking.network import Network
from fondaco.review.checking.registry import Finding, Severity, Skip, network_check

_LEAST: Final = timedelta(days=7)


@network_check(
    "certificates-lasting",
    gettext_lazy("Certificates last for another week"),
    since=1,
    track=Track.TECHNICAL,
    severity=Severity.WARNING,
    mend=gettext_lazy("Renew it now, and let it be renewed by itself a month before its end."),
)
async def ask(dossier: Dossier, network: Network) -> list[Finding]:
    """Finds certificates that end within seven days; when they do, events and launches stop."""
    seen = await read_certificates([*dossier.technical_urls(), *dossier.listing_urls()])
    if not seen:
        raise Skip(_("No address of this version is https."))
    findings = []
    for one in seen:
        left = one.ends - clock.now() if one.ends else None
        if left is not None and left < _LEAST:
            days = max(0, left.days)
            words = ngettext(
                "The certificate of %(host)s ends in %(days)d day.",
                "The certificate of %(host)s ends in %(days)d days.",
                days,
            ) % {"host": one.host, "days": days}
            findings.append(Finding(words, one.where))
    return findings
