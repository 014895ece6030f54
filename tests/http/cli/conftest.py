"""A house over real HTTP, a partner's developer with a token in the environment, and a folder with an app as code."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer
from tests.factories.accounts import actor_for
from tests.factories.partners import make_member
from typer.testing import CliRunner, Result

from fondaco.catalog.categories import ensure_defaults
from fondaco.cli.main import app
from fondaco.identity.actions import create_personal_token
from fondaco.partners.models import Member, MemberRole

EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "hello_partner"


@dataclass
class Project:
    """A folder with a ``fondaco.toml``, and the commands that are run in it."""

    folder: Path
    member: Member
    house: str

    @property
    def file(self) -> Path:
        return self.folder / "fondaco.toml"

    def run(self, *words: str) -> Result:
        return CliRunner().invoke(app, ["app", *words, "--folder", str(self.folder)])

    def ask(self, *words: str) -> tuple[int, Any]:
        """Exit status and JSON of a command."""
        done = self.run(*words, "--json")
        assert done.stdout, done.output
        return done.exit_code, json.loads(done.stdout)

    def edit(self, *pairs: tuple[str, str]) -> None:
        """Replaces text in the file; each must be there once."""
        text = self.file.read_text()
        for old, new in pairs:
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        self.file.write_text(text)


@pytest.fixture
def house(live_server: LiveServer, settings: Settings) -> str:
    settings.SITE_URL = live_server.url
    return str(live_server.url)


@pytest.fixture
def make_project(
    house: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> Callable[..., Project]:
    """The example partner's folder, and a token of a developer (or of another role) in the environment."""
    settings.MEDIA_ROOT = tmp_path / "media"
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("HELLO_REVIEWER_LOGIN", "review@hello-partner.example / open sesame")

    def make(role: MemberRole = MemberRole.DEVELOPER, member: Member | None = None) -> Project:
        ensure_defaults()
        member = member or make_member(role=role)
        _, plain = create_personal_token(actor=actor_for(member.person), person=member.person, name="CI")
        monkeypatch.setenv("FONDACO_URL", house)
        monkeypatch.setenv("FONDACO_TOKEN", plain)
        folder = tmp_path / "hello_partner"
        if not folder.exists():
            shutil.copytree(EXAMPLE / "listing", folder / "listing")
            shutil.copy(EXAMPLE / "fondaco.toml", folder)
        return Project(folder, member, house)

    return make


@pytest.fixture
def project(make_project: Callable[..., Project]) -> Project:
    return make_project()
