"""Click to active: a customer orders an app of the reference partner, and waits until it can be used.

The order goes in through the management API, which calls the same action as the page's button. The end is read from
the database, so that looking costs the house nothing.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from statistics import quantiles
from typing import Any

import httpx
import psycopg

from benchmarks.context import Context, House
from benchmarks.rounds import Comparison, constant

ADMIN = "claire@lumen.example"
APP, PLAN, SEATS = "ledgerline", "Team", 3
BUDGET_SECONDS = 2.0
BUDGET_STATEMENTS = 500
INSTALLS = 12  # in a round
PATIENCE = 60.0
_STATUS = "SELECT status FROM installs_installation WHERE id = %s /* bench */"
_STATEMENTS = "SELECT coalesce(sum(calls), 0) FROM pg_stat_statements WHERE query NOT LIKE '%bench%' /* bench */"


class Customer:
    """An account's administrator at the management API, with an eye on the database."""

    def __init__(self, house: House) -> None:
        self.api = httpx.Client(
            base_url=f"{house.url}/api/v1",
            headers={"Authorization": f"Bearer {house.token(ADMIN)}"},
            timeout=30,
            trust_env=False,
        )
        self.database = psycopg.connect(house.database, autocommit=True)
        self.database.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements /* bench */")
        places = self._ask("GET", "/me")["places"]
        self.account = next(place["id"] for place in places if place["kind"] == "account")
        users = self._ask("GET", f"/accounts/{self.account}/users")["items"]
        self.users = [user["id"] for user in users][:SEATS]
        self.waits: list[float] = []
        self.statements: list[int] = []

    def install(self) -> float:
        """Orders the app, waits until it is active, takes it away again; returns the seconds from order to active."""
        offer = self._ask("GET", f"/accounts/{self.account}/offers/{APP}")
        plan = next(plan["id"] for plan in offer["plans"] if plan["name"] == PLAN)
        order = {
            "app": APP,
            "plan_id": plan,
            "user_ids": self.users,
            "consent": {"scopes": offer["scopes"], "text": offer["consent_text"]},
        }
        before, begun = self.count_statements(), time.monotonic()
        made = self._ask("POST", f"/accounts/{self.account}/installations", order)
        installation = made["installation_id"]
        self._wait(installation, "completed")
        seconds = time.monotonic() - begun
        self.statements.append(self.count_statements() - before)
        place = f"/accounts/{self.account}/installations/{installation}"
        self._ask("POST", f"{place}/uninstall", {"reason_type": "other", "reason": "bench"})
        self._wait(installation, "revoked")
        return seconds

    def p95(self) -> float:
        """Of one round, in seconds."""
        waits = [self.install() for _ in range(INSTALLS)]
        self.waits += waits
        return quantiles(waits, n=20)[-1]

    def count_statements(self) -> int:
        """All that the house has asked its database since it started."""
        return int(self.database.execute(_STATEMENTS).fetchone()[0])  # type: ignore[index]

    def _wait(self, installation: str, status: str) -> None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            row = self.database.execute(_STATUS, [installation]).fetchone()
            if row and row[0] == status:
                return
            time.sleep(0.005)
        raise RuntimeError(f"the installation did not become {status} within {PATIENCE:.0f} s")

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        answer = self.api.request(method, path, json=body)
        if not answer.is_success:
            raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.text[:500]}")
        found: dict[str, Any] = answer.json()
        return found


def bench(context: Context) -> Iterator[Comparison]:
    """p95 against the budget of two seconds, and statements of an install against their cap."""
    house = context.house()
    customer = Customer(house)
    yield Comparison(
        peer="budget",
        unit="s, p95 of click to active",
        better="lower",
        goal=1.0,
        rounds=3,
        ours=customer.p95,
        theirs=constant(BUDGET_SECONDS),
    )
    counted = sorted(customer.statements)
    sys.stdout.write(f"{len(counted)} installs, median {counted[len(counted) // 2]} statements, most {counted[-1]}\n")
    yield Comparison(
        peer="statement-cap",
        unit="database statements, median install, all processes",
        better="lower",
        goal=1.0,
        rounds=1,
        ours=constant(counted[len(counted) // 2]),
        theirs=constant(BUDGET_STATEMENTS),
    )
