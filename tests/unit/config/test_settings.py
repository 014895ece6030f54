"""Settings that cannot be understood stop the process with a sentence which names them."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Final

import pytest

from fondaco.config import addresses, environment
from fondaco.runtime import diagnosis

_SHOW: Final = (
    "from fondaco.config import settings as s; "
    "print(s.IDENTITY_STYLE, s.SIGNATURE_PUBLIC_KEY_FORM, *s.ALLOWED_HOSTS, getattr(s, 'SESSION_COOKIE_DOMAIN', None))"
)


def read_settings(**variables: str) -> subprocess.CompletedProcess[str]:
    """What a process reads that is started with these variables; settings are read once."""
    rest = {name: value for name, value in os.environ.items() if not name.startswith("FONDACO_IDENTITY")}
    environ = {**rest, "PYTHONPATH": "src", "FONDACO_SITE_URL": "https://apps.example.org", **variables}
    return subprocess.run([sys.executable, "-c", _SHOW], env=environ, capture_output=True, text=True, check=False)


def test_a_choice_is_the_first_when_nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FONDACO_X", raising=False)
    assert environment.choice("FONDACO_X", ("path", "host")) == "path"
    monkeypatch.setenv("FONDACO_X", "")
    assert environment.choice("FONDACO_X", ("path", "host")) == "path"
    monkeypatch.setenv("FONDACO_X", "host")
    assert environment.choice("FONDACO_X", ("path", "host")) == "host"


@pytest.mark.parametrize("value", ["hosts", "Host", " host", "path,host"])
def test_a_word_that_is_not_accepted_stops_the_process(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("FONDACO_X", value)
    with pytest.raises(environment.BadSetting) as refused:
        environment.choice("FONDACO_X", ("path", "host"))
    assert str(refused.value) == f"FONDACO_X={value!r} is not known. Use path or host."


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"FONDACO_IDENTITY_STYLE": "hosts"}, "FONDACO_IDENTITY_STYLE='hosts' is not known. Use path or host."),
        (
            {"FONDACO_SIGNATURE_PUBLIC_KEY_FORM": "der"},
            "FONDACO_SIGNATURE_PUBLIC_KEY_FORM='der' is not known. Use spki or raw.",
        ),
    ],
)
def test_a_typing_mistake_does_not_pass_for_the_default(variables: dict[str, str], sentence: str) -> None:
    done = read_settings(**variables)
    assert (done.returncode, done.stdout, done.stderr.strip()) == (1, "", sentence)


def test_the_cookie_stays_with_the_site_in_host_style_too() -> None:
    done = read_settings(FONDACO_IDENTITY_STYLE="host", FONDACO_IDENTITY_URL="https://id.example.org:8443")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split() == [
        *("host", "spki", "apps.example.org", "127.0.0.1", "localhost", "[::1]", ".id.example.org", "None")
    ]


@pytest.mark.parametrize("url", ["https://id.example.org", "http://id.localhost:8330", "https://id.example.org/"])
def test_a_host_name_has_room_for_accounts(url: str) -> None:
    assert addresses.host_below(url) in {"id.example.org", "id.localhost"}


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8000", "http://[::1]:8000", "https://id.example.org/accounts", "id.example.org", ""]
)
def test_an_address_without_room_for_accounts_stops_the_process(url: str) -> None:
    with pytest.raises(environment.BadSetting) as refused:
        addresses.host_below(url)
    assert str(refused.value) == (
        "FONDACO_IDENTITY_STYLE=host puts each account's name before the host of FONDACO_IDENTITY_URL, and"
        f" {url!r} has no room for that. Use a host name without a path, like https://id.example.com."
    )


def test_a_house_in_host_style_needs_such_an_address() -> None:
    done = read_settings(FONDACO_IDENTITY_STYLE="host", FONDACO_IDENTITY_URL="http://127.0.0.1:8000")
    assert (done.returncode, done.stdout) == (1, "")
    assert "'http://127.0.0.1:8000' has no room for that" in done.stderr


@pytest.mark.parametrize(
    ("style", "found"),
    [("path", "https://id.example.org/{account}"), ("host", "each account's below id.example.org")],
)
def test_the_doctor_says_where_issuers_are(monkeypatch: pytest.MonkeyPatch, style: str, found: str) -> None:
    monkeypatch.setenv("FONDACO_IDENTITY_STYLE", style)
    monkeypatch.setenv("FONDACO_IDENTITY_URL", "https://id.example.org/")
    assert list(diagnosis.look_at_addresses()) == [diagnosis.Finding("issuers", "ok", found)]


def test_the_doctor_finds_the_typing_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FONDACO_IDENTITY_STYLE", "hosts")
    monkeypatch.setattr(diagnosis, "LOOKS", (diagnosis.look_at_addresses,))
    sentence = "FONDACO_IDENTITY_STYLE='hosts' is not known. Use path or host."
    assert diagnosis.examine() == [diagnosis.Finding("setting", "bad", sentence, "correct the variable")]
