"""The page "Get a token": every command on it is run as it stands there, by a shell, against the served house."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.factories.identity import CALLBACK, SCOPES, Program, make_program, make_public_program
from tests.http.interop.conftest import Issuer
from tests.http.interop.person import PATIENCE, Person

from fondaco.identity.models import RevokedToken

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = (Path(__file__).resolve().parents[3] / "docs" / "guide" / "tokens.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
COMMANDS = [text for language, text in BLOCKS if language == "sh"]


class Shell:
    """A developer's shell: what was exported, and what each command printed."""

    def __init__(self, issuer: Issuer, program: Program, folder: Path) -> None:
        self.folder = folder
        self.variables = {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "NO_PROXY": "*",
            "ISSUER": issuer.url,
            "API": issuer.url.removesuffix("/acme"),
            "CLIENT_ID": program.issued.client_id,
            "CLIENT_SECRET": program.issued.client_secret,
            "REDIRECT_URI": CALLBACK,
            "STATE": "s-1",
        }
        self.ran: list[str] = []

    def run(self, mark: str, *, number: int = 0, after: str = "") -> str:
        """Runs a command of the page that contains ``mark``; returns what it prints."""
        command = [each for each in COMMANDS if mark in each][number]
        self.ran.append(command)
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", command + after],
            cwd=self.folder, env=self.variables, capture_output=True, text=True, timeout=PATIENCE, check=True,
        )  # fmt: skip
        return done.stdout

    def ask(self, mark: str, *, number: int = 0) -> dict[str, Any]:
        return dict(json.loads(self.run(mark, number=number)))

    def begin_sign_in(self, person: Person) -> None:
        """Puts verifier and code into the shell."""
        address, self.variables["VERIFIER"] = self.run("CHALLENGE=", after='\necho "$VERIFIER"').split()
        back = parse_qs(urlsplit(person.go(address, to=CALLBACK)).query)
        assert (back["state"], back["iss"]) == (["s-1"], [self.variables["ISSUER"]])
        self.variables["CODE"] = back["code"][0]


@pytest.fixture
def shell(issuer: Issuer, program: Program, tmp_path: Path) -> Shell:
    return Shell(issuer, program, tmp_path)


def test_tokens_for_the_account(shell: Shell) -> None:
    found = shell.ask("openid-configuration")
    assert found["token_endpoint"] == f"{shell.variables['ISSUER']}/oauth/token"
    answer = shell.ask("--user", number=0)
    assert (answer["expires_in"], answer["scope"]) == (600, " ".join(SCOPES))
    assert set(answer) == {"access_token", "token_type", "expires_in", "scope"}
    assert shell.ask("scope=account:read")["scope"] == "account:read"
    assert shell.ask("client_secret=")["expires_in"] == 600
    shell.variables["TOKEN"] = answer["access_token"]
    assert shell.ask("$API/account")["name"] == "acme"
    assert shell.ask("/oauth/revoke") == {}
    assert RevokedToken.objects.count() == 1
    assert shell.ask("$API/account")["code"] == "401-token-refused"


@pytest.mark.parametrize("algorithm", ["ES256", "ES512", "PS256"])
def test_a_key_instead_of_the_secret(issuer: Issuer, tmp_path: Path, algorithm: str) -> None:
    program = make_program(issuer.account, algorithm=algorithm)
    shell = Shell(issuer, program, tmp_path)
    script = next(text for language, text in BLOCKS if language == "python" and "PRIVATE_KEY" in text)
    (tmp_path / "assertion.py").write_text(script)
    shell.variables |= {"PRIVATE_KEY": program.issued.private_key, "KEY_ID": program.issued.key_id}
    if algorithm != "ES256":
        shell.variables["KEY_ALGORITHM"] = algorithm
    for _ in range(2):
        assert shell.ask("client_assertion=")["expires_in"] == 600


def test_a_person_signs_in_and_the_program_goes_on(shell: Shell, person: Person) -> None:
    shell.begin_sign_in(person)
    tokens = shell.ask("grant_type=authorization_code", number=0)
    documented = next(text for language, text in BLOCKS if language == "json" and "id_token" in text)
    assert set(tokens) == set(json.loads(documented))
    shell.variables |= {"TOKEN": tokens["access_token"], "REFRESH_TOKEN": tokens["refresh_token"]}
    assert shell.ask("/users/me")["email"] == person.user.person.email
    renewed = shell.ask("grant_type=refresh_token")
    assert renewed["sid"] == tokens["sid"]
    assert shell.ask("grant_type=refresh_token")["error"] == "invalid_grant"
    assert shell.ask("/users/me")["code"] == "401-token-refused"


def test_a_public_client(issuer: Issuer, person: Person, tmp_path: Path) -> None:
    shell = Shell(issuer, make_public_program(issuer.account), tmp_path)
    del shell.variables["CLIENT_SECRET"]
    shell.begin_sign_in(person)
    assert shell.ask("grant_type=authorization_code", number=1)["expires_in"] == 600


def test_asking_about_a_token(shell: Shell) -> None:
    shell.variables["TOKEN"] = shell.ask("--user", number=0)["access_token"]
    answer = shell.ask("/oauth/introspect")
    assert (answer["active"], answer["client_id"]) == (True, shell.variables["CLIENT_ID"])
    shell.variables["TOKEN"] = "nonsense"
    assert shell.ask("/oauth/introspect") == {"active": False}


def test_every_command_of_the_page_is_run_by_one_of_these() -> None:
    source = Path(__file__).read_text(encoding="utf-8")
    marks = set(re.findall(r'(?:ask|run)\("([^"]+)"', source))
    assert [command for command in COMMANDS if not any(mark in command for mark in marks)] == []
    assert len(COMMANDS) == 13
