"""The program takes addresses from the event, not from its own code."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fondaco.catalog.states import Track
from fondaco.review.checking.callbacks import WHERE, callback_of, is_accepted, tell, try_to_send
from fondaco.review.checking.dossier import Dossier
from fondaco.review.checking.network import Network
from fondaco.review.checking.registry import Finding, Severity, Skip, network_check


@network_check(
    "callback-follows-links",
    gettext_lazy("The callback follows no hard-coded host"),
    since=1,
    track=Track.TECHNICAL,
    severity=Severity.WARNING,
    mend=gettext_lazy(
        "Take the API's address from `_links.root` of each event. If you keep a list of platforms that you trust, "
        "add the one that the finding names."
    ),
)
async def ask(dossier: Dossier, network: Network) -> list[Finding]:
    """Posts a signed event whose links name a second address of this platform (`FONDACO_API_ROOT_ALIAS`) and expects
    2xx. What the program calls afterwards cannot be seen from outside, and without a second address of its own the
    platform cannot ask: an address of somebody else would rightly be refused."""
    url = callback_of(dossier)
    if not network.other_root:
        raise Skip(_("This platform has no second address from which it could ask."))
    plain = await try_to_send(network, url, network.make_event(dossier.version))
    if not is_accepted(plain):
        raise Skip(_("The program did not accept an event at all; see the check of a signed event."))
    answer = await try_to_send(network, url, network.make_event(dossier.version, root=network.other_root))
    if is_accepted(answer):
        return []
    words = {"url": url, "did": tell(answer), "root": network.other_root}
    return [Finding(_("%(url)s %(did)s to an event whose links name %(root)s.") % words, WHERE)]
