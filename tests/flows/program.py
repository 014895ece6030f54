"""The wire as the partner's program sees it, asked by hand: tokens, answers and what the house says to bad ones."""

from __future__ import annotations

from typing import Any

import httpx
from tests.flows.house import Installation

from hello_partner.platform_client import make_http_client
from hello_partner.tokens import ASSERTION_TYPE, TokenRefusedError, Tokens, client_assertion

__all__ = ["TokenRefusedError", "ask", "get_token", "request_token"]


def get_token(credentials: Installation) -> str:
    """An account-level token, or :class:`TokenRefusedError`."""
    with make_http_client() as http:
        return Tokens(http).get_account_token(credentials)


def request_token(credentials: Installation, *, assertion: str = "") -> tuple[int, dict[str, Any]]:
    """What the token endpoint answers to this assertion, by default a good one."""
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": assertion or client_assertion(credentials),
    }
    answer = httpx.post(credentials.tokens_url, data=form, trust_env=False)
    return answer.status_code, answer.json()


def ask(method: str, url: str, token: str, body: dict[str, str] | None = None) -> tuple[int, dict[str, Any]]:
    """One call of the wire."""
    headers = {"Authorization": f"Bearer {token}"}
    answer = httpx.request(method, url, headers=headers, json=body, trust_env=False)
    return answer.status_code, answer.json() if answer.content else {}
