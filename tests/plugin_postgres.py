"""Gives the tests a PostgreSQL before Django reads its settings.

With ``DATABASE_URL`` set nothing is done. Otherwise one embedded server under ``.fondaco/test-postgres`` serves every
run of this checkout, also several at once: a keeper process owns it and leaves when nobody has held a lease (a shared
file lock, which the kernel takes back from a killed run) for two minutes. ``FONDACO_TEST_DB`` names the database, so
that parallel runs do not meet in one.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import gc
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO

import pytest

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".fondaco" / "test-postgres"
IDLE_SECONDS = 120.0
SETTINGS = {
    "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "300",
    "shared_buffers": "128MB", "max_wal_size": "4GB", "wal_level": "minimal", "max_wal_senders": "0",
    "jit": "off", "checkpoint_timeout": "1h", "update_process_title": "off",
}  # fmt: skip

_lease: IO[str] | None = None


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    """Runs before pytest-django loads the settings, and before most of what is imported, which stays for good."""
    gc.set_threshold(50_000, 20, 100)
    if hasattr(os, "SCHED_BATCH"):  # longer turns: whoever computes is not pushed aside by everyone who wakes up
        with contextlib.suppress(OSError):  # not everywhere may a process say so
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
    if "FONDACO_HOME" not in os.environ:
        os.environ["FONDACO_HOME"] = tempfile.mkdtemp(prefix="fondaco-tests-")
        atexit.register(shutil.rmtree, os.environ["FONDACO_HOME"], ignore_errors=True)
    os.environ.setdefault("FONDACO_TEMPLATE_CACHE", str(HOME.with_name("test-templates")))
    if "PYTEST_XDIST_WORKER" in os.environ or os.environ.get("DATABASE_URL"):
        return  # workers inherit the controller's environment, and its lease
    name = os.environ.get("FONDACO_TEST_DB", "test_fondaco").removeprefix("test_")
    os.environ["DATABASE_URL"] = lease_server().replace("/fondaco?", f"/{name}?")


def lease_server() -> str:
    """The address of the running test server, started when nobody has; kept until this process ends."""
    global _lease
    HOME.mkdir(parents=True, exist_ok=True)
    _lease = (HOME / "leases.lock").open("a+")
    fcntl.flock(_lease, fcntl.LOCK_SH)
    address = HOME / "database.url"
    with (HOME / "start.lock").open("a+") as start:
        fcntl.flock(start, fcntl.LOCK_EX)
        with (HOME / "keeper.lock").open("a+") as keeper:
            try:
                fcntl.flock(keeper, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return address.read_text().strip()
            address.unlink(missing_ok=True)
            fcntl.flock(keeper, fcntl.LOCK_UN)
        process = _start_keeper()
        while not address.exists():
            if process.poll() is not None:
                raise pytest.UsageError((HOME / "keeper.log").read_text().strip())
            time.sleep(0.02)
        return address.read_text().strip()


def _start_keeper() -> subprocess.Popen[bytes]:
    with (HOME / "keeper.log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        )  # fmt: skip


def keep_server() -> None:
    """The keeper's whole life."""
    from fondaco.runtime.errors import StartRefused  # noqa: PLC0415 (only the keeper has src on its path this early)
    from fondaco.runtime.postgres import EmbeddedServer  # noqa: PLC0415

    keeper = (HOME / "keeper.lock").open("a+")
    fcntl.flock(keeper, fcntl.LOCK_EX)
    server = EmbeddedServer(HOME, SETTINGS)
    try:
        server.start()
    except StartRefused as refusal:
        sys.exit(str(refusal))
    idle_since = time.monotonic()
    while server.is_running():
        time.sleep(1)
        with (HOME / "start.lock").open("a+") as start, (HOME / "leases.lock").open("a+") as leases:
            try:  # nobody may be starting while we leave
                fcntl.flock(start, fcntl.LOCK_EX | fcntl.LOCK_NB)
                fcntl.flock(leases, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                idle_since = time.monotonic()
                continue
            if time.monotonic() - idle_since > IDLE_SECONDS:
                server.stop()
                keeper.close()  # before the next run may look, which is when ``start`` is released
                return


if __name__ == "__main__":
    keep_server()
