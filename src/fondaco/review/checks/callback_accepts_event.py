"""The program takes what we send."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fondaco.catalog.states import Track
from fondaco.review.checking.callbacks import WHERE, callback_of, is_accepted, tell, try_to_send
from fondaco.review.checking.dossier import Dossier
from fondaco.review.checking.network import Network
from fondaco.review.checking.registry import Finding, Severity, network_check


@network_check(
    "callback-accepts-event",
    gettext_lazy("The callback accepts a signed event"),
    since=1,
    track=Track.TECHNICAL,
    severity=Severity.ERROR,
    mend=gettext_lazy(
        "Store the event, answer 2xx at once, and do the work afterwards. Accept types that you do not know."
    ),
    blocks=True,
)
async def ask(dossier: Dossier, network: Network) -> list[Finding]:
    """Posts a signed `app.test` event and expects 2xx within ten seconds. The event names an installation that does not
    exist and asks for nothing, so a program that accepts types unknown to it need not know this one."""
    url = callback_of(dossier)
    answer = await try_to_send(network, url, network.make_event(dossier.version))
    if is_accepted(answer):
        return []
    return [Finding(_("%(url)s %(did)s.") % {"url": url, "did": tell(answer)}, WHERE)]
