"""Requests and answers of the OAuth endpoints, free of any web framework, and Authlib's view of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from authlib.oauth2.rfc6749 import OAuth2Payload, OAuth2Request

from fondaco.accounts.models import Account
from fondaco.audit.actor import Actor, ActorKind
from fondaco.identity.issuer import token_url
from fondaco.identity.models import LoginSession, OAuthClient


@dataclass(frozen=True, slots=True)
class WireRequest:
    """``parameters`` are those of the form or the query, with all values of each; ``address`` is the caller's IP."""

    account: Account
    parameters: Mapping[str, Sequence[str]] = field(repr=False)
    authorization: str = field(default="", repr=False)
    address: str = ""


@dataclass(frozen=True, slots=True)
class WireAnswer:
    """``body`` is JSON, or empty for a redirect."""

    status: int
    body: Mapping[str, Any] = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)


class _Payload(OAuth2Payload):  # type: ignore[misc]  # Authlib has no types
    def __init__(self, parameters: Mapping[str, Sequence[str]]) -> None:
        self._datalist = {name: list(values) for name, values in parameters.items() if values}
        # What is sent without a value counts as not sent (RFC 6749 §3.1, §3.2).
        self._data = {name: values[-1] for name, values in self._datalist.items() if values[-1]}

    @property
    def data(self) -> dict[str, str]:
        return self._data

    @property
    def datalist(self) -> dict[str, list[str]]:
        return self._datalist


class ProtocolRequest(OAuth2Request):  # type: ignore[misc]  # Authlib has no types
    """What the grants see. ``login_session`` and ``authenticated_at`` are set where a person stands behind it."""

    def __init__(self, method: str, wire: WireRequest) -> None:
        # Whether the transport is secure is for SECURE_SSL_REDIRECT to say: behind a proxy every request comes plain.
        super().__init__(method, "https://" + token_url(wire.account).partition("://")[2], headers={})
        self.headers = {"Authorization": wire.authorization} if wire.authorization else {}
        self.payload = self._payload = _Payload(wire.parameters)
        self.wire = wire
        self.login_session: LoginSession | None = None
        self.authenticated_at: datetime | None = None

    def actor(self, client: OAuthClient) -> Actor:
        """The program as the cause of a change."""
        return Actor(ActorKind.CLIENT, id=client.pk.hex, label=client.name, address=self.wire.address)

    @property
    def form(self) -> dict[str, str]:
        return self._payload.data

    @property
    def args(self) -> dict[str, str]:
        return self._payload.data

    def find_repeated(self) -> str | None:
        """The first parameter that was sent more than once (RFC 6749 §3.1, §3.2), or None."""
        return next((name for name, values in self._payload.datalist.items() if len(values) > 1), None)


def printable(text: str) -> str:
    """Text fit for an ``error_description`` (RFC 6749 §5.2)."""
    return "".join(each for each in text if each.isascii() and each.isprintable() and each not in '"\\')[:60]
