"""A partner's program at the token endpoint, over Django's test client."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote_plus

from django.test import Client
from tests.factories.identity import ASSERTION_TYPE, Program


class Wire:
    """A partner's program at the token endpoint of its account."""

    def __init__(self, program: Program, client: Client) -> None:
        self.program = program
        self.client = client
        self.path = f"/{program.account.name}/oauth/token"

    def post(self, form: dict[str, Any], *, authorization: str = "", **extra: Any) -> tuple[int, dict[str, Any]]:
        headers = {"Authorization": authorization} if authorization else {}
        answer = self.client.post(
            self.path,
            "&".join(_encode(form)),
            content_type="application/x-www-form-urlencoded",
            headers=headers,
            **extra,
        )
        assert answer["Content-Type"] == "application/json"
        assert answer["Cache-Control"] == "no-store"
        self.headers = answer.headers
        return answer.status_code, answer.json()

    def basic(self, **form: Any) -> tuple[int, dict[str, Any]]:
        return self.post({"grant_type": "client_credentials", **form}, authorization=self.program.basic())

    def assert_with(self, assertion: str, **form: Any) -> tuple[int, dict[str, Any]]:
        return self.post(
            {
                "grant_type": "client_credentials",
                "client_assertion_type": ASSERTION_TYPE,
                "client_assertion": assertion,
                **form,
            }
        )


def _encode(form: dict[str, Any]) -> list[str]:
    pairs = [(name, each) for name, value in form.items() for each in (value if isinstance(value, list) else [value])]
    return [f"{quote_plus(name)}={quote_plus(value)}" for name, value in pairs]
