"""The product's servers with so many clients, node oidc-provider over the same, and the requests that they get."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import urllib.request
from base64 import b64encode
from collections.abc import Iterable
from itertools import cycle, islice
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

import psycopg

from benchmarks.context import Context
from benchmarks.load import Target
from benchmarks.token_clients import ACCOUNT
from fondaco.config.database import parse
from fondaco.runtime.postgres import EmbeddedServer
from fondaco.runtime.serving import HOUSE

WORKERS: Final = 2
PACKAGES: Final = ("oidc-provider@9", "pg@8")
_GRANT: Final = "grant_type=client_credentials"
_QUERY: Final = "SELECT client_id, client_secret, scopes FROM bench_client WHERE client_id = $1"


class Site:
    """The product's web processes over a database with so many clients."""

    def __init__(self, context: Context, server: EmbeddedServer, clients: int) -> None:
        self.context, self.server, self.database = context, server, f"clients_{clients}"
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

    def other(self, name: str, application: str, what: str, requests: Path) -> Target:
        """Another application on the product's server, asked the same as :meth:`ours`."""
        port = self.context.free_port()
        return self._target(name, port, what, self.serve(application, port), requests)

    def ours(self, what: str, requests: Path, *, name: str = "") -> Target:
        """The product's ``token`` or ``introspect`` endpoint."""
        return self._target(name or what, self.port, what, self.process, requests)

    def requests(self, count: int) -> Path:
        """So many requests for a token, each another one, of all clients in turn."""
        path = self.context.folder / f"{self.database}-{count}.txt"
        asking = islice(cycle(self.clients), count)
        path.write_text("".join(f"{_basic(client)}\t{_GRANT}\t{number}\n" for number, client in enumerate(asking)))
        return path

    def introspecting(self, count: int) -> Path:
        """So many requests in which clients in turn look into a token of their own, which is made for this."""
        made = dict(line.split(":") for line in self._run("benchmarks.token_clients").split())
        tokens = [(client, made[client.partition(":")[0]]) for client in self.clients]
        _require_active(f"http://127.0.0.1:{self.port}/{ACCOUNT}/oauth/introspect", *tokens[-1])
        return _introspecting(self.context.folder / f"{self.database}-introspecting.txt", islice(cycle(tokens), count))

    def _target(self, name: str, port: int, what: str, process: subprocess.Popen[bytes], requests: Path) -> Target:
        database = self.server.process.pid if self.server.process else 0
        return Target(name, f"http://127.0.0.1:{port}/{ACCOUNT}/oauth/{what}", process.pid, database, requests)

    def _run(self, *words: str) -> str:
        environment = {**os.environ, **self.environment}
        command = [sys.executable, "-m", *words]
        return subprocess.run(
            command, cwd=self.context.root, env=environment, stdout=subprocess.PIPE, text=True, check=True
        ).stdout


class Peer:
    """oidc-provider over a site's clients; only with ``stores_tokens`` it can look into its own."""

    def __init__(self, site: Site, folder: Path, *, stores_tokens: bool) -> None:
        self._site, self._url = site, f"http://127.0.0.1:{(port := site.context.free_port())}"
        database = parse(site.server.url(site.database))
        environment = {
            "PORT": str(port),
            "WORKERS": str(WORKERS),
            "PGHOST": database["HOST"],
            "PGPORT": database["PORT"] or "5432",
            "PGUSER": database["USER"],
            "PGDATABASE": database["NAME"],
            "CLIENT_QUERY": _QUERY,
            **({"TOKEN_TABLE": "bench_token"} if stores_tokens else {}),
        }
        self._process = site.context.start(["node", str(folder / "oidc-provider.mjs")], environment=environment)
        site.context.wait_for(f"{self._url}/.well-known/openid-configuration", self._process)

    def granting(self) -> Target:
        """Its token endpoint, asked the same as ours."""
        return self._target("token", self._site.granting)

    def introspecting(self) -> Target:
        """Clients look into a token of their own, which it has stored."""
        tokens = [(each, str(_ask(f"{self._url}/token", each, _GRANT)["access_token"])) for each in self._site.clients]
        _require_active(f"{self._url}/token/introspection", *tokens[-1])
        path = _introspecting(self._site.context.folder / "peer-introspecting.txt", tokens)
        return self._target("token/introspection", path)

    def _target(self, path: str, requests: Path) -> Target:
        database = self._site.server.process.pid if self._site.server.process else 0
        return Target("oidc-provider", f"{self._url}/{path}", self._process.pid, database, requests)


def install_peer(context: Context) -> Path:
    """Where its program and packages are."""
    folder = context.folder / "peer"
    folder.mkdir()
    shutil.copy(context.root / "benchmarks" / "peers" / "oidc-provider.mjs", folder)
    # Its own cache would survive; the packages are what the registry has today of these major versions.
    subprocess.run(
        ["npm", "install", "--silent", "--no-audit", "--no-fund", "--no-save", *PACKAGES], cwd=folder, check=True
    )
    return folder


def _introspecting(path: Path, tokens: Iterable[tuple[str, str]]) -> Path:
    with path.open("w") as file:
        for number, (client, token) in enumerate(tokens):
            file.write(f"{_basic(client)}\t{urlencode({'token': token})}\t{number}\n")
    return path


def _basic(client: str) -> str:
    return "Basic " + b64encode(client.encode()).decode()


def _require_active(url: str, client: str, token: str) -> None:
    # The load generator looks at the status only, which is the same for a token that is none.
    if not (answer := _ask(url, client, urlencode({"token": token})))["active"]:
        raise RuntimeError(f"{url} answered {answer}")


def _ask(url: str, client: str, form: str) -> dict[str, object]:
    request = urllib.request.Request(url, form.encode(), {"Authorization": _basic(client)})
    with urllib.request.urlopen(request, timeout=10) as answer:
        found: dict[str, object] = json.load(answer)
    return found
