"""Tokens for clients, and looking into tokens: against node oidc-provider, and against a constant on the same server.

Everything shares one PostgreSQL. Each server has as many processes as the others; only one is under load at a time.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import urllib.request
from base64 import b64encode
from collections.abc import Iterator, Mapping
from itertools import cycle, islice
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

import psycopg

from benchmarks.context import Context
from benchmarks.load import Target
from benchmarks.rounds import Comparison
from benchmarks.token_clients import ACCOUNT
from fondaco.config.database import parse
from fondaco.runtime.postgres import EmbeddedServer
from fondaco.runtime.serving import HOUSE

WORKERS: Final = 2
FEW, MANY = 100, 100_000
PACKAGES: Final = ("oidc-provider@9", "pg@8")
_GRANT: Final = "grant_type=client_credentials"
_QUERY: Final = "SELECT client_id, client_secret, scopes FROM bench_client WHERE client_id = $1"


class Site:
    """The product's web processes over a database with so many clients."""

    def __init__(self, context: Context, server: EmbeddedServer, clients: int) -> None:
        self.context, self.database = context, f"clients_{clients}"
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {self.database}")
        self.port = context.free_port()
        self.environment = {
            "FONDACO_HOME": str(context.folder / "home"),
            "FONDACO_SITE_URL": f"http://127.0.0.1:{self.port}",
            "DATABASE_URL": server.url(self.database),
            "DJANGO_SETTINGS_MODULE": "fondaco.config.settings",
            "FONDACO_TOKENS_PER_SECOND": "1000000",  # counted all the same
            "FONDACO_INTROSPECTIONS_PER_SECOND": "1000000",
            "PYTHONPATH": f"{context.root / 'src'}{os.pathsep}{context.root}",
        }
        self._run("fondaco.cli", "migrate")
        self.clients = self._run("benchmarks.token_clients", str(clients)).split()
        self.granting = self.requests(clients)
        self.process = self.serve(HOUSE, self.port)

    def serve(self, application: str, port: int) -> subprocess.Popen[bytes]:
        """Starts the product's server, as ``fondaco web`` does, on an application."""
        call = f"serve('127.0.0.1', {port}, {WORKERS}, {application!r})"
        words = [sys.executable, "-c", f"from fondaco.runtime.serving import serve; {call}"]
        process = self.context.start(words, environment=self.environment)
        self.context.wait_for(f"http://127.0.0.1:{port}/readyz", process)
        return process

    def token_url(self, port: int = 0) -> str:
        """Where tokens are given, by this site or another server on its database."""
        return f"http://127.0.0.1:{port or self.port}/{ACCOUNT}/oauth/token"

    def requests(self, count: int) -> Path:
        """So many requests for a token, each another one, of all clients in turn."""
        path = self.context.folder / f"{self.database}-{count}.txt"
        asking = islice(cycle(self.clients), count)
        path.write_text("".join(f"{_basic(client)}\t{_GRANT}\t{number}\n" for number, client in enumerate(asking)))
        return path

    def introspecting(self, count: int) -> Path:
        """Requests in which clients look into tokens of their own, which are made for this."""
        path = self.context.folder / "introspecting.txt"
        with path.open("w") as file:
            for client in self.clients[:count]:
                token = _ask(self.token_url(), _basic(client), _GRANT)["access_token"]
                file.write(f"{_basic(client)}\t{urlencode({'token': token})}\t\n")
        return path

    def _run(self, *words: str) -> str:
        environment = {**os.environ, **self.environment}
        command = [sys.executable, "-m", *words]
        return subprocess.run(
            command, cwd=self.context.root, env=environment, stdout=subprocess.PIPE, text=True, check=True
        ).stdout


def bench(context: Context) -> Iterator[Comparison]:
    """Token and introspection, each against its peers; then many clients against few."""
    subprocess.run([context.root / "deploy" / "wrk"], check=True)
    server = context.database()
    few = Site(context, server, FEW)
    database = server.process.pid if server.process else 0

    def target(name: str, url: str, process: subprocess.Popen[bytes], clients: Path = few.granting) -> Target:
        return Target(name, url, process.pid, database, clients)

    port, peer_port = context.free_port(), context.free_port()
    constant = few.serve("benchmarks.peers.constant:application", port)
    peer = _start_peer(context, parse(server.url(few.database)), peer_port)
    ours = target("token", few.token_url(), few.process)
    yield from _compare(
        "oidc-provider", 2.0, ours, target("oidc-provider", f"http://127.0.0.1:{peer_port}/token", peer)
    )
    yield from _compare("constant", 0.6, ours, target("constant", few.token_url(port), constant))
    asking_port = context.free_port()
    asking = few.serve("benchmarks.peers.one_statement:application", asking_port)
    yield from _compare("one-statement", None, ours, target("one statement", few.token_url(asking_port), asking))
    introspecting, url = few.introspecting(FEW), few.token_url().replace("/token", "/introspect")
    yield from _compare(
        "introspect:constant",
        0.6,
        target("introspect", url, few.process, introspecting),
        target("constant", url.replace(str(few.port), str(port)), constant, introspecting),
    )
    many = Site(context, server, MANY)
    yield from _compare(
        f"{FEW}-clients",
        0.9,
        target(f"token, {MANY} clients", many.token_url(), many.process, many.granting),
        # As many requests to choose from, lest wrk's own memory make the difference.
        target(f"token, {FEW} clients", few.token_url(), few.process, few.requests(MANY)),
        rounds=9,  # the two are so close that five rounds say too little
    )


def _compare(peer: str, goal: float | None, ours: Target, theirs: Target, *, rounds: int = 5) -> Iterator[Comparison]:
    ours.rounds.clear()
    yield Comparison(
        peer=peer,
        unit="requests/s",
        better="higher",
        goal=goal,
        ours=ours.measure,
        theirs=theirs.measure,
        rounds=rounds,
    )
    sys.stdout.write(f"{ours.line()}\n{theirs.line()}\n\n")
    sys.stdout.flush()


def _start_peer(context: Context, database: Mapping[str, str], port: int) -> subprocess.Popen[bytes]:
    folder = context.folder / "peer"
    folder.mkdir()
    shutil.copy(context.root / "benchmarks" / "peers" / "oidc-provider.mjs", folder)
    # Its own cache would survive; the packages are what the registry has today of these major versions.
    subprocess.run(
        ["npm", "install", "--silent", "--no-audit", "--no-fund", "--no-save", *PACKAGES], cwd=folder, check=True
    )
    environment = {
        "PORT": str(port),
        "WORKERS": str(WORKERS),
        "PGHOST": database["HOST"],
        "PGPORT": database["PORT"] or "5432",
        "PGUSER": database["USER"],
        "PGDATABASE": database["NAME"],
        "CLIENT_QUERY": _QUERY,
    }
    process = context.start(["node", str(folder / "oidc-provider.mjs")], environment=environment)
    context.wait_for(f"http://127.0.0.1:{port}/.well-known/openid-configuration", process)
    return process


def _basic(client: str) -> str:
    return "Basic " + b64encode(client.encode()).decode()


def _ask(url: str, authorization: str, form: str) -> dict[str, str]:
    request = urllib.request.Request(url, form.encode(), {"Authorization": authorization})
    with urllib.request.urlopen(request, timeout=10) as answer:
        found: dict[str, str] = json.load(answer)
    return found
