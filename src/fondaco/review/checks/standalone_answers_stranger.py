"""The start page bears an installation that it does not know."""

from __future__ import annotations

from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fondaco.catalog.states import Track
from fondaco.kit.ids import new_id, new_short_id
from fondaco.kit.outbound import OutboundError
from fondaco.review.checking.dossier import Dossier
from fondaco.review.checking.network import Network, TooManyRedirects, explain
from fondaco.review.checking.registry import Finding, Severity, Skip, network_check


@network_check(
    "standalone-answers-stranger",
    gettext_lazy("The standalone URL answers an unknown installation"),
    since=1,
    track=Track.TECHNICAL,
    severity=Severity.ERROR,
    mend=gettext_lazy("Answer with a page that says what is wrong and whom to ask, and never with a 5xx."),
    blocks=True,
)
async def ask(dossier: Dossier, network: Network) -> list[Finding]:
    """Opens the standalone URL as a launch does, with an installation and a user that do not exist, and expects a page:
    of any status below 500, wherever up to five redirects lead."""
    where, url = "technical.standalone_url", dossier.technical.standalone_url
    if not url:
        raise Skip(_("There is no standalone URL yet."))
    unknown = {"talkdesk_installation_id": new_id().hex, "talkdesk_user_id": new_short_id()}
    launch = f"{url}{'&' if '?' in url else '?'}{urlencode(unknown)}"
    try:
        page = await network.open_page(launch)
    except (OutboundError, TooManyRedirects) as error:
        return [Finding(_("%(url)s cannot be opened: %(why)s.") % {"url": url, "why": explain(error)}, where)]
    if page.status >= 500:
        return [Finding(_("%(url)s breaks with HTTP status %(status)d.") % {"url": url, "status": page.status}, where)]
    if not page.is_html:
        return [Finding(_("%(url)s does not answer with a page that can be read in a browser.") % {"url": url}, where)]
    return []
