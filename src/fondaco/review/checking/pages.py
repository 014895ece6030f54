"""Looking at a page as a reader would."""

from __future__ import annotations

from django.utils.translation import gettext as _

from fondaco.kit.outbound import OutboundError
from fondaco.review.checking.network import Network, TooManyRedirects, explain


async def look_at(network: Network, url: str, *, must_be_page: bool = False) -> str:
    """What is wrong with the page at ``url``, in a sentence; empty when a reader sees it."""
    try:
        page = await network.open_page(url)
    except (OutboundError, TooManyRedirects) as error:
        return _("cannot be opened: %(why)s") % {"why": explain(error)}
    if not page.is_there:
        return _("answers with HTTP status %(status)d") % {"status": page.status}
    if must_be_page and not page.is_html:
        return _("is not a page that can be read in a browser")
    return ""
