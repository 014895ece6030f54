"""Asking the partner's program by test events, and saying what it did."""

from __future__ import annotations

from django.utils.translation import gettext as _

from fondaco.kit.outbound import Answer, FailureKind, OutboundError
from fondaco.messaging.probes import Probe
from fondaco.review.checking.dossier import Dossier
from fondaco.review.checking.network import Network
from fondaco.review.checking.registry import Skip

WHERE = "technical.events_callback_url"


def callback_of(dossier: Dossier) -> str:
    """The callback URL; without one there is nothing to ask."""
    url = dossier.technical.events_callback_url
    if not url:
        raise Skip(_("There is no events callback URL yet."))
    return url


async def try_to_send(network: Network, url: str, probe: Probe) -> Answer | OutboundError:
    """What came of one test event."""
    try:
        return await network.send(url, probe)
    except OutboundError as error:
        return error


def is_accepted(answer: Answer | OutboundError) -> bool:
    """Any 2xx, as for every event."""
    return isinstance(answer, Answer) and 200 <= answer.status < 300


def tell(answer: Answer | OutboundError) -> str:
    """What the program did, in words that follow a subject."""
    if isinstance(answer, Answer):
        if answer.status in {301, 302, 303, 307, 308}:
            return _("answered with a redirect (HTTP status %(status)d), which is never followed") % {
                "status": answer.status
            }
        return _("answered with HTTP status %(status)d") % {"status": answer.status}
    if answer.kind == FailureKind.TIMEOUT:
        return _("did not answer within ten seconds")
    return _("could not be asked: %(why)s") % {"why": answer}
