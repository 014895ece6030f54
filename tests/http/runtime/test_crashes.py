"""Processes die at any moment, again and again, with two hundred operations in flight: nothing lost, nothing applied
twice, everybody told the same.

``make soak`` kills for longer. A failure prints the seed of what was left to chance; ``FONDACO_SEED`` takes it.
"""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import processes
import psycopg
from relay import Relay, relaying
from tests.soaking import TIMES, dice

IN_FLIGHT = 200  # operations, when they begin to die
PART = 20  # of those: as many paid plans, uninstalls, and rotations with more licences behind them
NEW = IN_FLIGHT - 3 * PART  # the others are installs
VICTIMS = ("fondaco dispatcher", "fondaco worker", "fondaco sweeper", "fondaco web", "postgres -D")
KILLS = 4 * max(TIMES, 1)  # at random, beside one of everybody
WORLD = Path(__file__).with_name("crash_world.py")
_BY = "SELECT {0}, count(*) FROM {1} GROUP BY 1 ORDER BY 1"
_COUNTS = {
    "installations": _BY.format("status", "installs_installation"),
    "operations": _BY.format("kind || ' ' || status", "installs_operation"),
    "trials": _BY.format("btrim(status || ' ' || ended_reason)", "installs_trial"),
    "plans": "SELECT p.name || ' ' || i.total_licences, count(*) FROM installs_installation i "
    "JOIN catalog_plan p ON p.id = i.plan_id WHERE i.status = 'completed' GROUP BY 1",
    "messages": _BY.format("type", "messaging_message"),
    "deliveries": _BY.format("status", "messaging_delivery"),
    "credentials": "SELECT 'living', count(*) FROM identity_credentialset WHERE status <> 'revoked' GROUP BY 1",
    "licences": "SELECT 'held', count(*) FROM installs_licence GROUP BY 1",
    "gaps": "SELECT 'gap', count(*) FROM (SELECT 1 FROM messaging_message GROUP BY installation_id "
    "HAVING max(sequence) <> count(*)) AS found HAVING count(*) > 0",
    "facts": "SELECT kind, count(*) FROM audit_event WHERE kind IN ('operation.approved', 'installation.completed', "
    "'installation.revoked', 'trial.started', 'trial.ended') GROUP BY 1",
    "facts told twice": "SELECT kind, count(*) FROM (SELECT kind FROM audit_event WHERE kind IN ('operation.opened', "
    "'operation.approved', 'trial.started', 'trial.ended', 'installation.revoked') GROUP BY kind, subject_id "
    "HAVING count(*) > 1) AS found GROUP BY 1",
}
_WAITING = """
    SELECT count(*) FROM messaging_delivery d
    JOIN installs_installation i ON i.id = d.installation_id
    JOIN messaging_endpoint e ON e.id = d.endpoint_id
    LEFT JOIN kit_clockoffset c ON c.account_id = i.account_id
    WHERE d.status = 'pending' AND d.next_attempt_at > now() + COALESCE(c."offset", INTERVAL '0')
      AND (e.closed_until IS NULL OR e.closed_until < now())
"""
MOST_HOURS = 24  # that may have to pass
Counts = dict[str, dict[str, int]]
_NOTHING_WRONG: Counts = {"gaps": {}, "facts told twice": {}}
FIRST: Counts = _NOTHING_WRONG | {
    "installations": {"completed": 3 * PART},
    "operations": {"install approved": 3 * PART},
    "trials": {"active": 3 * PART},
    "plans": {"Trial 1": 3 * PART},
    "messages": {"app.installed": 3 * PART, "app.trial_started": 3 * PART},
    "deliveries": {"delivered": 6 * PART},
    "credentials": {"living": 3 * PART},
    "licences": {"held": 3 * PART},
    "facts": {"operation.approved": 3 * PART, "installation.completed": 3 * PART, "trial.started": 3 * PART},
}
_EVER = NEW + 3 * PART  # installations
LAST: Counts = _NOTHING_WRONG | {
    "installations": {"completed": _EVER - PART, "revoked": PART},
    "operations": {"install approved": _EVER, "update approved": 2 * PART, "uninstall approved": PART},
    "trials": {"active": _EVER - 2 * PART, "ended plan_upgraded": PART, "ended app_uninstalled": PART},
    "plans": {"Trial 1": NEW, "Trial 3": PART, "Team 2": PART},
    "messages": {
        "app.installed": _EVER, "app.trial_started": _EVER, "app.trial_ended": 2 * PART, "app.updated": 2 * PART,
        "app.uninstalled": PART, "app.credentials_rotated": PART,
    },
    "deliveries": {"delivered": 2 * _EVER + 6 * PART},
    "credentials": {"living": _EVER - PART},
    "licences": {"held": _EVER - PART},
    "facts": {
        "operation.approved": _EVER + 3 * PART, "installation.completed": _EVER + 2 * PART,
        "installation.revoked": PART, "trial.started": _EVER, "trial.ended": 2 * PART,
    },
}  # fmt: skip


