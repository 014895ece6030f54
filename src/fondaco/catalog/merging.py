"""Two people changed one form: what each changed, and what stands in the end (ADR 0030). Pure.

Values are lists of strings by field, as forms send them. A fingerprint stands for the value that a field had when
somebody began, so that their change is told from the other's without keeping every revision.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from fondaco.catalog.models.draft import Entries

REASON = "reason-"  # before the name of a scope: the field that holds its reason


class Side(StrEnum):
    MINE = "mine"
    THEIRS = "theirs"


@dataclass(frozen=True, slots=True)
class Difference:
    """A field in which the two are not the same. ``suggested`` is None when both changed it: a person has to choose."""

    name: str
    mine: list[str]
    theirs: list[str]
    suggested: Side | None


def normal(entries: Entries) -> Entries:
    """What is meant, however it was sent: trimmed, without empty values, lists in one order."""
    found: Entries = {}
    for name, values in entries.items():
        if name.startswith(REASON) and name.removeprefix(REASON) not in entries.get("scopes", []):
            continue
        clean = [value.replace("\r\n", "\n").strip() for value in values]
        if kept := sorted(value for value in clean if value):
            found[name] = kept
    return found


def fingerprints(entries: Entries) -> dict[str, str]:
    """A short mark for each field that is not empty."""
    return {name: _mark(values) for name, values in normal(entries).items()}


def differences(base: Mapping[str, str], mine: Entries, theirs: Entries) -> list[Difference]:
    """Where ``mine`` and ``theirs`` are not the same, in the order of the fields; ``base`` are fingerprints."""
    clean_mine, clean_theirs = normal(mine), normal(theirs)
    found = []
    for name in dict.fromkeys([*mine, *theirs]):
        own, other = clean_mine.get(name, []), clean_theirs.get(name, [])
        if own != other:
            found.append(Difference(name, own, other, _suggest(base.get(name), own, other)))
    return found


def merge(mine: Entries, theirs: Entries, chosen: Mapping[str, Side]) -> Entries:
    """``mine``, but ``theirs`` where that was chosen."""
    taken = {name: theirs.get(name, []) for name, side in chosen.items() if side == Side.THEIRS}
    return {**mine, **taken}


def _suggest(before: str | None, mine: list[str], theirs: list[str]) -> Side | None:
    mark = before or ""
    i_changed, they_changed = _mark(mine) != mark, _mark(theirs) != mark
    if i_changed and they_changed:
        return None
    return Side.MINE if i_changed else Side.THEIRS


def _mark(values: list[str]) -> str:
    return sha256("\x00".join(values).encode()).hexdigest()[:12] if values else ""
