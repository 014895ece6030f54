"""A person at the served house, by HTTP alone: signs in on the way to an app, as their browser would."""

from __future__ import annotations

from urllib.parse import urljoin

import httpx
from tests.factories.accounts import PASSWORD
from tests.flows.browser import read

from fondaco.accounts.models import User

PATIENCE = 60.0  # seconds for an answer of a machine that does other things too


class Person:
    """Someone with a password and a browser of their own."""

    def __init__(self, user: User) -> None:
        self.user = user
        self._http = httpx.Client(timeout=PATIENCE)

    def go(self, address: str, *, to: str) -> str:
        """Where the browser is sent after ``address``, once that is an address that begins with ``to``."""
        answer = self._http.get(address)
        for _ in range(8):
            target = answer.headers.get("Location") or answer.headers.get("Refresh", "").partition("; url=")[2]
            if target.startswith(to):
                return target
            here = str(answer.url)
            answer = self._http.get(urljoin(here, target)) if target else self._sign_in(here, answer.text)
        raise AssertionError(f"the way to {to} did not end: {answer.status_code} {answer.url}")

    def close(self) -> None:
        self._http.close()

    def _sign_in(self, here: str, html: str) -> httpx.Response:
        form, button = read(here, 200, html).find_form("Sign in")
        data = form.data({"E-mail address": self.user.person.email, "Password": PASSWORD}, button)
        return self._http.post(urljoin(here, form.action or here), data=data, headers={"Referer": here})
