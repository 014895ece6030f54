"""Which line of a TOML text a key stands in. The text was read without errors before, so only its outline matters."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import Final

Key = tuple[str | int, ...]

_BARE: Final = r"[A-Za-z0-9_-]+"
_PIECE: Final = rf"""(?:{_BARE}|"(?:[^"\\]|\\.)*"|'[^']*')"""
_KEY: Final = re.compile(rf"\s*({_PIECE}(?:\s*\.\s*{_PIECE})*)\s*=")
_TABLE: Final = re.compile(rf"\s*(\[\[?)\s*({_PIECE}(?:\s*\.\s*{_PIECE})*)\s*\]\]?")
_PIECES: Final = re.compile(_PIECE)
_STRINGS: Final = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'|#[^\n]*', re.DOTALL
)


def find_lines(text: str) -> dict[Key, int]:
    """Line by key, counted from 1: ``("plans", 0, "price")``. What is written inside an inline table has none."""
    found: dict[Key, int] = {}
    counts: dict[Key, int] = {}
    table: Key = ()
    for number, line in _outline(text):
        if header := _TABLE.match(line):
            table = _resolve(_split(header[2]), counts, is_array=header[1] == "[[")
            found[table] = number
            if header[1] == "[[":
                found.setdefault(table[:-1], number)
        elif pair := _KEY.match(line):
            key = table
            for piece in _split(pair[1]):
                key = (*key, piece)
                found.setdefault(key, number)
    return found


def line_of(lines: dict[Key, int], key: Key) -> int:
    """The line of ``key``, or of the nearest thing around it; 0 when there is none."""
    return next((lines[key[:length]] for length in range(len(key), 0, -1) if key[:length] in lines), 0)


def _outline(text: str) -> Iterator[tuple[int, str]]:
    """The lines that begin outside every string and bracket, with their numbers."""
    shape = _STRINGS.sub(lambda match: _blank(match[0]), text)
    depth = 0
    for number, (line, blank) in enumerate(zip(text.split("\n"), shape.split("\n"), strict=True), start=1):
        if depth == 0 and blank.strip():
            yield number, line
        is_header = depth == 0 and blank.lstrip().startswith("[")
        depth += 0 if is_header else blank.count("[") + blank.count("{") - blank.count("]") - blank.count("}")


def _blank(piece: str) -> str:
    """As many lines, and nothing in them but a mark in the first that a string began there."""
    return "" if piece[0] == "#" else "_" + "\n" * piece.count("\n")


def _split(dotted: str) -> list[str]:
    pieces = []
    for piece in _PIECES.findall(dotted):
        pieces.append(next(iter(tomllib.loads(f"{piece} = 0"))))
    return pieces


def _resolve(names: list[str], counts: dict[Key, int], *, is_array: bool) -> Key:
    """A header's key: a name that stands for an array of tables means its last one."""
    key: Key = ()
    for index, name in enumerate(names):
        key = (*key, name)
        if is_array and index == len(names) - 1:
            counts[key] = counts.get(key, 0) + 1
        if key in counts:
            key = (*key, counts[key] - 1)
    return key
