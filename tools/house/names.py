"""No module called utils, helpers, common, misc or base: such a name says nothing, so everything ends up in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tools.house import sources
from tools.house.problem import Problem

FORBIDDEN = {"util", "utils", "helper", "helpers", "common", "misc", "base"}
_WHY = "a drawer for everything is found by nobody — name it after the noun it holds"


def check(root: Path) -> list[Problem]:
    """Python modules and packages with such a name, also as ``_utils`` and the like."""
    return sorted(set(_bad_names(root)))


def _bad_names(root: Path) -> Iterator[Problem]:
    for source in sources.find_python(root):
        parts = source.path.parts
        for depth, part in enumerate(parts, start=1):
            name = part.removesuffix(".py").strip("_").lower()
            if name in FORBIDDEN:
                yield Problem(Path(*parts[:depth]), 1, f"a module called {part.removesuffix('.py')} — {_WHY}")
