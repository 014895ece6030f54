"""What a good token says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fondaco.resource_server.errors import ScopeMissing


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token whose signature, times, issuer and audience were checked. ``plain`` is the text that was shown.

    ``user_id`` and ``session_id`` are set when a program acts for a person who signed in, and None when it acts for
    the account itself.
    """

    plain: str = field(repr=False)
    token_id: str
    issuer: str
    account_id: str
    client_id: str
    user_id: str | None
    session_id: str | None
    scopes: frozenset[str]
    issued_at: int
    expires_at: int
    claims: Mapping[str, Any] = field(repr=False)

    def require(self, scope: str) -> None:
        """Raises :class:`ScopeMissing` unless the token carries ``scope``."""
        if scope not in self.scopes:
            raise ScopeMissing(scope)
