"""Bearer tokens in HTTP (RFC 6750): where one is read, and what a refusal asks for."""

from __future__ import annotations

from django.http import HttpRequest

from fondaco.identity.errors import InsufficientScope, TokenNotShown, TokenRefused
from fondaco.kit.errors import DomainError
from fondaco.resource_server import TokenMissing, read_bearer


def shown_token(request: HttpRequest) -> str:
    """The token of the ``Authorization`` header; raises :class:`TokenNotShown` when it holds none."""
    try:
        return read_bearer(request.headers.get("Authorization"))
    except TokenMissing:
        raise TokenNotShown from None


def challenge(error: DomainError, *, realm: str = "") -> str:
    """``WWW-Authenticate`` for a refusal; empty for one that no token would help with.

    Who showed no token at all hears of no error (RFC 6750 §3.1).
    """
    said = [f'realm="{realm}"'] if realm else []
    if isinstance(error, InsufficientScope):
        said += ['error="insufficient_scope"', f'scope="{error.params["scope"]}"']
    elif not isinstance(error, TokenRefused):
        return ""
    elif not isinstance(error, TokenNotShown):
        said.append('error="invalid_token"')
    return f"Bearer {', '.join(said)}".rstrip()
