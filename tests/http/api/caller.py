"""A program that talks to the management API as one person."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpResponse
from django.test import Client
from tests.factories.accounts import SYSTEM

from fondaco.accounts.models import Person
from fondaco.identity.actions import create_personal_token

Json = dict[str, Any]


class Api:
    """``api.post("/me", …)`` asks ``/api/v1/me``; without a person it shows no token."""

    def __init__(self, person: Person | None = None, *, scopes: tuple[str, ...] = (), token: str = "") -> None:
        if person is not None:
            _row, token = create_personal_token(actor=SYSTEM, person=person, name="tests", scopes=scopes)
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.client = Client(raise_request_exception=False)

    def get(self, path: str, **query: Any) -> HttpResponse:
        return self.client.get(f"/api/v1{path}", query, headers=self.headers)  # type: ignore[return-value]

    def post(self, path: str, body: Any = None, *, key: str = "") -> HttpResponse:
        return self.send("POST", path, body, key=key)

    def put(self, path: str, body: Any = None) -> HttpResponse:
        return self.send("PUT", path, body)

    def delete(self, path: str) -> HttpResponse:
        return self.send("DELETE", path)

    def send(
        self, method: str, path: str, body: Any = None, *, key: str = "", kind: str = "application/json"
    ) -> HttpResponse:
        """``body`` is an object, or the very bytes; None sends nothing."""
        data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = self.headers | ({"Idempotency-Key": key} if key else {})
        return self.client.generic(  # type: ignore[return-value]
            method, f"/api/v1{path}", data, content_type=kind, headers=headers
        )


def read(response: HttpResponse, status: int = 200) -> Json:
    """The JSON of an answer that must have this status."""
    assert response.status_code == status, (response.status_code, response.content[:2000])
    parsed: Json = json.loads(response.content)
    return parsed


def refusal(response: HttpResponse, status: int, code: str) -> Json:
    """The problem document of a refusal, which must be a whole one."""
    problem = read(response, status)
    assert response["Content-Type"] == "application/problem+json"
    assert response["Cache-Control"] == "no-store"
    assert problem["code"] == code, problem
    assert (problem["type"], problem["status"]) == (f"urn:fondaco:error:{code}", status)
    assert {"title", "detail", "instance"} <= set(problem)
    return problem
