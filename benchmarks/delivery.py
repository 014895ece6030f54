"""Deliveries: how many a second, how soon after the commit, and what hanging receivers cost the others.

The events are written into the database of a running house, whose dispatcher finds, signs, sends and records them; the
receiver is another process, the same for the peer. ``BENCH_SCALE`` (100,000) bounds how far growth is printed, and
``BENCH_ROTATIONS`` (10,000) how far that of new credentials for every installation of an app.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import httpx
import psycopg

from benchmarks.context import Context, House
from benchmarks.rounds import Comparison, constant

SCALE = int(os.environ.get("BENCH_SCALE", "100000"))
ROTATIONS = min(SCALE, int(os.environ.get("BENCH_ROTATIONS", "10000")))
AT_ONCE = min(SCALE, 5_000)  # events of one round
ENDPOINTS = 50
PACED, EVERY_SECONDS, A_TIME = 100, 0.05, 10  # a thousand events within five seconds
PATIENCE = 600.0
ROTATION_PATIENCE = 7200.0
_SUPPORT = "jon@fondaco.example"
SWEEPER_BUDGET_PER_SECOND = 100.0
_PAD = "x" * 700  # so that a body is about as long as an event's
_ENDPOINTS = """
    INSERT INTO messaging_endpoint
        (id, app_id, url, status, status_changed_at, failures, last_error, pauses, created_at)
    SELECT gen_random_uuid(), %(app)s::uuid, %(sink)s || '/' || kind || '/' || n, 'healthy', now(), 0, '', 0, now()
    FROM unnest(ARRAY['good', 'hang']) kind, generate_series(1, %(endpoints)s) n ON CONFLICT DO NOTHING
"""
_EVENTS = """
    WITH chosen AS (
        SELECT id, row_number() OVER (ORDER BY id) AS n FROM installs_installation
        WHERE app_id = %(app)s::uuid AND status <> 'revoked' AND account_id LIKE '0000%%'
        ORDER BY id LIMIT %(count)s OFFSET %(skip)s
    ), made AS (
        INSERT INTO messaging_message (id, installation_id, app_id, sequence, type, public_body, created_at)
        SELECT gen_random_uuid(), id, %(app)s::uuid, %(sequence)s, 'app.trial_started',
               json_build_object('created', extract(epoch FROM clock_timestamp()), 'data', '{}'::json,
                                 'pad', %(pad)s::text)::text,
               clock_timestamp()
        FROM chosen RETURNING id, installation_id, created_at
    ), queued AS (
        INSERT INTO messaging_delivery (message_id, installation_id, endpoint_id, sequence, is_ordered, is_awaited,
            status, status_changed_at, url, attempt_count, next_attempt_at)
        SELECT made.id, made.installation_id, e.id, %(sequence)s, TRUE, FALSE, 'pending', now(), e.url, 0,
               made.created_at
        FROM made JOIN chosen c ON c.id = made.installation_id
        JOIN messaging_endpoint e ON e.app_id = %(app)s::uuid AND e.url = %(sink)s || '/' ||
             CASE WHEN c.n %% 100 < %(hanging)s THEN 'hang' ELSE 'good' END || '/' || (1 + c.n %% %(endpoints)s)
        RETURNING endpoint_id
    )
    SELECT count(*) FROM queued JOIN messaging_endpoint e ON e.id = endpoint_id WHERE e.url LIKE '%%/good/%%'
"""
_FORGET = "UPDATE messaging_delivery SET status = 'failed', next_attempt_at = NULL WHERE status = 'pending'"
_MEND = "UPDATE messaging_endpoint SET status = 'healthy', failures = 0, closed_until = NULL, failing_since = NULL"
_DEADLINES = """
    INSERT INTO kit_deadline (id, kind, subject_id, due_at, try_at, attempts, last_error, created_at)
    SELECT gen_random_uuid(), 'message.secrets_expire', md5(%(mark)s || n), now() + %(due)s::interval,
           now() + %(due)s::interval, 0, '', now()
    FROM generate_series(1, %(count)s) n
"""
_DUE = "SELECT count(*) FROM kit_deadline WHERE kind = 'message.secrets_expire' AND try_at <= now()"

_APP = "SELECT name FROM catalog_app WHERE id = %(app)s::uuid"
_LIVING_SETS = """
    SELECT count(*) FROM identity_credentialset s JOIN identity_oauthclient c ON c.id = s.client_id
    WHERE c.app_id = %(app)s::uuid AND s.status <> 'revoked'
