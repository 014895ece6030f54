"""Runs every house rule over the tree. ``python -m tools.house [root]``; exit status 1 when something is broken."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from tools.house import __path__ as folder
from tools.house.problem import Problem


def find_checkers() -> dict[str, Callable[[Path], list[Problem]]]:
    """Every module of this folder that has a ``check(root)``, by name: a new rule is a new file, nothing else."""
    modules = {name: import_module(f"tools.house.{name}") for _, name, _ in iter_modules(folder) if name != "__main__"}
    return {name: module.check for name, module in modules.items() if hasattr(module, "check")}


def find_problems(root: Path) -> list[Problem]:
    """Every problem of every rule under ``root``, by place."""
    return sorted(problem for check in find_checkers().values() for problem in check(root))


def main(arguments: list[str]) -> int:
    """Prints the problems; returns the exit status."""
    problems = find_problems(Path(arguments[0] if arguments else ".").resolve())
    for problem in problems:
        print(problem)
    if problems:
        print(f"House rules broken: {len(problems)}. Each line says where: what — why — what to do.")
        return 1
    print(f"House rules hold: {', '.join(find_checkers())}.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
