"""The registry of event kinds. A kind is declared once, in its domain's ``events.py``, and listed in the reference."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NAME = re.compile(r"^[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z]+)*$")
_kinds: dict[str, EventKind] = {}


@dataclass(frozen=True, slots=True)
class EventKind:
    """``name`` is ``subject.verb``; ``meaning`` one English sentence for the reference and for timelines."""

    name: str
    meaning: str

    def __str__(self) -> str:
        return self.name


def declare(name: str, meaning: str) -> EventKind:
    """Declares a kind; twice the same name, or a name that is not ``subject.verb``, is a programming error."""
    if not _NAME.match(name):
        raise ValueError(f"{name!r} is not of the form subject.verb")
    if name in _kinds:
        raise ValueError(f"event kind {name!r} is declared twice")
    _kinds[name] = kind = EventKind(name, meaning)
    return kind


def all_kinds() -> list[EventKind]:
    """Every declared kind, by name."""
    return [_kinds[name] for name in sorted(_kinds)]
