"""Talking to a house: one request at a time, with answers of ours or a refusal that says why."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Final, Self

import httpx

_TRIES: Final = 3
_PAUSE: Final = 0.5  # seconds, doubled for each further try
_LONGEST_WAIT: Final = 30
_AWAY: Final = frozenset({502, 503, 504})
_TOO_OFTEN: Final = 429
_OVER: Final = 401
_GONE: Final = 404
_LEAST_REFUSAL: Final = 400


class Refused(Exception):
    """The house said no. ``code`` is stable, ``fields`` names single fields, ``http`` the status, 0 for none."""

    def __init__(
        self, message: str, *, http: int = 0, code: str = "", fields: Mapping[str, list[str]] | None = None
    ) -> None:
        super().__init__(message)
        self.http, self.code, self.fields = http, code, dict(fields or {})


@dataclass(frozen=True)
class Program:
    """A client of the portal, which gets tokens for itself (RFC 6749 §4.4)."""

    token_url: str
    client_id: str
    client_secret: str = field(repr=False)

    def get_token(self) -> str:
        """A fresh access token with all that the client may do."""
        form = {"grant_type": "client_credentials"}
        try:
            response = httpx.post(self.token_url, data=form, auth=(self.client_id, self.client_secret), timeout=60)
            answer: Any = response.json()
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as problem:
            raise Refused(f"{self.token_url} did not answer as a token address does: {problem}") from problem
        if response.status_code >= _LEAST_REFUSAL or not isinstance(answer, dict) or "access_token" not in answer:
            error = answer.get("error", response.status_code) if isinstance(answer, dict) else response.status_code
            raise Refused(f"{self.token_url} gave the client {self.client_id} no token: {error}.", code="no-token")
        return str(answer["access_token"])


@dataclass
class Connection:
    """A house and a token for it.

    What only reads, and what carries an idempotency key, is asked again when the house is away for a moment. Anything
    else is not: whoever began it reads how things stand before going on.
    """

    house: str
    token: str = field(repr=False)
    program: Program | None = None  # whose token this is, when it is not a person's
    _client: httpx.Client = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._client = httpx.Client(base_url=self.house, headers={"User-Agent": "fondaco-cli"}, timeout=60)
        self._use(self.token)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def get(self, path: str, **query: str) -> dict[str, Any]:
        """What is at ``path`` under ``/api/v1``."""
        return self._read(self._send("GET", path, params=query, is_safe=True))

    def items(self, path: str, **query: str) -> Iterator[dict[str, Any]]:
        """Every item of a list, page by page."""
        cursor: str | None = ""
        while cursor is not None:
            page = self.get(path, **query, **({"cursor": cursor} if cursor else {}))
            yield from page["items"]
            cursor = page["next_cursor"]

    def post(self, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Does something once, however often it has to be asked."""
        key = secrets.token_urlsafe(16)
        return self._read(self._send("POST", path, body=body or {}, key=key, is_safe=True))

    def put(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Saves ``body``."""
        return self._read(self._send("PUT", path, body=body))

    def delete(self, path: str) -> None:
        """Removes what is at ``path``; when it is gone already, that is as good."""
        response = self._send("DELETE", path)
        if response.status_code != _GONE:
            self._read(response)

    def fetch(self, path: str) -> bytes:
        """A file of the house, outside the API."""
        if not path.startswith("/") or path.startswith("//"):
            raise Refused(f"{path[:100]} is no file of {self.house}.")
        response = self._ask("GET", path, {}, is_safe=True)
        if response.status_code >= _LEAST_REFUSAL:
            raise Refused(f"{self.house}{path} answered {response.status_code}.", http=response.status_code)
        return response.content

    def _use(self, token: str) -> None:
        self._client.headers["Authorization"] = f"Bearer {token}"

    def _send(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        key: str = "",
        is_safe: bool = False,
    ) -> httpx.Response:
        more: dict[str, Any] = {"params": params} if params else {}
        if body is not None:
            more["json"] = body
        if key:
            more["headers"] = {"Idempotency-Key": key}
        return self._ask(method, f"/api/v1{path}", more, is_safe=is_safe)

    def _ask(self, method: str, path: str, more: Mapping[str, Any], *, is_safe: bool) -> httpx.Response:
        for tries_left in reversed(range(_TRIES)):
            pause = _PAUSE * 2 ** (_TRIES - 1 - tries_left)
            try:
                response = self._client.request(method, path, **more)
            except httpx.HTTPError as problem:
                if not is_safe or not tries_left:
                    raise Refused(_lost(self.house, method, problem), code="no-answer") from problem
            else:
                if response.status_code == _OVER and self.program and tries_left:
                    self._use(self.program.get_token())  # its tokens live ten minutes
                    continue
                if response.status_code == _TOO_OFTEN and tries_left:
                    pause = min(float(response.headers.get("Retry-After", "1")), _LONGEST_WAIT)
                elif response.status_code not in _AWAY or not is_safe or not tries_left:
                    return response
            time.sleep(pause)
        raise AssertionError("the last try returned or raised")

    def _read(self, response: httpx.Response) -> dict[str, Any]:
        try:
            answer: Any = response.json() if response.content else {}
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise Refused(
                f"{self.house} did not answer as a house does (status {response.status_code}).",
                http=response.status_code,
                code="no-house",
            )
        if response.status_code < _LEAST_REFUSAL:
            return answer
        message = str(answer.get("detail") or f"{self.house} answered {response.status_code}.")
        raise Refused(
            message,
            http=response.status_code,
            code=str(answer.get("code", "")),
            fields=answer.get("errors") or {},
        )


def _lost(house: str, method: str, problem: httpx.HTTPError) -> str:
    reason = str(problem) or type(problem).__name__
    if method == "GET":
        return f"{house} did not answer: {reason}"
    return f"{house} did not answer ({reason}), so it is not known whether this was saved. Run the command again."
