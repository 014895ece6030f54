"""The program believes nobody else."""

from __future__ import annotations

import asyncio

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fondaco.catalog.states import Track
from fondaco.kit.outbound import Answer
from fondaco.messaging.probes import forge, unsigned
from fondaco.review.checking.callbacks import WHERE, callback_of, tell, try_to_send
from fondaco.review.checking.dossier import Dossier
from fondaco.review.checking.network import Network
from fondaco.review.checking.registry import Finding, Severity, Skip, network_check


@network_check(
    "callback-refuses-forgery",
    gettext_lazy("The callback refuses what is not signed by the platform"),
    since=1,
    track=Track.TECHNICAL,
    severity=Severity.ERROR,
    mend=gettext_lazy("Verify the signature over the raw body before you read it, and answer 401 if it does not fit."),
    blocks=True,
)
async def ask(dossier: Dossier, network: Network) -> list[Finding]:
    """Posts one event with a signature made by another key under our key's name, and one without any. Both must be
    refused with 4xx. Whether a program that says no still acts on the event cannot be seen from outside."""
    url = callback_of(dossier)
    event = network.make_event(dossier.version)
    answers = await asyncio.gather(
        try_to_send(network, url, forge(event)),
        try_to_send(network, url, unsigned(network.make_event(dossier.version))),
    )
    if not any(isinstance(answer, Answer) for answer in answers):
        raise Skip(_("The program could not be asked; see the check of a signed event."))
    names = (_("an event with a forged signature"), _("an event without a signature"))
    return [
        Finding(_("%(url)s %(did)s to %(event)s.") % {"url": url, "did": tell(answer), "event": name}, WHERE)
        for name, answer in zip(names, answers, strict=True)
        if not (isinstance(answer, Answer) and 400 <= answer.status < 500)
    ]
