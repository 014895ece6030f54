"""Every kind of page, with the demo's data, against the budgets: p95 of 200 ms and twelve queries."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from statistics import quantiles

import httpx

from benchmarks.context import Context
from benchmarks.rounds import Comparison, constant

BUDGET_MILLISECONDS = 200.0
BUDGET_QUERIES = 12
REQUESTS = 20  # of each page in a round
_IDS = 20  # path parts longer than this are ids, which would only be noise in the names


class Page:
    """One page, asked over HTTP with someone's session."""

    def __init__(self, client: httpx.Client, path: str, session: str) -> None:
        self.client, self.path = client, path
        self.headers = {"Cookie": f"sessionid={session}"} if session else {}

    def p95(self) -> float:
        """Of one round, in milliseconds."""
        return quantiles([self._ask() for _ in range(REQUESTS)], n=20)[-1]

    def _ask(self) -> float:
        begun = time.perf_counter()
        answer = self.client.get(self.path, headers=self.headers)
        spent = time.perf_counter() - begun
        if answer.status_code not in {200, 302}:
            raise RuntimeError(f"{self.path} answered {answer.status_code}")
        return spent * 1000


def bench(context: Context) -> Iterator[Comparison]:
    """The pages of the demo."""
    return compare_pages(context, "benchmarks.demo_pages")


def compare_pages(context: Context, world: str) -> Iterator[Comparison]:
    """One comparison for the time of each page, one for the page with the most queries.

    ``world`` is a module that fills the house and prints ``{path: {"session", "queries"}}``.
    """
    house = context.house()
    pages = json.loads(house.run(world))
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


def shorten(path: str) -> str:
    """The path without its ids."""
    return "/".join("…" if len(part) > _IDS else part for part in path.split("/"))
