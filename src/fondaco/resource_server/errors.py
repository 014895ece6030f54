"""Refusals, each with the status, headers and body that it becomes on the wire (RFC 6750 §3)."""

from __future__ import annotations

from typing import ClassVar


class TokenError(Exception):
    """A request that is not let in. ``status``, ``headers`` and ``body`` are the whole answer."""

    status: ClassVar[int] = 401
    code: ClassVar[str] = ""
    description: ClassVar[str] = ""

    @property
    def challenge(self) -> str:
        """What ``WWW-Authenticate`` says; empty when a better token would not help."""
        return f'Bearer error="{self.code}", error_description="{self.description}"'

    @property
    def headers(self) -> dict[str, str]:
        """Of the answer; no cache keeps it."""
        told = {"WWW-Authenticate": self.challenge} if self.challenge else {}
        return {**told, "Cache-Control": "no-store"}

    @property
    def body(self) -> dict[str, str]:
        """JSON of the answer."""
        return {"error": self.code, "error_description": self.description}


class TokenMissing(TokenError):
    """No bearer token at all. The challenge then names no error (RFC 6750 §3.1)."""

    description = "Send an access token: Authorization: Bearer followed by the token."

    @property
    def challenge(self) -> str:
        return "Bearer"

    @property
    def body(self) -> dict[str, str]:
        return {"error": "unauthorized", "error_description": self.description}


class TokenInvalid(TokenError):
    """Not the house's, not for this API, not alive any more. Which of them is not told."""

    code = "invalid_token"
    description = "The token is unknown, expired or revoked, or meant for another API."


class ScopeMissing(TokenError):
    """The token lives, but does not carry ``scope``."""

    status = 403
    code = "insufficient_scope"
    description = "The token does not carry the scope that this needs."

    def __init__(self, scope: str) -> None:
        super().__init__(scope)
        self.scope = scope

    @property
    def challenge(self) -> str:
        return f'{super().challenge}, scope="{self.scope}"'


class SourceUnavailable(TokenError):
    """Keys or revocations cannot be asked for, and what is known is too old: nobody is let in unchecked."""

    status = 503
    code = "temporarily_unavailable"
    description = "Tokens cannot be checked at the moment. Try again in a few seconds."

    @property
    def challenge(self) -> str:
        return ""

    @property
    def headers(self) -> dict[str, str]:
        return {**super().headers, "Retry-After": "5"}
