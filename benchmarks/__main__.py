"""``python -m benchmarks [name …]`` runs all benches, or those named: modules of this folder with ``bench()``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import benchmarks
from benchmarks.context import Context
from benchmarks.rounds import Comparison, Result, compare, report

Bench = Callable[[Context], Iterable[Comparison]]


def find_benches() -> dict[str, Bench]:
    """Every bench by name, in the order of the alphabet."""
    modules = [name for _, name, _ in iter_modules(benchmarks.__path__) if name != "__main__"]
    found = {name: getattr(import_module(f"benchmarks.{name}"), "bench", None) for name in sorted(modules)}
    return {name: bench for name, bench in found.items() if bench is not None}


def run(names: list[str], benches: dict[str, Bench], root: Path) -> int:
    """Runs them one after the other, so that they do not disturb each other; returns the exit status."""
    unknown = [name for name in names if name not in benches]
    if unknown:
        sys.stderr.write(f"There is no bench {', '.join(unknown)}. There are: {', '.join(benches) or 'none'}.\n")
        return 2
    results: list[Result] = []
    try:
        for name in names or list(benches):
            with Context(root=root, name=name) as context:
                # A comparison is run before the bench goes on, so a bench may hold processes around its ``yield``.
                results.extend(compare(name, comparison) for comparison in benches[name](context))
    finally:
        report(results, sys.stdout)  # also of what was measured before something broke
    return 0


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:], find_benches(), Path(__file__).resolve().parents[1]))
