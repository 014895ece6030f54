"""A program at the door of the process: the same request to the shim and to Django alone."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

from django.core.wsgi import get_wsgi_application
from tests.factories.identity import Program

from fondaco.identity.hot.directory import Directory
from fondaco.identity.models import SpentAssertion
from fondaco.identity.tokens import verify_access_token
from fondaco.kit import clock
from fondaco.kit.models import RateBucket
from fondaco.surfaces.idp.shim import Shim

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Request:
    """One request, as a WSGI server hands it over. ``length`` stands for the body's own when it is not None."""

    path: str
    method: str = "POST"
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    query: str = ""
    length: str | None = None

    def environ(self) -> dict[str, Any]:
        environ: dict[str, Any] = {
            "REQUEST_METHOD": self.method,
            "PATH_INFO": self.path,
            "SCRIPT_NAME": "",
            "QUERY_STRING": self.query,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "8000",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "192.0.2.7",
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(self.body),
            "CONTENT_LENGTH": str(len(self.body)) if self.length is None else self.length,
        }
        for name, value in {"Host": "127.0.0.1:8000", "Content-Type": FORM, **self.headers}.items():
            key = name.upper().replace("-", "_")
            environ[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value
        return environ


@dataclass(frozen=True)
class Answer:
    """``by_django`` says who gave it."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes
    by_django: bool

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found

    def essence(self) -> tuple[str, list[tuple[str, str]], Any]:
        """What must be the same whoever answers: an access token is its claims, without its ``jti``.

        Nor does space between members count, nor what the answer cost. Of a page, which only Django makes, the words
        and the cookie are left out: a token against forgery is in them.
        """
        of_this_one = {"Set-Cookie", "Content-Length", "Server-Timing"}
        told = sorted(header for header in self.headers if header[0] not in of_this_one)
        if dict(self.headers).get("Content-Type") != "application/json":
            return self.status, told, None
        assert dict(self.headers)["Content-Length"] == str(len(self.body))
        members = self.json
        if "access_token" in members:
            claims = dict(verify_access_token(members["access_token"]).claims)
            assert len(claims.pop("jti")) == 32
            members["access_token"] = claims
        return self.status, told, members


class Machine:
    """Both doors of one process."""

    def __init__(self, directory: Directory | None = None) -> None:
        """Without a directory each request is answered from the tables."""
        self._asked_django = 0
        self.alone = 0  # comparisons in which the shim did without Django
        self._application = get_wsgi_application()
        self.shim = Shim(self._django, clients=Directory() if directory is None else directory)

    def ask(self, request: Request) -> Answer:
        """Through the shim."""
        return self._call(self.shim, request)

    def ask_django(self, request: Request) -> Answer:
        """Without it."""
        return self._call(self._django, request)

    def compare(self, request: Request) -> Answer:
        """The shim's answer, which is Django's own but for what is random."""
        with clock.freeze():
            expected = self.ask_django(request)
            _forget()
            found = self.ask(request)
            _forget()
            assert found.essence() == expected.essence(), request
        self.alone += not found.by_django
        return found

    def warm(self, *requests: Request) -> None:
        """Lets the shim see how Django answers."""
        for request in requests:
            assert self.ask(request).status == "200 OK"

    def _django(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self._asked_django += 1
        return self._application(environ, start_response)

    def _call(self, application: Any, request: Request) -> Answer:
        before, said = self._asked_django, []
        parts = application(request.environ(), lambda status, headers, *_error: said.append((status, headers)))
        body = b"".join(parts)
        if hasattr(parts, "close"):
            parts.close()
        ((status, headers),) = said
        return Answer(status, headers, body, self._asked_django > before)


def _forget() -> None:
    """The same failure, or the same assertion, twice must not be one too many."""
    RateBucket.objects.all().delete()
    SpentAssertion.objects.all().delete()


def ask_token(program: Program, *, basic: bool = True, **form: str) -> Request:
    """A request for an account-level token."""
    return _post(program, "oauth/token", {"grant_type": "client_credentials", **form}, basic=basic)


def ask_about(token: str, program: Program, *, basic: bool = True, **form: str) -> Request:
    """A request to look into a token."""
    return _post(program, "oauth/introspect", {"token": token, **form}, basic=basic)


def ask_keys(program: Program) -> Request:
    """A request for the key set."""
    return Request(f"/{program.account.name}/.well-known/jwks.json", "GET")


def _post(program: Program, end: str, form: dict[str, str], *, basic: bool) -> Request:
    secret = {} if basic else {"client_id": program.issued.client_id, "client_secret": program.issued.client_secret}
    headers = {"Authorization": program.basic()} if basic else {}
    return Request(f"/{program.account.name}/{end}", body=urlencode({**form, **secret}).encode(), headers=headers)
