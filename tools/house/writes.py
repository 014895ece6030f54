"""One shape for a write: an entry action (it opens the transaction) is keyword-only and says who acts."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tools.house import sources
from tools.house.problem import Problem

_WHY = "an event must name who caused it, and a call must be readable where it stands"
_TODO = "write def act(*, actor: Actor, …) -> …"


def check(root: Path) -> list[Problem]:
    """Functions in ``actions`` with ``atomic(durable=True)`` that take positional arguments or no ``actor: Actor``."""
    return [
        Problem(source.path, node.lineno, f"{node.name}() {what} — {_WHY} — {_TODO}")
        for source in sources.find_python(root, folders=("src",))
        if source.floor and (source.path.name == "actions.py" or "actions" in source.path.parts[:-1])
        for node in source.tree.body
        if isinstance(node, ast.FunctionDef) and _opens_transaction(node)
        for what in _offences(node)
    ]


def _opens_transaction(function: ast.FunctionDef) -> bool:
    return any(
        isinstance(node, ast.Call)
        and sources.dotted(node.func).split(".")[-1] == "atomic"
        and any(keyword.arg == "durable" for keyword in node.keywords)
        for node in ast.walk(function)
    )


def _offences(function: ast.FunctionDef) -> Iterator[str]:
    if function.args.args or function.args.posonlyargs:
        yield "takes positional arguments"
    actors = [given for given in function.args.kwonlyargs if given.arg == "actor"]
    if not any(given.annotation is not None and ast.unparse(given.annotation) == "Actor" for given in actors):
        yield "has no actor: Actor"
