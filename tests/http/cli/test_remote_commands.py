"""``fondaco login``, ``whoami`` and ``logout`` against the house over real HTTP."""

from __future__ import annotations

import stat
import tomllib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.test import Client
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer
from tests.factories.accounts import actor_for, make_user
from typer.testing import CliRunner, Result

from fondaco.accounts.models import User
from fondaco.cli import credentials, remote
from fondaco.cli.main import app
from fondaco.identity.actions import create_personal_token
from fondaco.identity.models import DeviceAuthorization, PersonalAccessToken
from fondaco.kit import clock

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def config(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    return tmp_path / "fondaco" / "credentials.toml"


@pytest.fixture
def house(live_server: LiveServer, settings: Settings) -> str:
    settings.SITE_URL = live_server.url
    return str(live_server.url)


def run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


class Pauses:
    """Stands for sleeping: time passes, and a person does something meanwhile."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *doings: Callable[[], object]) -> None:
        self.lengths: list[float] = []
        self.doings = list(doings)
        monkeypatch.setattr(remote.time, "sleep", self)

    def __call__(self, seconds: float) -> None:
        self.lengths.append(seconds)
        if self.doings:
            self.doings.pop(0)()
        DeviceAuthorization.objects.filter(asked_at__isnull=False).update(
            asked_at=clock.now() - timedelta(seconds=seconds)
        )


def decide(user: User, decision: str, house: str) -> Callable[[], object]:
    """The person opens the page with their browser and types the code, which only the terminal shows."""
    browser = Client()
    browser.force_login(user.person)

    def do() -> None:
        page = browser.post("/device", {"user_code": CODES[-1]})
        assert page.status_code == 200
        answer = browser.post("/device", {"user_code": CODES[-1], "decision": decision})
        assert answer.status_code == 302

    return do


CODES: list[str] = []


@pytest.fixture(autouse=True)
def _read_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the terminal shows: the command prints it before it waits."""
    CODES.clear()
    send = remote._send

    def listen(method: str, url: str, **more: Any) -> tuple[int, dict[str, Any]]:
        answer = send(method, url, **more)
        if url.endswith("/device/code") and answer[0] == 200:
            CODES.append(answer[1]["user_code"])
        return answer

    monkeypatch.setattr(remote, "_send", listen)


def test_sign_in_who_am_i_sign_out(house: str, config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    user = make_user()
    pauses = Pauses(monkeypatch, lambda: None, decide(user, "approve", house))
    done = run("login", "--url", f"{house}/")
    assert done.exit_code == 0, done.output
    assert pauses.lengths == [5, 5]
    assert f"Open {house}/device in a browser and type this code:\n\n    {CODES[0]}\n" in done.stdout
    assert f"{house}/device?user_code={CODES[0]}" in done.stdout
    assert done.stdout.endswith(f"Signed in to {house} as Ada Adler. The token is in {config}.\n")
    row = PersonalAccessToken.objects.get()
    kept = tomllib.loads(config.read_text())
    token = kept["houses"][house]["token"]
    assert kept["current"] == house
    assert token.startswith(row.hint)
    assert token not in done.output
    assert stat.S_IMODE(config.stat().st_mode) == 0o600
    assert stat.S_IMODE(config.parent.stat().st_mode) == 0o700
    assert (row.name, row.person) == (remote.socket.gethostname()[:60], user.person)

    done = run("whoami")
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert lines[0] == f"Ada Adler <{user.person.email}> at {house}"
    assert lines[1].startswith(f"  account {user.account.company_name}: apps.install, ")
    assert lines[2] == f"Token {row.name} ({row.hint}…) ends {row.expires_at:%Y-%m-%d}."

    done = run("logout")
    assert (done.exit_code, done.stdout) == (0, f"Signed out of {house}. The token is revoked.\n")
    row.refresh_from_db()
    assert row.revoked_at is not None
    assert "token" not in config.read_text().split("\n", 1)[1]
    done = run("whoami")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "signed in to no house" in done.stderr


def test_refused_in_the_browser(house: str, config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Pauses(monkeypatch, decide(make_user(), "deny", house))
    done = run("login", "--url", house)
    assert done.exit_code == 1
    assert done.stderr == "The request was refused in the browser. Nothing was kept.\n"
    assert not config.exists()
    assert not PersonalAccessToken.objects.exists()


def test_nobody_types_the_code(house: str, config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Pauses(monkeypatch, lambda: DeviceAuthorization.objects.update(expires_at=clock.now()))
    done = run("login", "--url", house)
    assert (done.exit_code, done.stderr) == (
        1,
        "Nobody typed the code in time. Nothing was kept; run `fondaco login` again.\n",
    )
    assert not config.exists()


def test_only_what_is_asked_for(house: str, monkeypatch: pytest.MonkeyPatch) -> None:
    user = make_user()
    Pauses(monkeypatch, decide(user, "approve", house))
    assert run("login", "--url", house, "--scope", "people.view", "--scope", "apps.view").exit_code == 0
    assert PersonalAccessToken.objects.get().scopes == ["apps.view", "people.view"]
    assert f"account {user.account.company_name}: apps.view, people.view" in run("whoami").stdout
    done = run("login", "--url", house, "--scope", "everything")
    assert done.exit_code == 1
    assert "everything is no permission" in done.stderr


def test_slowing_down_when_told(house: str, monkeypatch: pytest.MonkeyPatch) -> None:
    lengths: list[float] = []
    decision = decide(make_user(), "approve", house)

    def pause(seconds: float) -> None:
        lengths.append(seconds)
        if len(lengths) == 2:  # as if it had asked a moment ago
            DeviceAuthorization.objects.update(asked_at=clock.now() + timedelta(seconds=1))
        else:
            DeviceAuthorization.objects.update(asked_at=clock.now() - timedelta(minutes=1))
        if len(lengths) == 3:
            decision()

    monkeypatch.setattr(remote.time, "sleep", pause)
    assert run("login", "--url", house).exit_code == 0
    assert lengths == [5, 5, 10]


def test_a_house_that_is_away_for_a_moment_is_asked_again(house: str, monkeypatch: pytest.MonkeyPatch) -> None:
    request, failures = httpx.request, [httpx.ConnectError("away")]

    def flaky(method: str, url: str, **more: Any) -> httpx.Response:
        if url.endswith("/device/token") and failures:
            raise failures.pop()
        return request(method, url, **more)

    monkeypatch.setattr(httpx, "request", flaky)
    pauses = Pauses(monkeypatch, lambda: None, decide(make_user(), "approve", house))
    assert run("login", "--url", house).exit_code == 0
    assert (pauses.lengths, failures) == ([5, 5], [])


def test_a_token_that_cannot_be_kept_is_revoked(house: str, config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config.parent.mkdir(mode=0o700)
    config.write_text("this is = not toml at all [")
    config.chmod(0o600)
    Pauses(monkeypatch, decide(make_user(), "approve", house))
    done = run("login", "--url", house)
    assert done.exit_code == 1
    assert "The token could not be kept and was revoked" in done.stderr
    assert PersonalAccessToken.objects.get().revoked_at is not None
    assert config.read_text() == "this is = not toml at all ["


def test_a_dead_token_is_said_and_forgotten(house: str, config: Path) -> None:
    credentials.keep(house, "fdp_old")
    done = run("whoami")
    assert done.exit_code == 1
    assert "is over or was revoked" in done.stderr
    assert run("logout").stdout == f"Signed out of {house}. The token was over.\n"


def test_several_houses(house: str) -> None:
    user = make_user()
    _, plain = create_personal_token(actor=actor_for(user.person), person=user.person, name="here")
    credentials.keep("https://elsewhere.example.com", "fdp_elsewhere")
    credentials.keep(house, plain)
    assert "Ada Adler" in run("whoami").stdout
    assert run("logout", "--url", house).exit_code == 0
    assert credentials.read().current == "https://elsewhere.example.com"
