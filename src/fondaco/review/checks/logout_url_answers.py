"""The back-channel logout URL is really one."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fondaco.catalog.states import Track
from fondaco.kit.outbound import Answer
from fondaco.messaging.probes import Probe
from fondaco.review.checking.callbacks import tell, try_to_send
from fondaco.review.checking.dossier import Dossier
from fondaco.review.checking.network import Network
from fondaco.review.checking.registry import Finding, Severity, Skip, network_check


@network_check(
    "logout-url-answers",
    gettext_lazy("The back-channel logout URL refuses nonsense"),
    since=1,
    track=Track.TECHNICAL,
    severity=Severity.WARNING,
    mend=gettext_lazy(
        "Verify the logout token there and answer 400 when it is not good (OpenID Connect Back-Channel Logout)."
    ),
)
async def ask(dossier: Dossier, network: Network) -> list[Finding]:
    """Posts something that is no logout token and expects 4xx; 400 is what the specification says."""
    where, url = "technical.backchannel_logout_url", dossier.technical.backchannel_logout_url
    if not url:
        raise Skip(_("There is no back-channel logout URL."))
    nonsense = Probe(b"logout_token=nonsense", {"Content-Type": "application/x-www-form-urlencoded"})
    answer = await try_to_send(network, url, nonsense)
    if isinstance(answer, Answer) and 400 <= answer.status < 500:
        return []
    return [
        Finding(_("%(url)s %(did)s to something that is no logout token.") % {"url": url, "did": tell(answer)}, where)
    ]