def test_two_hundred_operations_come_through(home: Path, ports: tuple[int, int]) -> None:
    seed, chance = dice()
    print(f"FONDACO_SEED={seed}")  # noqa: T201 - pytest shows it with a failure
    house = processes.start(home, "up", "--no-demo", "--port", str(ports[0]), "--partner-port", str(ports[1]))
    processes.wait_until(lambda: "Fondaco is open" in processes.said(home) or house.poll() is not None, 300)
    assert house.poll() is None, processes.said(home)
    with relaying(ports[1], chance) as relay:
        site = f"http://127.0.0.1:{ports[0]}"
        ask_for(home, site, "order", str(3 * PART), relay.url)
        converge(home, FIRST)
        dispatcher = pids(home, VICTIMS[0])[0]
        os.kill(dispatcher, signal.SIGSTOP)  # so that all of them are under way at once
        ask_for(home, site, "stir", str(NEW))
        os.kill(dispatcher, signal.SIGKILL)
        victims = [*VICTIMS, *chance.choices(VICTIMS, k=KILLS)]
        chance.shuffle(victims)
        for name in victims:
            kill_one(home, name, chance)
            time.sleep(chance.random() / 2)  # so that they die at every moment of the work
        converge(home, LAST)
        check_partner(home, relay)
    assert verify_chain(home).returncode == 0
    os.kill(house.pid, signal.SIGINT)
    assert house.wait(60) == 0


def ask_for(home: Path, site: str, *words: str) -> None:
    """In a process of its own, as the house's."""
    source = os.pathsep.join(str(processes.ROOT / folder) for folder in ("src", ""))
    environment = processes.environment(home) | {"PYTHONPATH": source}
    environment |= {"DJANGO_SETTINGS_MODULE": "fondaco.config.settings", "FONDACO_SITE_URL": site}
    subprocess.run([sys.executable, WORLD, *words], env=environment, check=True)


def kill_one(home: Path, name: str, chance: random.Random) -> None:
    """Any process of this name, and on as soon as another has taken its place."""
    processes.wait_until(lambda: pids(home, name), 120)
    victim = chance.choice(pids(home, name))
    os.kill(victim, signal.SIGKILL)
    processes.wait_until(
        lambda: pids(home, name) and victim not in pids(home, name), 120, because=lambda: processes.said(home)[-3000:]
    )


def converge(home: Path, wanted: Counts) -> None:
    """Everything ends as ``wanted``, exactly; what met a dying house, or lost its answer, is tried again later."""
    hours = iter(range(MOST_HOURS))

    def is_settled() -> bool:
        if ask(home) == wanted:
            return not is_partner_busy(home)
        if waits_for_its_time(home) and next(hours, None) is not None:
            let_an_hour_pass(home)
        return False

    processes.wait_until(is_settled, 400, because=lambda: f"{ask(home)} {complaints(home)}", every=1.0)


def pids(home: Path, name: str) -> list[int]:
    return sorted(pid for pid, words in processes.belonging_to(home).items() if name in words)


def ask(home: Path) -> Counts:
    """The counts; none while the server is on its way back."""
    try:
        with connected(home) as database:
            return {name: dict(database.execute(query).fetchall()) for name, query in _COUNTS.items()}  # type: ignore[call-overload]
    except psycopg.OperationalError:
        return {}


def connected(home: Path) -> psycopg.Connection:
    return psycopg.connect((home / "database.url").read_text().strip(), autocommit=True)


def waits_for_its_time(home: Path) -> bool:
    """Whether something is to be tried again later, and not because its address is left alone for a moment."""
    try:
        with connected(home) as database:
            row = database.execute(_WAITING).fetchone()
    except psycopg.OperationalError:
        return False
    return row is not None and row[0] > 0


def let_an_hour_pass(home: Path) -> None:
    """For all accounts at once."""
    with connected(home) as database:
        database.execute(
            'INSERT INTO kit_clockoffset AS c (account_id, "offset") '
            "SELECT id, interval '1 hour' FROM accounts_account "
            'ON CONFLICT (account_id) DO UPDATE SET "offset" = c."offset" + excluded."offset"'
        )


def complaints(home: Path) -> list[tuple[object, ...]]:
    """What became of the tries that did not arrive."""
    with connected(home) as database:
        query = "SELECT error, response_status, left(response_excerpt, 200), count(*) FROM messaging_attempt"
        return database.execute(f"{query} WHERE response_status IS DISTINCT FROM 204 GROUP BY 1, 2, 3").fetchall()


def is_partner_busy(home: Path) -> bool:
    """It says that it has an event before it does what that asks for."""
    with partner_store(home) as store:
        return bool(store.execute("SELECT 1 FROM events WHERE state IN ('waiting', 'running') LIMIT 1").fetchall())


def partner_store(home: Path) -> closing[sqlite3.Connection]:
    return closing(sqlite3.connect(f"file:{home / 'hello_partner.sqlite3'}?mode=ro", uri=True))


def check_partner(home: Path, relay: Relay) -> None:
    """It heard of everything, did each thing to its end, and got the same bytes whenever it got one again."""
    with partner_store(home) as partner:
        states = dict(partner.execute("SELECT state, count(*) FROM installations GROUP BY state").fetchall())
        assert states == {"active": _EVER - PART, "uninstalled": PART}
        events = partner.execute("SELECT type, state, count(*) FROM events GROUP BY 1, 2").fetchall()
        assert {(kind, state): count for kind, state, count in events} == {
            (kind, "done"): count for kind, count in LAST["messages"].items()
        }
    with connected(home) as database:
        ids = {row[0].hex for row in database.execute("SELECT id FROM messaging_message").fetchall()}
    assert set(relay.sent) == ids
    assert {key for key, digests in relay.sent.items() if len(set(digests)) > 1} == set()
    assert relay.lost
    assert sum(len(digests) for digests in relay.sent.values()) >= len(ids) + relay.lost


def verify_chain(home: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "fondaco.cli", "verify-audit"],
        env=processes.environment(home), text=True, capture_output=True, check=False,
    )  # fmt: skip
