"""Authlib's framework-neutral server, put over our clients and grants."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import AuthorizationServer

from fondaco.accounts.models import Account
from fondaco.identity.issuer import issuer
from fondaco.identity.protocol.client_authentication import authenticate
from fondaco.identity.protocol.clients import ProtocolClient
from fondaco.identity.protocol.grants import ClientCredentials, CodeExchange, OpenId, Pkce, Refresh
from fondaco.identity.protocol.requests import ProtocolRequest, WireAnswer
from fondaco.identity.queries import find_credentials

# At DEBUG Authlib writes whole token responses into the log.
logging.getLogger("authlib").setLevel(logging.INFO)

# What Authlib leaves unsaid; the wire has a description with every error (DOMAIN 2.9).
_DESCRIPTIONS = {"invalid_grant": "The code or refresh token is unknown, expired, spent, or of another client."}


class Server(AuthorizationServer):  # type: ignore[misc]  # Authlib has no types
    """One request to one account's issuer."""

    def __init__(self, account: Account) -> None:
        super().__init__()
        self._account = account
        self._clients: dict[str, ProtocolClient | None] = {}
        self.register_grant(ClientCredentials)
        self.register_grant(CodeExchange, [OpenId(), Pkce()])
        self.register_grant(Refresh)

    def query_client(self, client_id: str) -> ProtocolClient | None:
        """The account's usable client with this id, read once."""
        if client_id not in self._clients:
            credentials = find_credentials(self._account, client_id)
            self._clients[client_id] = ProtocolClient(credentials) if credentials else None
        return self._clients[client_id]

    def authenticate_client(
        self, request: ProtocolRequest, methods: Sequence[str], endpoint: str = "token"
    ) -> ProtocolClient:
        """Every grant takes all our methods; which one is used is the client's choice."""
        return authenticate(request)

    def save_token(self, token: Mapping[str, Any], request: ProtocolRequest) -> None:
        """The grants store what is to be stored when they make it."""

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Nobody listens."""

    def create_oauth2_request(self, request: ProtocolRequest) -> ProtocolRequest:
        """It already is one."""
        return request

    def handle_response(
        self, status: int, body: Mapping[str, Any] | str, headers: Sequence[tuple[str, str]]
    ) -> WireAnswer:
        return WireAnswer(status, body if isinstance(body, Mapping) else {}, dict(headers))

    def answer_error(self, error: OAuth2Error) -> WireAnswer:
        """An error of the protocol, in the protocol's own words."""
        error.description = error.description or _DESCRIPTIONS.get(error.error, "")
        status, body, headers = error()
        answer = self.handle_response(status, dict(body) if body else {}, headers)
        challenge = answer.headers.get("WWW-Authenticate", "")
        if not challenge:
            return answer
        # A Basic challenge has a realm (RFC 7617 §2), which Authlib leaves out.
        whole = challenge.replace("Basic ", f'Basic realm="{issuer(self._account)}", ', 1)
        return WireAnswer(answer.status, answer.body, {**answer.headers, "WWW-Authenticate": whole})
