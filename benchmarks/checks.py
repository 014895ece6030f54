"""A full run of the certification checks over a healthy app, from the press of the button to the last result.

The app is one of the demo's that the example partner serves, so every check asks a real program over real HTTP.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from typing import Any

import httpx

from benchmarks.context import Context, House
from benchmarks.rounds import Comparison, constant

MEMBER, APP = "mara@ledgerline.example", "ledgerline"
BUDGET_SECONDS = 20.0
PATIENCE = 120.0


class Partner:
    """A member of the demo's partner at the management API."""

    def __init__(self, house: House) -> None:
        self.api = httpx.Client(
            base_url=f"{house.url}/api/v1",
            headers={"Authorization": f"Bearer {house.token(MEMBER)}"},
            timeout=30,
            trust_env=False,
        )
        places = self._ask("GET", "/me")["places"]
        self.place = f"/partners/{next(place['id'] for place in places if place['kind'] == 'partner')}"
        apps = self._ask("GET", f"{self.place}/apps")["items"]
        self.app = next(app["id"] for app in apps if app["slug"] == APP)
        versions = self._ask("GET", f"{self.place}/apps/{self.app}")["versions"]
        self.version = next(one["id"] for one in versions if one["technical_status"] == "available")

    def run(self) -> float:
        """One run; the seconds until it is finished. Nothing may stand in the way of a healthy app."""
        begun = time.monotonic()
        run = self._ask("POST", f"{self.place}/versions/{self.version}/check_runs")
        while run["status"] == "running":
            if time.monotonic() - begun > PATIENCE:
                raise RuntimeError(f"only {run['done']} of {run['total']} checks were done within {PATIENCE:.0f} s")
            time.sleep(0.05)
            run = self._ask("GET", f"{self.place}/check_runs/{run['id']}")
        seconds = time.monotonic() - begun
        found = [one for one in run["results"] if one["outcome"] in {"found", "failed-to-run"}]
        for one in found:
            sys.stdout.write(f"{one['check']}: {one['found']}\n")
        if run["status"] != "finished" or any(one["blocks"] for one in found):
            raise RuntimeError("the healthy app is not healthy")
        return seconds

    def _ask(self, method: str, path: str) -> dict[str, Any]:
        answer = self.api.request(method, path)
        if not answer.is_success:
            raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.text[:500]}")
        asked: dict[str, Any] = answer.json()
        return asked


def bench(context: Context) -> Iterator[Comparison]:
    """The run against its budget."""
    partner = Partner(context.house())
    yield Comparison(
        peer="budget",
        unit="s, all checks of a healthy app",
        better="lower",
        goal=1.0,
        rounds=3,
        ours=partner.run,
        theirs=constant(BUDGET_SECONDS),
    )
