"""No signals: a workflow that runs because a row was saved cannot be read from the action that saved it."""

from __future__ import annotations

from pathlib import Path

from tools.house import sources
from tools.house.problem import Problem

_WHY = "what follows from a change must be visible in the action — record an event and register a projection"


def check(root: Path) -> list[Problem]:
    """Imports of signal modules (Django's, allauth's, any) and ``@receiver``."""
    problems = []
    for source in sources.find_python(root):
        for line, name in sources.imports(source):
            if name.startswith("django.dispatch") or ("signals" in name.split(".") and not name.startswith("tools.")):
                problems.append(Problem(source.path, line, f"imports {name} — {_WHY}"))
        for node in source.nodes:
            for decorator in getattr(node, "decorator_list", []):
                if sources.dotted(decorator).split(".")[-1] == "receiver":
                    problems.append(Problem(source.path, decorator.lineno, f"@receiver — {_WHY}"))
    return problems
