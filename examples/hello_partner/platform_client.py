"""The platform's API, seen from one installation. Addresses come from events and from `_links`, never from us.

(Not called platform.py: beside a script that name would hide Python's own module.)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

import httpx

from hello_partner.store import Installation
from hello_partner.tokens import Tokens

MOST_PAGES = 1000
TRY_AGAIN = frozenset({401, 408, 425, 429})


class PlatformError(Exception):
    """The platform did not do what we asked. `status` is the HTTP status; `is_final` when asking again is pointless."""

    def __init__(self, url: str, status: int, text: str) -> None:
        super().__init__(f"{url} answered {status}: {text[:200]}")
        self.status = status
        self.is_final = 300 <= status < 500 and status not in TRY_AGAIN


def make_http_client() -> httpx.Client:
    """One client for the process: no redirects (a token must not follow one), ten seconds, no proxy to ourselves."""
    direct = {f"all://{host}": None for host in ("127.0.0.1", "localhost", "*.localhost", "[::1]")}
    return httpx.Client(timeout=10, follow_redirects=False, mounts=direct)


def claim_credentials(http: httpx.Client, root: str, link: str) -> dict[str, Any]:
    """Fetch credentials from the link in an event. It works once: keep what comes at once. 410: somebody was faster."""
    if not link.startswith(f"{root}/"):
        raise PlatformError(root, 400, "outside the platform's root; we take no credentials from there")
    answer = http.post(link, headers={"Accept": "application/json"})
    if not answer.is_success:
        raise PlatformError(f"{root}/credential-claims/…", answer.status_code, answer.text)
    content: dict[str, Any] = answer.json()
    return content


class PlatformClient:
    """Reads and answers for one installation with its account-level token."""

    def __init__(self, http: httpx.Client, tokens: Tokens, installation: Installation) -> None:
        self._http = http
        self._tokens = tokens
        self._installation = installation

    def read_app(self) -> dict[str, Any]:
        return self._get(f"{self._installation.root}/apps/{self._installation.app_id}")

    def read_account(self) -> dict[str, Any]:
        return self._get(f"{self._installation.root}/account")

    def read_installation(self) -> dict[str, Any]:
        return self._get(self._installation.installation_url)

    def read_subscription(self) -> dict[str, Any]:
        return self._get(f"{self._installation.installation_url}/subscription")

    def list_users(self) -> Iterator[dict[str, Any]]:
        """All licensed people; follows `_links.next` until there is none."""
        url: str | None = f"{self._installation.installation_url}/users"
        for _ in range(MOST_PAGES):
            page = self._get(str(url))
            yield from page.get("_embedded", {}).get("users", [])
            following = page.get("_links", {}).get("next") or {}
            if not following.get("href"):
                return
            url = urljoin(str(url), following["href"])

    def answer(self, *, is_approved: bool, reason: str) -> str:
        """Approve or reject what is open. 409: nothing is; somebody was faster, or the seven days are over."""
        body = {"state": "approve" if is_approved else "reject", "reason": reason}
        try:
            self._send("POST", f"{self._installation.installation_url}/state", body)
        except PlatformError as error:
            if error.status == httpx.codes.CONFLICT:
                return "nothing was open any more"
            raise
        return "approved" if is_approved else "rejected"

    def acknowledge_credentials(self) -> str:
        """Tell the platform that we hold the new credentials; the old ones die. Signed with the new key as proof."""
        url = f"{self._installation.installation_url}/credentials/{self._installation.client_id}/state"
        try:
            self._send("POST", url, {"state": "acknowledged"})
        except PlatformError as error:
            if error.status == httpx.codes.CONFLICT:
                return "acknowledged before"
            raise
        return "acknowledged"

    def _get(self, url: str) -> dict[str, Any]:
        return self._send("GET", url, None)

    def _send(self, method: str, url: str, body: dict[str, str] | None) -> dict[str, Any]:
        if not url.startswith(f"{self._installation.root}/"):
            raise PlatformError(url, 400, "outside the platform's root; our token does not go there")
        answer = self._once(method, url, body)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            self._tokens.forget(self._installation)
            answer = self._once(method, url, body)
        if not answer.is_success:
            raise PlatformError(url, answer.status_code, answer.text)
        content = answer.json() if answer.content else {}
        return content if isinstance(content, dict) else {}

    def _once(self, method: str, url: str, body: dict[str, str] | None) -> httpx.Response:
        token = self._tokens.get_account_token(self._installation)
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        return self._http.request(method, url, json=body, headers=headers)
