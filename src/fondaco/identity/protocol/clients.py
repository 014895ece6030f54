"""A credential set as Authlib's grants want to see a client."""

from __future__ import annotations

from authlib.oauth2.rfc6749 import ClientMixin

from fondaco.identity.models import CredentialSet, OAuthClient


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

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """All that was granted when nothing is asked for; None when more is asked for than was granted."""
        wanted = (scope or "").split()
        if not wanted:
            return " ".join(self.row.scopes)
        return " ".join(dict.fromkeys(wanted)) if set(wanted) <= set(self.row.scopes) else None

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Exactly as registered (RFC 9700 §2.1)."""
        return redirect_uri in self.row.redirect_uris

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code" and "authorization_code" in self.row.grant_types

    def check_grant_type(self, grant_type: str) -> bool:
        if grant_type == "refresh_token":
            return self.gets_refresh_tokens
        return grant_type in self.row.grant_types

    @property
    def gets_refresh_tokens(self) -> bool:
        """It holds the scope or the grant of that name (DOMAIN 3.4)."""
        return "refresh_token" in self.row.scopes or "refresh_token" in self.row.grant_types
