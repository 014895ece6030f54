"""A credential set as Authlib's grants want to see a client."""

from __future__ import annotations

import re
from typing import Final

from authlib.oauth2.rfc6749 import ClientMixin, InvalidScopeError

from fondaco.identity.models import CredentialSet, OAuthClient
from fondaco.identity.protocol.requests import printable

_ON_THIS_MACHINE: Final = re.compile(r"http://(127\.0\.0\.1|\[::1\])(?::[0-9]{1,5})?([/?].*|)")


class ProtocolClient(ClientMixin):  # type: ignore[misc]  # Authlib has no types
    """The client behind one credential set. ``repr`` shows no more than the client id."""

    def __init__(self, credentials: CredentialSet) -> None:
        self.credentials = credentials

    def __repr__(self) -> str:
        return f"<client {self.credentials.wire_client_id}>"

    @property
    def row(self) -> OAuthClient:
        """What the client may do."""
        return self.credentials.client

    def get_client_id(self) -> str:
        return self.credentials.wire_client_id

    def get_default_redirect_uri(self) -> None:
        """A request must name its redirect address (DOMAIN 3.3)."""

    def get_allowed_scope(self, scope: str | None) -> str:
        """All that was granted when nothing is asked for; ``InvalidScopeError`` names what was not granted."""
        wanted = list(dict.fromkeys((scope or "").split()))
        if lacking := [name for name in wanted if name not in self.row.scopes]:
            shown = printable(" ".join(lacking))
            known = f"This client does not have the scope {shown}"
            raise InvalidScopeError(known if shown.strip() else "No scope has a name in such characters")
        return " ".join(wanted or self.row.scopes)

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Exactly as registered (RFC 9700 §2.1), but for the port of a program on the browser's own machine, which
        takes the one that is free (RFC 8252 §7.3)."""
        registered = self.row.redirect_uris
        if redirect_uri in registered:
            return True
        wanted = _without_port(redirect_uri) if self.row.is_public else None
        return wanted is not None and any(_without_port(each) == wanted for each in registered)

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code" and "authorization_code" in self.row.grant_types

    def check_grant_type(self, grant_type: str) -> bool:
        if grant_type == "refresh_token":
            return self.gets_refresh_tokens
        if grant_type == "client_credentials" and self.row.is_public:  # it has no credentials (RFC 6749 §4.4)
            return False
        return grant_type in self.row.grant_types

    @property
    def gets_refresh_tokens(self) -> bool:
        """It holds the scope or the grant of that name (DOMAIN 3.4)."""
        return "refresh_token" in self.row.scopes or "refresh_token" in self.row.grant_types


def _without_port(redirect_uri: str) -> tuple[str, str] | None:
    """Host and rest of an http address of the browser's own machine, None for any other."""
    found = _ON_THIS_MACHINE.fullmatch(redirect_uri)
    return (found[1], found[2]) if found else None
