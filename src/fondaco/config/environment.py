"""Reads the process environment into typed values. The only module that touches ``os.environ`` for settings.

Every variable is listed in ``docs/reference/settings.md``; a test compares the two.
"""

from __future__ import annotations

import os
from pathlib import Path


class BadSetting(SystemExit):
    """A setting is missing or cannot be read; the message names it and says what is accepted."""


def text(name: str, default: str | None = None) -> str:
    """The value of ``name``; without a default a missing value stops the process."""
    value = os.environ.get(name, default)
    if value is None:
        raise BadSetting(f"{name} is not set. It is required; see docs/reference/settings.md.")
    return value


def flag(name: str, *, default: bool) -> bool:
    """``1/true/yes/on`` or ``0/false/no/off``, in any case."""
    value = os.environ.get(name, "").strip().lower()
    if not value:
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise BadSetting(f"{name}={value!r} is neither on nor off. Use 1 or 0.")


def choice(name: str, accepted: tuple[str, ...]) -> str:
    """One of the words that are accepted; the first when nothing is set."""
    value = os.environ.get(name) or accepted[0]
    if value not in accepted:
        raise BadSetting(f"{name}={value!r} is not known. Use {' or '.join(accepted)}.")
    return value


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated list, without empty entries."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def number(name: str, default: int) -> int:
    """A whole number."""
    value = os.environ.get(name, str(default))
    try:
        return int(value)
    except ValueError:
        raise BadSetting(f"{name}={value!r} is not a whole number.") from None


def folder(name: str, default: Path) -> Path:
    """An absolute folder path; it need not exist yet."""
    return Path(os.environ.get(name, str(default))).expanduser().absolute()
