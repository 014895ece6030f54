"""The example API of the operator's own, as a process beside the running house."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from django.db import connection, transaction
from django.urls import Resolver404, resolve
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer
from tests.factories.accounts import SYSTEM, make_account
from tests.factories.identity import Program, make_program

from fondaco.catalog.scopes import SCOPES
from fondaco.identity.actions import revoke_client
from fondaco.identity.errors import TokenRefused
from fondaco.identity.tokens import issue_access_token, verify_access_token

pytestmark = pytest.mark.django_db(transaction=True)
APP = Path(__file__).resolve().parents[2] / "examples" / "own_api" / "app.py"
INTROSPECT = "tokens:introspect"


@pytest.fixture
def house(live_server: LiveServer, settings: Settings) -> str:
    settings.SITE_URL = settings.API_ROOT = settings.IDENTITY_URL = live_server.url
    return str(live_server.url)


@pytest.fixture
def program(house: str) -> Program:
    return make_program(make_account("harbour"))


class Introspector(BaseHTTPRequestHandler):
    """The house's own word over HTTP, for a house that does not serve it itself."""

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        try:
            verify_access_token(form["token"][0])
            content = b'{"active": true}'
        except TokenRefused:
            content = b'{"active": false}'
        finally:
            connection.close()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *words: object) -> None:
        pass


@pytest.fixture
def introspection(house: str) -> Iterator[str]:
    """Where the API asks: the house, or a small server that speaks for it."""
    try:
        resolve("/harbour/oauth/introspect")
    except Resolver404:
        server = ThreadingHTTPServer(("127.0.0.1", 0), Introspector)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()
        server.server_close()
    else:
        yield "{issuer}/oauth/introspect"


@pytest.fixture
def own_api(house: str, program: Program, introspection: str) -> Iterator[str]:
    """Its address; it asks with a client of the account that it has for itself."""
    asking = make_program(program.account, name="Own API", scopes=[INTROSPECT] if INTROSPECT in SCOPES else [])
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {
        "OWN_API_HOUSE": house,
        "OWN_API_KEYS": f"{house}/harbour/.well-known/jwks.json",
        "OWN_API_CLIENT_ID": asking.issued.client_id,
        "OWN_API_CLIENT_SECRET": asking.issued.client_secret,
        "OWN_API_INTROSPECTION": introspection,
    }
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("OWN_API_", "DATABASE_"))}
    path = str(APP.parents[2] / "src")
    process = subprocess.Popen(
        [sys.executable, str(APP), "--port", str(port)],
        env=clean | settings | {"PYTHONPATH": path},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    wait_for(url)
    yield url
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=30)


def wait_for(url: str) -> None:
    give_up = time.monotonic() + 60
    while time.monotonic() < give_up:
        try:
            if httpx.get(f"{url}/health").status_code == 200:
                return
        except httpx.TransportError:
            continue
    pytest.fail("the example API did not become ready")


def get_token(house: str, program: Program, **form: str) -> str:
    """As a partner's program gets one."""
    answer = httpx.post(
        f"{house}/{program.account.name}/oauth/token",
        data={"grant_type": "client_credentials", **form},
        auth=(program.issued.client_id, program.issued.client_secret),
    )
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])


def call(own_api: str, token: str = "", method: str = "GET", **more: Any) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return httpx.request(method, f"{own_api}/opening-hours", headers=headers, timeout=30, **more)


def test_it_serves_programs_of_the_house_and_soon_no_longer_who_was_cut_off(
    house: str, program: Program, own_api: str
) -> None:
    token = get_token(house, program)
    answer = call(own_api, token)
    assert (answer.status_code, answer.json()) == (
        200,
        {
            "account_id": program.account.pk,
            "asked_by": program.issued.client_id,
            "for_user": None,
            "hours": ["Mon-Fri 9-17"],
        },
    )
    assert call(own_api, token, "PUT", json=["Sat 10-12"]).json()["hours"] == ["Sat 10-12"]
    assert call(own_api, token, "PUT", content=b"{").status_code == 400

    refuses_what_is_not_good(house, program, own_api)

    with transaction.atomic():
        revoke_client(actor=SYSTEM, client=program.client)
    # Its answer to this very token may be thirty seconds old; one that it has not seen yet is refused at once.
    assert call(own_api, sign_as_before(program)).status_code == 401


def refuses_what_is_not_good(house: str, program: Program, own_api: str) -> None:
    answer = call(own_api)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    token = get_token(house, program)
    head, payload, signature = token.split(".")
    for bad in ("nonsense", f"{head}.{payload}.", f"{head}.{payload}.{'A' * len(signature)}", token[:-2]):
        answer = call(own_api, bad)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith('Bearer error="invalid_token"')
    answer = call(own_api, get_token(house, program, scope="account:read"), "PUT", json=[])
    assert answer.status_code == 403
    assert answer.headers["WWW-Authenticate"].endswith('scope="apps:write"')
    assert json.loads(answer.text)["error"] == "insufficient_scope"


def sign_as_before(program: Program) -> str:
    """A token with a good signature, as the program may still hold several that this API has not seen."""
    return issue_access_token(credentials=program.issued.set, scope="account:read")


def test_tokens_of_another_house_are_strangers(house: str, program: Program, own_api: str, settings: Settings) -> None:
    for name in ("API_ROOT", "IDENTITY_URL"):
        before = getattr(settings, name)
        setattr(settings, name, "https://elsewhere.example.com")
        token = sign_as_before(program)
        setattr(settings, name, before)
        assert call(own_api, token).status_code == 401
