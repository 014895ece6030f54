"""The terms of use can be read before anyone agrees to anything."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fondaco.catalog.states import Track
from fondaco.review.checking.dossier import Dossier
from fondaco.review.checking.network import Network
from fondaco.review.checking.pages import look_at
from fondaco.review.checking.registry import Finding, Severity, Skip, network_check


@network_check(
    "terms-reachable",
    gettext_lazy("The terms of use can be read"),
    since=1,
    track=Track.LISTING,
    severity=Severity.ERROR,
    mend=gettext_lazy("Publish the page where everybody can read it without signing in, and give its address."),
    blocks=True,
)
async def ask(dossier: Dossier, network: Network) -> list[Finding]:
    """Opens the terms of use as a visitor, following up to five redirects."""
    url = dossier.listing.terms_url
    if not url:
        raise Skip(_("There is no such link yet."))
    problem = await look_at(network, url)
    return [Finding(f"{url} — {problem}.", "listing.terms_url")] if problem else []
