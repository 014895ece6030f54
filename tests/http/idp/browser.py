"""A person's browser at the authorization endpoint, and the app's program behind it."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from django.test import Client
from tests.factories.identity import CALLBACK, Program

from fondaco.accounts.models import User


class Browser:
    """A person's browser, and the app's program behind it."""

    def __init__(self, program: Program, user: User, client: Client) -> None:
        self.program, self.user, self.client = program, user, client
        self.base = f"/{program.account.name}/oauth"

    def sign_in(self) -> None:
        self.client.force_login(self.user.person)

    def authorize(self, **query: Any) -> Any:
        whole = {
            "client_id": self.program.issued.client_id,
            "redirect_uri": CALLBACK,
            "response_type": "code",
            "state": "s t&=é",
            **query,
        }
        text = urlencode({name: value for name, value in whole.items() if value is not None}, doseq=True)
        return self.client.get(f"{self.base}/authorize?{text}")

    def code(self, **query: Any) -> str:
        back = returned(self.authorize(**query))
        assert set(back) == {"code", "state"}
        return back["code"]

    def token(self, program: Program | None = None, **form: Any) -> tuple[int, dict[str, Any]]:
        answer = Client().post(
            f"{self.base}/token",
            urlencode(form),
            content_type="application/x-www-form-urlencoded",
            headers={"Authorization": (program or self.program).basic()},
        )
        return answer.status_code, answer.json()

    def exchange(self, code: str, **form: Any) -> tuple[int, dict[str, Any]]:
        return self.token(**{"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, **form})

    def refresh(self, token: str, **form: Any) -> tuple[int, dict[str, Any]]:
        return self.token(**{"grant_type": "refresh_token", "refresh_token": token, **form})

    def tokens(self, **query: Any) -> dict[str, Any]:
        status, body = self.exchange(self.code(**query))
        assert status == 200
        return body


def returned(answer: Any) -> dict[str, str]:
    """The parameters with which the browser goes back to the app, but for ``iss``, which is always there."""
    assert answer.status_code == 302
    assert answer["Cache-Control"] == "no-store"
    address = urlsplit(answer["Location"])
    assert f"{address.scheme}://{address.netloc}{address.path}" == CALLBACK
    found = {name: values[0] for name, values in parse_qs(address.query, strict_parsing=True).items()}
    assert found.pop("iss") == f"http://127.0.0.1:8000/{answer.wsgi_request.path.split('/')[1]}"
    return found
