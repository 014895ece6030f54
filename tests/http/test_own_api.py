"""The example API of the operator's own, as a process beside the running house."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.db import transaction
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer
from tests.factories.accounts import SYSTEM, actor_for, make_account, make_operator
from tests.factories.identity import Program
from tests.factories.installs import make_completed
from typer.testing import CliRunner

from fondaco.accounts.permissions import OperatorRole
from fondaco.cli.main import app
from fondaco.identity.actions import issue_credentials
from fondaco.identity.tokens import issue_access_token
from fondaco.installs.actions import cut_off
from fondaco.installs.models import Installation
from fondaco.installs.reach import Target, TargetKind

pytestmark = pytest.mark.django_db(transaction=True)
APP = Path(__file__).resolve().parents[2] / "examples" / "own_api" / "app.py"
FRESH_FOR = 1.0  # seconds instead of thirty: the bound below is the same sum


@pytest.fixture
def house(live_server: LiveServer, settings: Settings) -> str:
    settings.SITE_URL = settings.API_ROOT = settings.IDENTITY_URL = live_server.url
    return str(live_server.url)


@pytest.fixture
def installation(house: str) -> Installation:
    """A customer's: nothing about it knows of the API."""
    return make_completed(make_account("harbour"))


@pytest.fixture
def program(installation: Installation) -> Program:
    with transaction.atomic():
        return Program(installation.client, issue_credentials(actor=SYSTEM, client=installation.client))


@pytest.fixture
def asking(house: str) -> dict[str, str]:
    """What `fondaco own-api add` prints, by its words: all that an operator has to hand to the API."""
    said = run_command("add", "Opening hours", "--reason", "The opening hours of all customers")
    return dict(re.findall(r"^([\w ]+): +(\S+)$", said, re.MULTILINE))


@pytest.fixture
def own_api(house: str, asking: dict[str, str]) -> Iterator[str]:
    """Its address."""
    assert httpx.get(asking["keys"], timeout=60).status_code == 200  # the first answer takes longer than the API waits
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {
        "OWN_API_HOUSE": house,
        "OWN_API_KEYS": asking["keys"],
        "OWN_API_CLIENT_ID": asking["client id"],
        "OWN_API_CLIENT_SECRET": asking["client secret"],
        "OWN_API_INTROSPECTION": asking["introspection"],
        "OWN_API_FRESH_FOR": str(FRESH_FOR),
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


def run_command(*words: str) -> str:
    result = CliRunner().invoke(app, ["own-api", *words])
    assert result.exit_code == 0, result.output
    return result.output


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


def test_it_serves_a_customers_installation(house: str, program: Program, own_api: str) -> None:
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


def test_the_last_call_of_who_is_cut_off_is_within_the_bound(
    installation: Installation, program: Program, house: str, own_api: str
) -> None:
    token = get_token(house, program)
    assert call(own_api, token).status_code == 200

    jon = make_operator(OperatorRole.SUPPORT)
    target = Target(TargetKind.INSTALLATION, installation.app, installation=installation)
    cut_off(actor=actor_for(jon.person), by=jon, target=target, reason="It copied contacts.")
    click = last = time.monotonic()
    assert call(own_api, sign_as_before(program)).status_code == 401  # one that it has not seen: refused at once
    while (asked := time.monotonic()) < click + 60:
        answer = call(own_api, token)
        if answer.status_code != 200:
            break
        last = asked
    assert (answer.status_code, last - click < FRESH_FOR) == (401, True)
    assert answer.headers["WWW-Authenticate"].startswith('Bearer error="invalid_token"')


def test_without_credentials_that_count_it_lets_nobody_in(program: Program, house: str, own_api: str) -> None:
    assert call(own_api, get_token(house, program)).status_code == 200
    assert run_command("remove", "Opening hours", "--reason", "It moved.") == (
        "Opening hours may ask about no token any more.\n"
    )
    assert call(own_api, get_token(house, program)).status_code == 503


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
