"""The reviewers' workbench among 50,000 versions and 5,000 open submissions: p95 of 200 ms and twelve queries."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx

from benchmarks.context import Context
from benchmarks.pages import BUDGET_MILLISECONDS, BUDGET_QUERIES, Page, shorten
from benchmarks.rounds import Comparison, constant


def bench(context: Context) -> Iterator[Comparison]:
    """One comparison for the time of each page, one for the page with the most queries."""
    house = context.house()
    pages = json.loads(house.run("benchmarks.workbench_world"))
    with httpx.Client(base_url=house.url, trust_env=False, timeout=30) as client:
        for path, facts in pages.items():
            yield Comparison(
                peer=f"200ms:{shorten(path)}",
                unit="ms, p95",
                better="lower",
                goal=1.0,
                rounds=3,
                ours=Page(client, path, facts["session"]).p95,
                theirs=constant(BUDGET_MILLISECONDS),
            )
    most = max(pages, key=lambda path: pages[path]["queries"])
    yield Comparison(
        peer=f"12-queries:{shorten(most)}",
        unit="queries, the page with most",
        better="lower",
        goal=1.0,
        rounds=1,
        ours=constant(pages[most]["queries"]),
        theirs=constant(BUDGET_QUERIES),
    )
