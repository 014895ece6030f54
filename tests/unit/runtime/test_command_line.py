"""The command line works on a machine where nothing else does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from fondaco.cli.main import app
from fondaco.config import keys

COMMANDS = (
    "up",
    "doctor",
    "migrate",
    "demo",
    "web",
    "dispatch",
    "worker",
    "sweep",
    "keys",
    "token",
    "verify-audit",
    "login",
    "logout",
    "whoami",
)


def test_help_lists_every_command_and_loads_neither_django_nor_a_driver() -> None:
    code = (
        "import sys; from fondaco.cli.main import app; app(['--help'], standalone_mode=False);"
        " print([name for name in ('django.db', 'django.conf', 'psycopg') if name in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert said.rstrip().endswith("[]")
    assert [command for command in COMMANDS if f"│ {command} " not in said] == []


def test_printed_keys_are_accepted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["keys"])
    assert result.exit_code == 0
    printed = dict(line.split("=", 1) for line in result.stdout.splitlines())
    assert sorted(printed) == ["FONDACO_HASH_KEYS", "FONDACO_MASTER_KEYS", "FONDACO_SECRET_KEY"]
    for name, value in printed.items():
        monkeypatch.setenv(name, value)
    master, hashing = keys.master_keys(tmp_path, development=False), keys.hash_keys(tmp_path, development=False)
    assert [len(key) for key in (*master.values(), *hashing.values())] == [32, 32]
    assert master != hashing
    assert keys.secret_key(tmp_path, development=False) == printed["FONDACO_SECRET_KEY"]


def test_doctor_names_what_is_wrong_and_how_to_mend_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FONDACO_HOME", str(tmp_path))
    monkeypatch.setenv("FONDACO_ENV", "production")
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none")
    for name in ("FONDACO_SECRET_KEY", "FONDACO_MASTER_KEYS", "FONDACO_HASH_KEYS"):
        monkeypatch.delenv(name, raising=False)
    result = CliRunner().invoke(app, ["doctor"])
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert f"✗ {'FONDACO_MASTER_KEYS':<22}" in result.stdout
    assert f"  {'':<22}→ `fondaco keys` prints fresh ones" in lines
    assert f"  {'':<22}→ check DATABASE_URL and that the server runs" in lines
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_setting_is_one_sentence(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "fondaco.cli", "sweep"],
        check=False,
        capture_output=True,
        text=True,
        env={"FONDACO_HOME": str(tmp_path), "FONDACO_SMTP_PORT": "many", "PYTHONPATH": ":".join(sys.path)},
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "FONDACO_SMTP_PORT='many' is not a whole number.\n"
