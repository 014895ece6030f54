"""Links that lead somewhere."""

from __future__ import annotations

import asyncio
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fondaco.catalog.states import Track
from fondaco.review.checking.dossier import Dossier
from fondaco.review.checking.network import Network
from fondaco.review.checking.pages import look_at
from fondaco.review.checking.registry import Finding, Severity, Skip, network_check

_FIELDS: Final = frozenset({"app.website", "listing.support_url", "listing.docs_url", "listing.video_url"})


@network_check(
    "links-alive",
    gettext_lazy("Website, support, documentation and video are there"),
    since=1,
    track=Track.LISTING,
    severity=Severity.WARNING,
    mend=gettext_lazy("Mend the page, or give the address at which it is now."),
)
async def ask(dossier: Dossier, network: Network) -> list[Finding]:
    """Opens each link as a browser would, following up to five redirects, and expects a page that is found."""
    links = [(field, url) for field, url in dossier.listing_urls() if url and field in _FIELDS]
    if not links:
        raise Skip(_("The listing has none of these links."))
    problems = await asyncio.gather(*(look_at(network, url) for _field, url in links))
    return [
        Finding(f"{url} — {problem}.", field) for (field, url), problem in zip(links, problems, strict=True) if problem
    ]