"""
_IN_USE = """
    SELECT count(*) FROM installs_installation
    WHERE app_id = %(app)s::uuid AND status NOT IN ('revoked', 'rejected', 'timeout') AND account_id LIKE '0000%%'
"""
_ROTATED = """
    SELECT count(*), count(*) FILTER (WHERE d.status = 'delivered')
    FROM messaging_message m JOIN messaging_delivery d ON d.message_id = m.id
    JOIN installs_installation i ON i.id = m.installation_id
    WHERE m.app_id = %(app)s::uuid AND i.account_id LIKE '0000%%'
      AND m.type = 'app.credentials_rotated' AND m.created_at >= %(since)s
"""


@dataclass
class Post:
    """The house with its sink, and an eye on both."""

    house: House
    sink: str
    app: str
    database: psycopg.Connection[tuple[int]]
    client: httpx.Client  # one for all looks: making one reads certificates, on the cores that are measured
    sequence: int = 1000
    committed: float = 0.0  # when the newest events were

    def send(self, count: int, *, hanging: int = 0, skip: int = 0) -> int:
        """Commits so many events, ``hanging`` of a hundred for receivers that hang; how many the others are to get."""
        wanted = self.database.execute(
            _EVENTS,
            {"app": self.app, "count": count, "sequence": self.sequence, "pad": _PAD, "sink": self.sink,
             "endpoints": ENDPOINTS, "hanging": hanging, "skip": skip},
        ).fetchone()  # fmt: skip
        self.committed = time.time()
        self.database.execute("SELECT pg_notify('fondaco_deliveries', '')")
        return int(wanted[0]) if wanted else 0

    def wait_for(self, count: int) -> dict[str, float]:
        """What the sink took, when it has taken so many."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if self.ask("?keep")["count"] >= count:
                return self.ask()
            time.sleep(0.05)
        raise RuntimeError(f"only {self.ask()['count']} of {count} events came within {PATIENCE:.0f} s")

    def ask(self, query: str = "") -> dict[str, float]:
        found: dict[str, float] = self.client.get(f"{self.sink}/taken{query}").json()
        return found

    def rate(self, count: int = AT_ONCE) -> float:
        """Deliveries a second, from the commit of ``count`` events to the last receipt."""
        self.ask()
        self.sequence += 1
        wanted = self.send(count)
        taken = self.wait_for(wanted)
        return taken["count"] / (taken["last"] - self.committed)

    def bare_rate(self) -> float:
        """The same of a loop that only posts."""
        self.ask()
        body = json.dumps({"created": time.time(), "data": {}, "pad": _PAD}).encode()
        begun = time.time()
        command = [sys.executable, "-m", "benchmarks.peers.bare_loop", self.sink, str(AT_ONCE)]
        subprocess.run(command, cwd=self.house.root, input=body, check=True)
        taken = self.ask()
        return taken["count"] / (taken["last"] - max(begun, taken["first"]))

    def p95(self, *, hanging: int) -> float:
        """Seconds from commit to receipt of events that are committed little by little."""
        self.ask()
        self.sequence += 1
        wanted = 0
        for number in range(PACED):
            wanted += self.send(A_TIME, hanging=hanging, skip=number * A_TIME)
            time.sleep(EVERY_SECONDS)
        taken = self.wait_for(wanted)
        self.database.execute(_FORGET)
        self.database.execute(_MEND)
        return taken["p95"]


