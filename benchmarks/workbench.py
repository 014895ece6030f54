"""The reviewers' workbench among 50,000 versions and 5,000 open submissions: p95 of 200 ms and twelve queries."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.context import Context
from benchmarks.pages import compare_pages
from benchmarks.rounds import Comparison


def bench(context: Context) -> Iterator[Comparison]:
    """The queue in several orders, and one submission."""
    return compare_pages(context, "benchmarks.workbench_world")
