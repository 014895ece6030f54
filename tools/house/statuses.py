"""One door for a status: nothing but ``audit.transition()`` assigns one."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tools.house import sources
from tools.house.problem import Problem

_FOLDERS = ("src", "tests", "benchmarks")
_BELOW_MACHINES = {"audit", "kit"}  # the door itself, and what lies under it: a status there is HTTP's
_WRITES = {"update", "aupdate"}
_CREATES = {"create", "acreate", "get_or_create", "aget_or_create", "update_or_create", "aupdate_or_create"}
_SQL = re.compile(
    r"\bUPDATE\b(?:(?!\bWHERE\b).)*?\bSET\b(?:(?!\bWHERE\b).)*?\bstatus\"?\s*=", re.IGNORECASE | re.DOTALL
)
_WHY = (
    "a status assigned elsewhere skips the lock, the table of allowed steps and the event — "
    "call audit.transition(obj, to, actor=…)"
)


def check(root: Path) -> list[Problem]:
    """Assignments, ``update(status=…)``, ``setattr``, ``bulk_update`` and SQL that set a status outside ``audit``.

    In ``src`` a row may not be created in a chosen status either: it begins in its machine's first one.
    """
    stateful = _stateful_models(root)
    return [
        Problem(source.path, line, f"{what} — {_WHY}")
        for source in sources.find_python(root, folders=_FOLDERS)
        if source.floor not in _BELOW_MACHINES and not _tests_the_door(source.path)
        for node in source.nodes
        for line, what in _offences(node, stateful=stateful, product=source.path.parts[0] == "src")
    ]


def _tests_the_door(path: Path) -> bool:
    return path.parts[0] == "tests" and "audit" in path.parts


def _stateful_models(root: Path) -> frozenset[str]:
    """Names of the classes in ``src`` that inherit from ``Stateful``, directly or through another of them."""
    parents = {
        node.name: {sources.dotted(parent).split(".")[-1] for parent in node.bases}
        for source in sources.find_python(root, folders=("src",))
        for node in source.nodes
        if isinstance(node, ast.ClassDef)
    }
    found = {"Stateful"}
    while more := {name for name, above in parents.items() if above & found} - found:
        found |= more
    return frozenset(found)


def _offences(node: ast.AST, *, stateful: frozenset[str], product: bool) -> Iterator[tuple[int, str]]:
    if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        assigned = isinstance(node, ast.Assign | ast.AugAssign) or node.value is not None
        if assigned and any(_sets_status(target) for target in targets):
            yield node.lineno, "assigns a status"
    elif isinstance(node, ast.Call):
        if what := _call_offence(node, stateful=stateful, product=product):
            yield node.lineno, what
    elif product and isinstance(node, ast.Constant) and isinstance(node.value, str) and _SQL.search(node.value):
        yield node.lineno, "SQL that sets a status"


def _sets_status(target: ast.AST) -> bool:
    if isinstance(target, ast.Tuple | ast.List):
        return any(_sets_status(element) for element in target.elts)
    return isinstance(target, ast.Attribute) and target.attr == "status"


def _call_offence(call: ast.Call, *, stateful: frozenset[str], product: bool) -> str:
    name = sources.dotted(call.func)
    last = name.split(".")[-1]
    if last == "setattr" and len(call.args) > 1 and _is_status(call.args[1]):
        return "setattr() of a status"
    if last in _WRITES and isinstance(call.func, ast.Attribute) and _gives_status(call):
        return f"{last}(status=…)"
    if last in {"bulk_update", "abulk_update", "save", "asave"} and _lists_status(call):
        return f"{last}() of a status"
    if product and last in _CREATES and _gives_status(call):
        return f"{last}(status=…)"
    if product and last in stateful and _gives_status(call):
        return f"{last}(status=…)"
    return ""


def _is_status(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value == "status"


def _gives_status(call: ast.Call) -> bool:
    if any(keyword.arg == "status" for keyword in call.keywords):
        return True
    spread = [keyword.value for keyword in call.keywords if keyword.arg in {None, "defaults", "create_defaults"}]
    keys = [key for value in spread if isinstance(value, ast.Dict) for key in value.keys if key is not None]
    return any(_is_status(key) for key in keys)


def _lists_status(call: ast.Call) -> bool:
    values = [*call.args, *(keyword.value for keyword in call.keywords)]
    lists = [value for value in values if isinstance(value, ast.List | ast.Tuple | ast.Set)]
    return any(_is_status(element) for value in lists for element in value.elts)
