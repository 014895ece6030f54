"""A verifier before an API: around a whole WSGI application, and before single functions."""

from __future__ import annotations

from typing import Any
from wsgiref.validate import validator

import flask
import pytest
from tests.factories.access_tokens import ACCOUNT_ID, AUDIENCE, CLIENT_ID, Mint

from fondaco.resource_server import (
    Guard,
    Issuers,
    RequireToken,
    ScopeMissing,
    SourceUnavailable,
    Token,
    TokenError,
    TokenMissing,
    Verifier,
)

MINT = Mint()


class Sources:
    """Keys and revocations at once."""

    is_there = True

    def find(self, key_id: str) -> Any:
        return MINT.key if key_id == MINT.key_id else None

    def is_active(self, token: Token) -> bool:
        if not self.is_there:
            raise SourceUnavailable
        return True


@pytest.fixture
def sources() -> Sources:
    return Sources()


@pytest.fixture
def verifier(sources: Sources) -> Verifier:
    return Verifier(audience=AUDIENCE, issuers=Issuers(f"{AUDIENCE}/{{account}}"), keys=sources, revocations=sources)


def call(app: Any, authorization: str | None = None) -> tuple[str, dict[str, str], bytes]:
    environ = {
        "REQUEST_METHOD": "GET", "PATH_INFO": "/", "SCRIPT_NAME": "", "SERVER_NAME": "x", "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.version": (1, 0), "wsgi.url_scheme": "http", "wsgi.multithread": True,
        "wsgi.multiprocess": False, "wsgi.run_once": False,
    }  # fmt: skip
    if authorization is not None:
        environ["HTTP_AUTHORIZATION"] = authorization
    told: list[Any] = []
    body = b"".join(app(environ, lambda status, headers: told.extend([status, dict(headers)])))
    return told[0], told[1], body


def hello(environ: Any, start_response: Any) -> Any:
    token: Token = environ["fondaco.token"]
    token.require("account:read")
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [token.account_id.encode()]


def test_around_an_application(verifier: Verifier, sources: Sources) -> None:
    app = RequireToken(hello, verifier, scope="contacts:read")
    assert call(app, f"Bearer {MINT.sign()}") == ("200 OK", {"Content-Type": "text/plain"}, ACCOUNT_ID.encode())
    status, headers, body = call(app)
    assert (status, headers["WWW-Authenticate"]) == ("401 Unauthorized", "Bearer")
    assert (headers["Content-Length"], headers["Content-Type"]) == (str(len(body)), "application/json")
    status, headers, _ = call(app, "Bearer nonsense")
    assert status == "401 Unauthorized"
    assert headers["WWW-Authenticate"].startswith('Bearer error="invalid_token"')
    for scope, missing in (("account:read", "contacts:read"), ("contacts:read", "account:read")):
        status, headers, _ = call(app, f"Bearer {MINT.sign(scope=scope)}")
        assert status == "403 Forbidden"
        assert headers["WWW-Authenticate"].endswith(f'scope="{missing}"')
    sources.is_there = False
    status, headers, _ = call(app, f"Bearer {MINT.sign()}")
    assert (status, headers["Retry-After"]) == ("503 Service Unavailable", "5")


def test_the_answers_keep_to_wsgi(verifier: Verifier) -> None:
    app = flask.Flask(__name__)
    app.wsgi_app = validator(RequireToken(validator(app.wsgi_app), verifier))  # type: ignore[method-assign]
    app.add_url_rule("/", view_func=lambda: {"client": flask.request.environ["fondaco.token"].client_id})
    browser = app.test_client()
    with browser.get("/", headers={"Authorization": f"Bearer {MINT.sign()}"}) as answer:
        assert answer.json == {"client": CLIENT_ID}
    with browser.get("/") as answer:
        assert (answer.status_code, answer.json["error"]) == (401, "unauthorized")


def test_before_a_function(verifier: Verifier) -> None:
    header: str | None = f"Bearer {MINT.sign()}"
    guard = Guard(verifier, header=lambda: header)

    @guard("contacts:read", "account:read")
    def add(token: Token, one: int, *, other: int) -> tuple[str, int]:
        return token.client_id, one + other

    assert add(1, other=2) == (CLIENT_ID, 3)
    assert add.__name__ == "add"
    header = f"Bearer {MINT.sign(scope='contacts:read')}"
    with pytest.raises(ScopeMissing, match="account:read"):
        add(1, other=2)
    header = None
    with pytest.raises(TokenMissing) as refusal:
        add(1, other=2)
    assert isinstance(refusal.value, TokenError)
