"""Domain packages hold no HTTP; surfaces hold no rules and write no rows."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tools.house import sources
from tools.house.problem import Problem
from tools.house.sources import Source

_NOT_DOMAIN = {"", "__init__", "surfaces", "cli", "runtime", "config"}
_HTTP = ("django.http", "django.shortcuts", "django.views", "django.urls", "django.middleware", "ninja")
_QUERYSET_WRITES = {
    *("create", "acreate", "bulk_create", "abulk_create", "get_or_create", "aget_or_create"),
    *("update_or_create", "aupdate_or_create", "update", "aupdate", "bulk_update", "abulk_update", "delete", "adelete"),
}
_NO_HTTP = "the same rule must serve a page, the API and a job — move it to a surface"
_NO_WRITES = "a write needs an actor, one transaction and an event — call an action of the domain"


def check(root: Path) -> list[Problem]:
    """HTTP imports in domain packages; writes to rows in surfaces."""
    problems: list[Problem] = []
    for source in sources.find_python(root, folders=("src",)):
        if source.floor == "surfaces":
            problems.extend(_writes(source))
        elif source.floor not in _NOT_DOMAIN:
            problems.extend(_http_imports(source))
    return problems


def _http_imports(source: Source) -> Iterator[Problem]:
    for line, name in sources.imports(source):
        if any(name == module or name.startswith(f"{module}.") for module in _HTTP):
            yield Problem(source.path, line, f"a domain package imports {name} — {_NO_HTTP}")


def _writes(source: Source) -> Iterator[Problem]:
    for node in source.nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and (what := _write(node, node.func)):
            yield Problem(source.path, node.lineno, f"a surface writes rows with {what} — {_NO_WRITES}")


def _write(call: ast.Call, function: ast.Attribute) -> str:
    chain = sources.dotted(function).split(".")
    method = chain[-1]
    through_manager = any(name in {"objects", "_default_manager", "_base_manager"} for name in chain[:-1])
    if method in _QUERYSET_WRITES and through_manager:
        return f".objects.….{method}()"
    # Sessions, storages and images have a save() as well; they are no rows of the domain.
    of_a_row = not any(word in "_".join(chain[:-1]).lower() for word in ("session", "storage", "image", "file"))
    if method in {"save", "asave"} and of_a_row:
        return f".{method}()"
    if method in {"delete", "adelete"} and not call.args and not call.keywords and of_a_row:
        return f".{method}()"
    return ""
