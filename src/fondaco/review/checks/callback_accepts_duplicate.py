"""The program may be told twice."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fondaco.catalog.states import Track
from fondaco.kit.outbound import Answer
from fondaco.review.checking.callbacks import WHERE, callback_of, is_accepted, tell, try_to_send
from fondaco.review.checking.dossier import Dossier
from fondaco.review.checking.network import Network
from fondaco.review.checking.registry import Finding, Severity, Skip, network_check


@network_check(
    "callback-accepts-duplicate",
    gettext_lazy("The callback accepts the same event twice"),
    since=1,
    track=Track.TECHNICAL,
    severity=Severity.ERROR,
    mend=gettext_lazy(
        "Remember the ids of events, and answer a known one as you did the first time, without doing it again."
    ),
    blocks=True,
)
async def ask(dossier: Dossier, network: Network) -> list[Finding]:
    """Posts one signed event twice, byte for byte, and expects 2xx and the same status both times. Deliveries are tried
    again after any doubt, so duplicates are normal. That nothing was done twice cannot be seen from outside."""
    url = callback_of(dossier)
    event = network.make_event(dossier.version)
    first = await try_to_send(network, url, event)
    if not is_accepted(first):
        raise Skip(_("The program did not accept the event the first time; see the check of a signed event."))
    second = await try_to_send(network, url, event)
    if not is_accepted(second):
        return [Finding(_("%(url)s %(did)s the second time.") % {"url": url, "did": tell(second)}, WHERE)]
    if isinstance(first, Answer) and isinstance(second, Answer) and first.status != second.status:
        words = {"url": url, "first": first.status, "second": second.status}
        return [Finding(_("%(url)s answered %(first)d the first time and %(second)d the second time.") % words, WHERE)]
    return []
