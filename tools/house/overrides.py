"""No overridden ``save`` or ``delete``: a model holds fields, constraints and small pure properties."""

from __future__ import annotations

import ast
from pathlib import Path

from tools.house import sources
from tools.house.problem import Problem

_METHODS = {"save", "asave", "delete", "adelete", "save_base"}
_WHY = "bulk writes pass it by and readers do not expect it — write an action"


def check(root: Path) -> list[Problem]:
    """Models (by their file or their parent's name) which define one of the methods."""
    return [
        Problem(source.path, step.lineno, f"{node.name}.{step.name}() is overridden — {_WHY}")
        for source in sources.find_python(root, folders=("src",))
        for node in source.nodes
        if isinstance(node, ast.ClassDef) and (_is_models_file(source.path) or _is_model(node))
        for step in node.body
        if isinstance(step, ast.FunctionDef | ast.AsyncFunctionDef) and step.name in _METHODS
    ]


def _is_models_file(path: Path) -> bool:
    return path.name == "models.py" or "models" in path.parts[:-1]


def _is_model(node: ast.ClassDef) -> bool:
    parents = [sources.dotted(parent).split(".")[-1] for parent in node.bases]
    return any(parent in {"Stateful", "AbstractBaseUser", "QuerySet"} or parent.endswith("Model") for parent in parents)
