"""The file that ``fondaco login`` keeps tokens in, and the addresses that they are sent to."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from fondaco.cli import credentials, remote
from fondaco.cli.main import app


@pytest.fixture(autouse=True)
def config(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    return tmp_path / "fondaco" / "credentials.toml"


def run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def test_what_was_kept_is_read_back_and_forgotten_alone() -> None:
    assert credentials.read() == credentials.Credentials()
    credentials.keep("https://one.example.com", "fdp_one")
    credentials.keep("https://two.example.com:8443/x", 'fdp_"two"')
    assert credentials.read().tokens == {
        "https://one.example.com": "fdp_one", "https://two.example.com:8443/x": 'fdp_"two"',
    }  # fmt: skip
    credentials.forget("https://two.example.com:8443/x")
    assert credentials.read() == credentials.Credentials(
        "https://one.example.com", {"https://one.example.com": "fdp_one"}
    )
    credentials.forget("https://nowhere.example.com")
    credentials.forget("https://one.example.com")
    assert credentials.read() == credentials.Credentials()


def test_many_at_once_lose_nothing() -> None:
    urls = [f"https://h{number}.example.com" for number in range(12)]
    threads = [threading.Thread(target=credentials.keep, args=(url, f"fdp_{url[-15:]}")) for url in urls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(credentials.read().tokens) == sorted(urls)


@pytest.mark.parametrize("text", ["houses = 7", 'houses = ["a"]', "[houses]\na = 1", "[", "\udcff"])
def test_a_file_that_is_not_ours_is_said_and_left_alone(config: Path, text: str) -> None:
    config.parent.mkdir()
    config.write_bytes(text.encode(errors="surrogateescape"))
    config.chmod(0o600)
    done = run("whoami")
    assert done.exit_code == 1
    assert str(config) in done.stderr
    assert config.read_bytes() == text.encode(errors="surrogateescape")


def test_a_house_that_is_away_keeps_the_token(config: Path) -> None:
    credentials.keep("http://127.0.0.1:9", "fdp_kept")
    done = run("logout")
    assert done.exit_code == 1
    assert "It was kept" in done.stderr
    assert credentials.read().tokens == {"http://127.0.0.1:9": "fdp_kept"}


@pytest.mark.parametrize(
    "url",
    [
        "http://apps.example.com", "ftp://127.0.0.1", "apps.example.com", "https://", "https://a@b.example.com",
        "https://b.example.com/?x=1", "file:///etc/passwd", "javascript:alert(1)",
    ],
)  # fmt: skip
def test_a_token_is_sent_to_no_open_address(url: str) -> None:
    for command in ("login", "logout", "whoami"):
        done = run(command, "--url", url)
        assert done.exit_code == 1
        assert "is no address to send a token to" in done.stderr


def test_a_file_that_others_can_read_is_not_used(config: Path) -> None:
    credentials.keep("http://127.0.0.1:9", "fdp_seen")
    config.chmod(0o644)
    done = run("whoami")
    assert done.exit_code == 1
    assert re.fullmatch(r"Others can read .*credentials\.toml\. .*chmod 600 .*\n", done.stderr)


def test_without_a_config_folder_it_is_the_usual_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for value in ("", "relative/path"):
        monkeypatch.setenv("XDG_CONFIG_HOME", value)
        assert credentials.file() == tmp_path / ".config" / "fondaco" / "credentials.toml"


def test_nothing_that_a_terminal_would_obey_is_printed() -> None:
    assert remote._line("a\x1b[31mb\x07\u202ec\n") == "a[31mbc"


def test_neither_django_nor_a_driver_is_loaded(tmp_path: Path) -> None:
    code = (
        "import sys, typer\nfrom fondaco.cli.main import app\n"
        "try:\n    app(['login', '--url', 'http://127.0.0.1:9'], standalone_mode=False)\n"
        "except typer.Exit:\n    pass\n"
        "print([name for name in ('django.conf', 'django.db', 'psycopg') if name in sys.modules])"
    )
    environment = {**os.environ, "DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none"}
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, env=environment, cwd=tmp_path
    )
    assert done.stdout == "[]\n"
    assert "did not answer as a house does" in done.stderr
