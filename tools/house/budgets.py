"""Budgets: a file at most 400 lines, a function at most 60 lines and 8 parameters."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tools.house import sources
from tools.house.problem import Problem

FILE_LINES = 400
FUNCTION_LINES = 60
PARAMETERS = 8
_PAGES = (".html", ".css", ".js", ".txt.jinja", ".jinja")


def check(root: Path) -> list[Problem]:
    """Files and functions that outgrew their budget. Templates, styles and scripts have the same one."""
    return [*_long_pages(root), *_long_python(root)]


def _long_pages(root: Path) -> Iterator[Problem]:
    for path in sources.find_files(root, suffixes=_PAGES):
        yield from _long_file(path.relative_to(root), path.read_text(encoding="utf-8", errors="replace"))


def _long_python(root: Path) -> Iterator[Problem]:
    for source in sources.find_python(root):
        yield from _long_file(source.path, source.text)
        for node in source.nodes:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield from _large_function(source.path, node)


def _long_file(path: Path, text: str) -> Iterator[Problem]:
    lines = len(text.splitlines())
    if lines > FILE_LINES:
        why = "a page of code must fit one reading — split it by noun"
        yield Problem(path, FILE_LINES + 1, f"{lines} lines, the budget is {FILE_LINES} — {why}")


def _large_function(path: Path, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Problem]:
    lines = (node.end_lineno or node.lineno) - node.lineno + 1
    if lines > FUNCTION_LINES:
        why = "a function does one thing — extract a step with a name"
        yield Problem(path, node.lineno, f"{node.name}() has {lines} lines, the budget is {FUNCTION_LINES} — {why}")
    given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    parameters = [argument for argument in given if argument.arg not in {"self", "cls"}]
    if len(parameters) > PARAMETERS:
        why = "long tails of arguments hide a noun — group them in a dataclass"
        message = f"{node.name}() has {len(parameters)} parameters, the budget is {PARAMETERS} — {why}"
        yield Problem(path, node.lineno, message)
