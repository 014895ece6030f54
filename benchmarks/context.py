"""What a bench is given: private folders, free ports, and processes which end with it, however it ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from fondaco.runtime.postgres import EmbeddedServer

# Counts statements; everything else as `make run` has it.
_DATABASE = {"shared_preload_libraries": "pg_stat_statements", "pg_stat_statements.track_utility": "off"}


@dataclass(frozen=True, slots=True)
class House:
    """A running product with its demo: ``url`` of pages and APIs, ``partner_url`` of the example partner.

    ``environment`` is what its own commands need; ``database`` is the address of its PostgreSQL, which counts
    statements in ``pg_stat_statements``.
    """

    url: str
    partner_url: str
    database: str
    environment: Mapping[str, str]
    root: Path

    def run(self, *words: str) -> str:
        """What ``python -m …`` prints in the house's environment."""
        done = subprocess.run(
            [sys.executable, "-m", *words],
            cwd=self.root,
            env={**os.environ, **self.environment},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    def token(self, email: str) -> str:
        """A personal access token for the management API."""
        return self.run("fondaco.cli", "token", email)


class Context:
    """One bench's surroundings. Leaving it stops every process and removes the folder."""

    def __init__(self, *, root: Path, name: str) -> None:
        self.root = root
        self.name = name
        self._stack = ExitStack()

    def __enter__(self) -> Context:
        self.folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix=f"bench-{self.name}-")))
        self.folder.chmod(0o711)  # PostgreSQL's own user passes through, else its data live elsewhere and stay
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def free_port(self) -> int:
        """A TCP port of 127.0.0.1 that nobody uses now."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return int(probe.getsockname()[1])

    def start(self, command: Sequence[str], *, environment: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
        """Starts a process in its own group; its output goes to ``<name>.log`` files in :attr:`folder`."""
        log = (self.folder / f"{Path(command[0]).name}-{time.monotonic_ns()}.log").open("wb")
        self._stack.callback(log.close)
        process = subprocess.Popen(
            list(command),
            cwd=self.root,
            env={**os.environ, **(environment or {})},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._stack.callback(_stop, process)
        return process

    def wait_for(self, url: str, process: subprocess.Popen[bytes], *, seconds: float = 300) -> None:
        """Waits until ``url`` answers 200; raises with the process's last lines when it ends or does not answer."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and process.poll() is None:
            try:
                with urllib.request.urlopen(url, timeout=2) as answer:
                    if answer.status == 200:
                        return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        raise RuntimeError(f"{url} did not answer. Last lines:\n{self._last_lines()}")

    def database(self, settings: Mapping[str, str] | None = None) -> EmbeddedServer:
        """Starts a PostgreSQL with the product's settings, and those given."""
        server = EmbeddedServer(self.folder / "database", settings)
        self._stack.callback(server.stop)
        server.start()
        return server

    def house(self, *, environment: Mapping[str, str] | None = None) -> House:
        """Starts the whole product with its demo through ``fondaco up``, on private ports and in a private home."""
        port, partner_port = self.free_port(), self.free_port()
        url, partner_url = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{partner_port}"
        server = self.database(_DATABASE)
        settings = {
            "FONDACO_HOME": str(self.folder / "home"),
            "FONDACO_SITE_URL": url,
            "FONDACO_EXAMPLE_PARTNER_URL": partner_url,
            "DATABASE_URL": server.url(),
            "DJANGO_SETTINGS_MODULE": "fondaco.config.settings",
            "PYTHONPATH": str(self.root / "src"),
            **(environment or {}),
        }
        ports = ["--port", str(port), "--partner-port", str(partner_port)]
        process = self.start([sys.executable, "-m", "fondaco.cli", "up", *ports], environment=settings)
        self.wait_for(f"{url}/readyz", process)
        self.wait_for(f"{partner_url}/health", process)
        return House(url, partner_url, server.url(), settings, self.root)

    def _last_lines(self, count: int = 20) -> str:
        newest = max(self.folder.glob("*.log"), key=lambda path: path.stat().st_mtime_ns)
        return "\n".join(newest.read_text(errors="replace").splitlines()[-count:])


def _stop(process: subprocess.Popen[bytes]) -> None:
    for number in (signal.SIGINT, signal.SIGKILL):
        if process.poll() is None:
            os.killpg(process.pid, number)
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                continue
