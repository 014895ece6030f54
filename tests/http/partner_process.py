"""The example partner app as a process of its own."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from tests.http.fake_platform import ANA, PATIENCE, FakePlatform, Installed

APP = Path(__file__).resolve().parents[2] / "examples" / "hello_partner" / "app.py"


class Partner:
    """The process and its address."""

    def __init__(self, platform: FakePlatform, database: Path, **settings: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.database = database
        clean = {name: value for name, value in os.environ.items() if not name.startswith("HELLO_")}
        self.environment = clean | {"HELLO_PLATFORMS": platform.root, "HELLO_DATABASE": str(database), **settings}
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(APP), "--port", str(self.port)],
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.wait_for_health()

    def wait_for_health(self, *, is_idle: bool = False) -> None:
        """Until it answers and, when asked, until no event is unfinished."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                health = httpx.get(f"{self.url}/health").json()
            except httpx.TransportError:
                continue
            if health["status"] == "ok" and (not is_idle or health["unfinished_events"] == 0):
                return
        pytest.fail("the partner app did not become ready")

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(timeout=PATIENCE)

    def rows(self, sql: str, *values: str) -> list[tuple[object, ...]]:
        with sqlite3.connect(f"file:{self.database}?mode=ro", uri=True) as connection:
            return connection.execute(sql, values).fetchall()

    def state_of(self, row: Installed) -> str:
        return str(self.rows("SELECT state FROM installations WHERE id = ?", row.id)[0][0])

    def misbehave(self, mode: str, *, app_id: str = "*", reason: str = "") -> int:
        form = {"mode": mode, "app_id": app_id, "reason": reason}
        return httpx.post(f"{self.url}/misbehave", data=form).status_code

    def launch(self, row: Installed, *, user_hint: str = ANA) -> str:
        return f"{self.url}/start?talkdesk_installation_id={row.id}&talkdesk_user_id={user_hint}"
