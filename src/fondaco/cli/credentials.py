"""Where ``fondaco login`` keeps tokens: a small file that only its owner can read, one token for each house."""

from __future__ import annotations

import fcntl
import json
import os
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_HEAD = "# Access tokens of `fondaco login`. Whoever reads this file can act as you: keep it to yourself.\n"


class CredentialsUnreadable(Exception):
    """The file is not ours, or others can read it; the message says what to do."""


@dataclass
class Credentials:
    """``current`` is the house that was signed in to last; ``tokens`` by address."""

    current: str = ""
    tokens: dict[str, str] = field(default_factory=dict)


def file() -> Path:
    """``$XDG_CONFIG_HOME/fondaco/credentials.toml``, by default under ``~/.config``."""
    named = os.environ.get("XDG_CONFIG_HOME", "")
    # A relative path is invalid and must be ignored (XDG Base Directory Specification).
    folder = Path(named) if named.startswith("/") else Path.home() / ".config"
    return folder / "fondaco" / "credentials.toml"


def read() -> Credentials:
    """What is kept; nothing when there is no file."""
    path = file()
    try:
        with path.open("rb") as opened:
            if os.fstat(opened.fileno()).st_mode & 0o077:
                raise CredentialsUnreadable(f"Others can read {path}. Revoke its tokens, then: chmod 600 {path}")
            kept: dict[str, Any] = tomllib.load(opened)
    except FileNotFoundError:
        return Credentials()
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise CredentialsUnreadable(f"{path} cannot be read ({problem}). Mend it, or delete it.") from problem
    houses = kept.get("houses", {})
    if not isinstance(houses, dict) or not all(isinstance(one, dict) for one in houses.values()):
        raise CredentialsUnreadable(f"{path} is not as fondaco wrote it. Mend it, or delete it.")
    tokens = {url: str(one["token"]) for url, one in houses.items() if "token" in one}
    return Credentials(str(kept.get("current", "")), tokens)


def keep(url: str, token: str) -> None:
    """Adds or replaces the token for a house, and makes it the current one."""
    with _changing() as kept:
        kept.tokens[url], kept.current = token, url


def forget(url: str) -> None:
    """Removes the token for a house."""
    with _changing() as kept:
        kept.tokens.pop(url, None)
        if kept.current == url:
            kept.current = next(iter(kept.tokens), "")


@contextmanager
def _changing() -> Iterator[Credentials]:
    """One change at a time; whoever dies on the way leaves the old file as it was."""
    path = file()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (path.parent / "credentials.lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        kept = read()
        yield kept
        fresh = path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as written:
            written.write(_text(kept))
            written.flush()
            os.fsync(written.fileno())
        fresh.replace(path)


def _text(kept: Credentials) -> str:
    """TOML. Addresses and tokens are plain ASCII, whose JSON strings are TOML's as well."""
    lines = [_HEAD, f"current = {json.dumps(kept.current)}\n"]
    for url, token in kept.tokens.items():
        lines.append(f"\n[houses.{json.dumps(url)}]\ntoken = {json.dumps(token)}\n")
    return "".join(lines)
