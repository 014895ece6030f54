"""Certificates that a browser and our dispatcher would trust."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fondaco.catalog.states import Track
from fondaco.kit.outbound import FailureKind
from fondaco.review.checking.certificates import read_certificates
from fondaco.review.checking.dossier import Dossier
from fondaco.review.checking.network import Network
from fondaco.review.checking.registry import Finding, Severity, Skip, network_check


@network_check(
    "certificates-good",
    gettext_lazy("Certificates are valid"),
    since=1,
    track=Track.TECHNICAL,
    severity=Severity.ERROR,
    mend=gettext_lazy("Install a certificate for this name from a public authority, with its intermediate ones."),
    blocks=True,
)
async def ask(dossier: Dossier, network: Network) -> list[Finding]:
    """Opens a secure connection to each https host of the program and of the listing, and verifies the certificate's
    name, dates and chain. A host that cannot be reached at all is the business of other checks."""
    seen = await read_certificates([*dossier.technical_urls(), *dossier.listing_urls()])
    if not seen:
        raise Skip(_("No address of this version is https."))
    return [
        Finding(
            _("The certificate of %(host)s is not good: %(why)s.") % {"host": one.host, "why": one.error}, one.where
        )
        for one in seen
        if one.error is not None and one.error.kind == FailureKind.TLS
    ]
