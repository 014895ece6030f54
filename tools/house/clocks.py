"""One clock: everything asks ``kit.clock.now()``, so that a test or a sandbox can play a month in a second."""

from __future__ import annotations

import ast
from pathlib import Path

from tools.house import sources
from tools.house.problem import Problem

_OTHER_CLOCKS = {
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "time.time",
    "time.time_ns",
    "timezone.now",
    "timezone.localdate",
}
_IMPORTED = {"time.time", "time.time_ns", "django.utils.timezone.now", "django.db.models.functions.Now"}
# Ids sort by when a row was really made, whatever an account's clock says.
_TIME_ITSELF = {"clock", "clock.py", "ids.py"}
# It runs in programs which have no clock of ours; in the house it is handed one.
_ELSEWHERE = {"resource_server"}
_WHY = "time that cannot be moved cannot be tested — use kit.clock.now(); monotonic clocks are fine for durations"


def check(root: Path) -> list[Problem]:
    """Any other wall clock in ``src`` outside the clock, called or handed on (``default=timezone.now``)."""
    problems = []
    for source in sources.find_python(root, folders=("src",)):
        if source.floor in _ELSEWHERE or (source.floor == "kit" and source.path.parts[3] in _TIME_ITSELF):
            continue
        for node in source.nodes:
            if isinstance(node, ast.Attribute):
                name = ".".join(sources.dotted(node).split(".")[-2:])
                if name in _OTHER_CLOCKS:
                    problems.append(Problem(source.path, node.lineno, f"{name} — {_WHY}"))
        for line, name in sources.imports(source):
            if name in _IMPORTED:
                problems.append(Problem(source.path, line, f"imports {name} — {_WHY}"))
    return problems
