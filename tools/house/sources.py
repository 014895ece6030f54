"""The files that checkers read. Each Python file is parsed once, however many rules look at it."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

FOLDERS = ("src", "tests", "examples", "benchmarks", "tools")
PACKAGE = ("src", "fondaco")
_NOT_OURS = {"vendor", "vendored", "node_modules", "__pycache__"}


@dataclass(frozen=True, slots=True)
class Source:
    """A parsed Python file. ``path`` is relative to the root; ``nodes`` are all nodes of the tree, in any order."""

    path: Path
    text: str
    tree: ast.Module
    nodes: tuple[ast.AST, ...]

    @property
    def floor(self) -> str:
        """The package of ``src/fondaco`` that the file belongs to, or "" elsewhere."""
        parts = self.path.parts
        return parts[2].removesuffix(".py") if parts[:2] == PACKAGE and len(parts) > 2 else ""


def find_files(root: Path, *, suffixes: tuple[str, ...], folders: tuple[str, ...] = FOLDERS) -> Iterator[Path]:
    """Absolute paths with one of ``suffixes`` under ``folders``, in stable order, without what others wrote."""
    for folder in folders:
        for where, names, files in os.walk(root / folder):
            names[:] = sorted(name for name in names if name not in _NOT_OURS)
            for name in sorted(files):
                if name.endswith(suffixes) and ".min." not in name:
                    yield Path(where, name)


def find_python(root: Path, *, folders: tuple[str, ...] = FOLDERS) -> Iterator[Source]:
    """Every Python file under ``folders`` except migrations, which a machine writes. A syntax error is raised."""
    for path in find_files(root, suffixes=(".py",), folders=folders):
        if "migrations" not in path.parts:
            yield _parse(root, path, path.stat().st_mtime_ns)


@lru_cache(maxsize=4096)
def _parse(root: Path, path: Path, _changed_at: int) -> Source:
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text, filename=str(path))
    return Source(path.relative_to(root), text, tree, tuple(ast.walk(tree)))


def dotted(node: ast.AST) -> str:
    """``a.b.c`` for a chain of names, calls left out (``A.objects.filter().update`` → ``A.objects.filter.update``)."""
    names: list[str] = []
    while True:
        if isinstance(node, ast.Attribute):
            names.append(node.attr)
            node = node.value
        elif isinstance(node, ast.Call):
            node = node.func
        elif isinstance(node, ast.Name):
            return ".".join([node.id, *reversed(names)])
        else:
            return ".".join(["", *reversed(names)]) if names else ""


def imports(source: Source) -> Iterator[tuple[int, str]]:
    """``(line, dotted name)`` of everything imported; ``from a import b`` gives ``a.b``."""
    for node in source.nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield node.lineno, f"{'.' * node.level}{node.module or ''}.{alias.name}"