def bench(context: Context) -> Iterator[Comparison]:
    """Rate against a bare loop, p95 beside hanging receivers, fan-out to many, a sweeper with much to wait for."""
    house = context.house()
    port = context.free_port()
    sink = f"http://127.0.0.1:{port}"
    context.wait_for(f"{sink}/taken", context.start([sys.executable, "-m", "benchmarks.peers.sink", str(port)]))
    world = json.loads(house.run("benchmarks.delivery_world", str(AT_ONCE + 10), sink))
    database = psycopg.connect(house.database, autocommit=True)
    client = httpx.Client(trust_env=False, timeout=60)
    post = Post(house, sink, world["app_id"], database, client)
    database.execute(_ENDPOINTS, {"app": post.app, "sink": sink, "endpoints": ENDPOINTS})
    yield Comparison("aiohttp", "deliveries/s", post.rate, post.bare_rate, rounds=3, goal=0.6)
    yield Comparison(
        peer="nobody-hangs",
        unit="s, p95 from commit to receipt, one in ten hangs",
        ours=lambda: post.p95(hanging=10),
        theirs=lambda: post.p95(hanging=0),
        better="lower",
        rounds=3,
        goal=1.1,
    )
    staff = house.token(_SUPPORT)
    for count in (1_000, 10_000, 100_000, 1_000_000):
        if count <= SCALE:
            house.run("benchmarks.delivery_world", str(count + 10), sink)
            sys.stdout.write(f"fan-out to {count} installations: {post.rate(count):.0f} deliveries/s\n")
        if count <= ROTATIONS:  # as long as the app is in no more accounts than that: all of them are concerned
            sys.stdout.write(f"new credentials for {rotate(post, staff)}\n")
        if count <= SCALE * 10:
            sys.stdout.write(f"sweeper beside {count} deadlines: {sweep_rate(database, count):.0f} deadlines/s\n")
    yield Comparison(
        peer="budget",
        unit=f"deadlines/s beside {min(SCALE * 10, 1_000_000)}",
        ours=lambda: sweep_rate(database, 0),
        theirs=constant(SWEEPER_BUDGET_PER_SECOND),
        rounds=1,
        goal=1.0,
    )


def rotate(post: Post, staff: str) -> str:
    """An operator keeps an app's programs out and lets them in again: each installation's gets new credentials.

    Counted from the first click until the last old set is dead, and from the second to the commit of the last event
    and to its delivery; of the copies only, for what the demo sends may wait behind an older event.
    """
    app, headers = {"app": post.app}, {"Authorization": f"Bearer {staff}"}
    (name,) = post.database.execute(_APP, app).fetchone() or ("",)
    (wanted,) = post.database.execute(_IN_USE, app).fetchone() or (0,)
    with httpx.Client(base_url=f"{post.house.url}/api/v1", headers=headers, trust_env=False, timeout=60) as client:
        begun = time.monotonic()
        words = {"reason": "It is measured.", "confirmation": str(name)}
        done = client.post(f"/operator/access/app/{post.app}/cut-off", json=words).raise_for_status()
        _wait(lambda: post.database.execute(_LIVING_SETS, app).fetchone() == (0,))
        ended = time.monotonic() - begun
        (since,) = post.database.execute("SELECT now()").fetchone() or (None,)
        begun = time.monotonic()
        client.post(f"/operator/cutoffs/{done.json()['id']}/restore", json={"reason": "It was."}).raise_for_status()
    seconds = []
    for column in (0, 1):
        _wait(lambda at=column: _count(post, since)[at] >= wanted)  # type: ignore[misc]
        seconds.append(time.monotonic() - begun)
    post.sequence += 1  # the house has given that number to the events it made
    return (
        f"{wanted} installations: old ones dead within {ended:.0f} s, new ones queued within {seconds[0]:.0f} s "
        f"({wanted / seconds[0]:.0f}/s), delivered within {seconds[1]:.0f} s"
    )


def _count(post: Post, since: object) -> tuple[int, ...]:
    return post.database.execute(_ROTATED, {"app": post.app, "since": since}).fetchone() or (0, 0)


def _wait(is_over: Callable[[], bool]) -> None:
    """Looks seldom where a look takes long, lest looking be what is measured."""
    looked = time.monotonic()
    until = looked + ROTATION_PATIENCE
    while not is_over():
        if time.monotonic() > until:
            raise RuntimeError("it took too long")
        time.sleep(max(0.2, 20 * (time.monotonic() - looked)))
        looked = time.monotonic()


def sweep_rate(database: psycopg.Connection[tuple[int]], waiting: int) -> float:
    """How many due deadlines the house's sweeper handles a second, with so many more that are not due."""
    mark = str(time.monotonic_ns())
    if waiting:
        database.execute(_DEADLINES, {"mark": f"later{mark}", "count": waiting, "due": "30 days"})
        database.execute("ANALYZE kit_deadline")
    begun = time.monotonic()
    database.execute(_DEADLINES, {"mark": mark, "count": 1000, "due": "0"})
    database.execute("SELECT pg_notify('fondaco_deadlines', '')")
    while database.execute(_DUE).fetchone() != (0,):
        time.sleep(0.02)
    return 1000 / (time.monotonic() - begun)
