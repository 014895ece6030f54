"""My Apps among many installations: p95 against 200 ms and queries against twelve, and how both grow.

``BENCH_SCALE`` (1,000,000) is how many there are in the end.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator

import httpx

from benchmarks.context import Context
from benchmarks.pages import BUDGET_MILLISECONDS, BUDGET_QUERIES, Page, shorten
from benchmarks.rounds import Comparison, constant

SCALE = int(os.environ.get("BENCH_SCALE", "1000000"))


def bench(context: Context) -> Iterator[Comparison]:
    """The pages of an account with a few apps, while the others have more and more."""
    house = context.house()
    pages = {}
    with httpx.Client(base_url=house.url, trust_env=False, timeout=30) as client:
        for count in (1_000, 10_000, 100_000, 1_000_000):
            if count > SCALE:
                break
            pages = json.loads(house.run("benchmarks.installations_world", str(count)))
            for path, facts in pages.items():
                p95 = Page(client, path, facts["session"]).p95()
                sys.stdout.write(
                    f"{count} installations: {shorten(path)} p95 {p95:.1f} ms, {facts['queries']} queries\n"
                )
                sys.stdout.flush()
        for path, facts in pages.items():
            yield Comparison(
                peer=f"200ms:{shorten(path)}",
                unit=f"ms, p95 among {min(SCALE, 1_000_000)}",
                better="lower",
                goal=1.0,
                rounds=3,
                ours=Page(client, path, facts["session"]).p95,
                theirs=constant(BUDGET_MILLISECONDS),
            )
    most = max(facts["queries"] for facts in pages.values())
    yield Comparison(
        peer="12-queries",
        unit="queries, the page with most",
        better="lower",
        goal=1.0,
        rounds=1,
        ours=constant(most),
        theirs=constant(BUDGET_QUERIES),
    )
