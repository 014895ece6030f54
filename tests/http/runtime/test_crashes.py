"""Processes die at any moment, and two hundred installations come through: nothing lost, nothing applied twice."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import processes
import psycopg

INSTALLATIONS = 200
VICTIMS = ("fondaco.cli dispatch", "fondaco.cli worker", "granian", "postgres -D")
WORLD = Path(__file__).with_name("crash_world.py")
_COUNTS = {
    "active": "SELECT count(*) FROM installs_installation WHERE status = 'completed'",
    "approved": "SELECT count(*) FROM installs_operation WHERE status = 'approved' AND kind = 'install'",
    "trials": "SELECT count(*) FROM installs_trial WHERE status = 'active'",
    "messages": "SELECT count(*) FROM messaging_message WHERE (type, sequence) IN "
    "(('app.installed', 1), ('app.trial_started', 2))",
    "delivered": "SELECT count(*) FROM messaging_delivery WHERE status = 'delivered'",
    "sets of credentials": "SELECT count(*) FROM identity_credentialset WHERE status <> 'revoked'",
    "said to be active": "SELECT count(*) FROM audit_event WHERE kind = 'installation.completed'",
    "said to have begun": "SELECT count(*) FROM audit_event WHERE kind = 'trial.started'",
    "licences": "SELECT count(*) FROM installs_licence",
}


def test_two_hundred_installations_come_through(home: Path, ports: tuple[int, int]) -> None:
    house = processes.start(home, "up", "--no-demo", "--port", str(ports[0]), "--partner-port", str(ports[1]))
    processes.wait_until(lambda: "Fondaco is open" in processes.said(home) or house.poll() is not None, 300)
    assert house.poll() is None, processes.said(home)

    dispatcher = pids(home, "fondaco.cli dispatch")[0]
    os.kill(dispatcher, signal.SIGSTOP)  # so that all of them are under way at once
    order(home, *(f"http://127.0.0.1:{port}" for port in ports))
    os.kill(dispatcher, signal.SIGKILL)
    for name in random.sample(VICTIMS, len(VICTIMS)):
        kill_one(home, name)
    processes.wait_until(lambda: ask(home), 60)
    let_pauses_pass(home)  # a try that met a dying house is made again five minutes later

    processes.wait_until(lambda: is_settled(home), 400, because=lambda: f"{ask(home)} {complaints(home)}", every=1.0)
    each = INSTALLATIONS
    assert ask(home) == {**dict.fromkeys(_COUNTS, each), "messages": 2 * each, "delivered": 2 * each}
    with sqlite3.connect(f"file:{home / 'hello_partner.sqlite3'}?mode=ro", uri=True) as partner:
        assert partner.execute("SELECT state, count(*) FROM installations GROUP BY state").fetchall() == [
            ("active", each)
        ]
        assert partner.execute("SELECT type, count(*) FROM events GROUP BY type ORDER BY type").fetchall() == [
            ("app.installed", each),
            ("app.trial_started", each),
        ]
    assert verify_chain(home).returncode == 0
    os.kill(house.pid, signal.SIGINT)
    assert house.wait(60) == 0


def pids(home: Path, name: str) -> list[int]:
    return sorted(pid for pid, words in processes.belonging_to(home).items() if name in words)


def order(home: Path, site: str, partner: str) -> None:
    """In a process of its own, as the house's."""
    source = os.pathsep.join(str(processes.ROOT / folder) for folder in ("src", ""))
    environment = processes.environment(home) | {"PYTHONPATH": source}
    environment |= {"DJANGO_SETTINGS_MODULE": "fondaco.config.settings", "FONDACO_SITE_URL": site}
    subprocess.run([sys.executable, WORLD, str(INSTALLATIONS), partner], env=environment, check=True)


def kill_one(home: Path, name: str) -> None:
    """Any process of this name, and on as soon as another has taken its place."""
    processes.wait_until(lambda: pids(home, name), 120)
    victim = random.choice(pids(home, name))
    os.kill(victim, signal.SIGKILL)
    processes.wait_until(
        lambda: pids(home, name) and victim not in pids(home, name), 120, because=lambda: processes.said(home)[-3000:]
    )


def ask(home: Path) -> dict[str, int]:
    """The counts; none while the server is on its way back."""
    try:
        with connected(home) as database:
            rows = {name: database.execute(query).fetchone() for name, query in _COUNTS.items()}  # type: ignore[call-overload]
    except psycopg.OperationalError:
        return {}
    return {name: int(row[0]) for name, row in rows.items() if row}


def connected(home: Path) -> psycopg.Connection:
    return psycopg.connect((home / "database.url").read_text().strip(), autocommit=True)


def let_pauses_pass(home: Path) -> None:
    """An hour passes for all accounts at once."""
    with connected(home) as database:
        database.execute(
            "INSERT INTO kit_clockoffset (account_id, \"offset\") SELECT id, interval '1 hour' FROM accounts_account"
        )


def complaints(home: Path) -> list[tuple[object, ...]]:
    """What became of the tries that did not arrive."""
    with connected(home) as database:
        query = "SELECT error, response_status, left(response_excerpt, 200), count(*) FROM messaging_attempt"
        return database.execute(f"{query} WHERE response_status IS DISTINCT FROM 200 GROUP BY 1, 2, 3").fetchall()


def is_settled(home: Path) -> bool:
    """Whether all are active, and the partner has heard of it."""
    counts = ask(home)
    return bool(counts) and counts["active"] == INSTALLATIONS and counts["delivered"] == 2 * INSTALLATIONS


def verify_chain(home: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "fondaco.cli", "verify-audit"],
        env=processes.environment(home), text=True, capture_output=True, check=False,
    )  # fmt: skip
