"""No ``print``: servers log. Only the command line and the supervisor speak to a terminal."""

from __future__ import annotations

import ast
from pathlib import Path

from tools.house import sources
from tools.house.problem import Problem

_SPEAKERS = {"cli", "runtime"}


def check(root: Path) -> list[Problem]:
    """Calls of ``print`` and ``pprint`` in ``src`` outside ``cli`` and ``runtime``."""
    return [
        Problem(source.path, node.lineno, f"{node.func.id}() — nobody reads a server's standard output — log it")
        for source in sources.find_python(root, folders=("src",))
        if source.floor not in _SPEAKERS
        for node in source.nodes
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"print", "pprint"}
    ]
