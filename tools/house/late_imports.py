"""No imports inside functions: they hide a cycle, and a cycle means that something lives on the wrong floor."""

from __future__ import annotations

import ast
from pathlib import Path

from tools.house import sources
from tools.house.problem import Problem

_FOLDERS = ("src", "examples", "tools")
_WHY = "it hides a cycle from the readers — import at the top; if that fails, move the code to its floor"


def check(root: Path) -> list[Problem]:
    """Imports within functions. Allowed in ``cli`` (a quick ``--help``) and in ``AppConfig.ready()``."""
    return sorted(
        {
            Problem(source.path, inner.lineno, f"import inside {node.name}() — {_WHY}")
            for source in sources.find_python(root, folders=_FOLDERS)
            if source.floor != "cli"
            for node in source.nodes
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            if not (source.path.name == "apps.py" and node.name == "ready")
            for inner in ast.walk(node)
            if isinstance(inner, ast.Import | ast.ImportFrom)
        }
    )
