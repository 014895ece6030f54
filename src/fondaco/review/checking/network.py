"""The way to the outside that network checks are given: SSRF-safe, bounded in time and size, never in a transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin

from django.conf import settings

from fondaco.catalog.models import Version
from fondaco.kit.outbound import Answer, OutboundError, SafeClient
from fondaco.messaging.probes import Probe, make_probe
from fondaco.messaging.signing import Signer

_REDIRECTS: Final = 5
_PAGE_HEADERS: Final = {"Accept": "text/html,*/*;q=0.5"}


@dataclass(frozen=True, slots=True)
class Page:
    """What a browser would have got in the end: ``url`` is where redirects led."""

    url: str
    status: int
    is_html: bool

    @property
    def is_there(self) -> bool:
        """Whether a reader sees what they came for."""
        return 200 <= self.status < 300


class TooManyRedirects(Exception):
    """The address leads on and on."""


class Network:
    """What a check may do out there. Every hop of a redirect is resolved and checked anew."""

    def __init__(self, client: SafeClient, signer: Signer) -> None:
        self._client = client
        self._signer = signer

    async def open_page(self, url: str) -> Page:
        """Follows up to five redirects. Raises :class:`OutboundError` or :class:`TooManyRedirects`."""
        for _hop in range(_REDIRECTS + 1):
            answer = await self._client.request("GET", url, headers=_PAGE_HEADERS, truncate=True)
            target = answer.headers.get("location", "")
            if answer.status not in {301, 302, 303, 307, 308} or not target:
                kind = answer.headers.get("content-type", "")
                return Page(url, answer.status, kind.partition(";")[0].strip().lower() == "text/html")
            url = urljoin(url, target)
        raise TooManyRedirects

    async def send(self, url: str, probe: Probe) -> Answer:
        """Posts a test event as the dispatcher posts every event: ten seconds, no redirects."""
        return await self._client.request("POST", url, headers=probe.headers, body=probe.body, truncate=True)

    def make_event(self, version: Version, *, root: str = "") -> Probe:
        """A new signed test event."""
        return make_probe(version, self._signer, root=root)

    @property
    def other_root(self) -> str:
        """A second address of this platform's API, empty when it has none."""
        alias: str = settings.API_ROOT_ALIAS
        return alias


def explain(error: OutboundError | TooManyRedirects) -> str:
    """What went wrong out there, in words."""
    return "it redirects more than five times" if isinstance(error, TooManyRedirects) else str(error)
