"""The embedded server as real processes: what a kill, a full disk and a read-only disk do."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import processes
import psycopg
import pytest

from fondaco.runtime.errors import StartRefused
from fondaco.runtime.postgres import EmbeddedServer, places

HOLD = (
    "import sys; from pathlib import Path; from fondaco.runtime.postgres import EmbeddedServer;"
    " server = EmbeddedServer(Path(sys.argv[1])); server.start(); print(server.url(), flush=True); sys.stdin.read()"
)


def hold(home: Path) -> tuple[subprocess.Popen[str], str]:
    """A process that owns a server until it is killed, and the server's address."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(home)],
        env=processes.environment(home),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def test_kill_9_of_the_owner_ends_the_server_and_loses_nothing(home: Path) -> None:
    owner, url = hold(home)
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('committed')")
    owner.kill()
    owner.wait()
    processes.wait_until(lambda: not processes.belonging_to(home), 10)

    server = EmbeddedServer(home)
    server.start()
    try:
        assert server.data == home / "postgres"
        assert (home / "database.url").read_text().strip() == server.url()
        with psycopg.connect(server.url()) as connection:
            assert connection.execute("SELECT word FROM kept").fetchall() == [("committed",)]
            assert connection.execute("SHOW data_checksums").fetchone() == ("on",)
            assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        assert server.process is not None
        server.process.send_signal(signal.SIGKILL)  # a crash of the server itself
        server.process.wait()
        assert not server.is_running()
        server.start()
        with psycopg.connect(server.url()) as connection:
            assert connection.execute("SELECT word FROM kept").fetchall() == [("committed",)]
    finally:
        server.stop()
    assert not (home / "database.url").exists()
    assert processes.belonging_to(home) == {}


def mount(folder: Path, option: str) -> None:
    """A disk of memory; where that is not allowed, the test has nothing to stand on."""
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", option, "tmpfs", str(folder)], check=False, capture_output=True
    )
    if made.returncode != 0:
        pytest.skip("only root may mount a disk")


@pytest.fixture(params=["size=16m", "ro"])
def small_disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, Path]]:
    folder = tmp_path / "disk"
    mount(folder, request.param)
    yield request.param, folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_or_read_only_disk_is_one_sentence(small_disk: tuple[str, Path]) -> None:
    kind, folder = small_disk
    with pytest.raises(StartRefused) as refusal:
        EmbeddedServer(folder / "home").start()
    assert str(refusal.value) == about_disk(kind, folder / "home")


def test_the_house_does_not_start_on_a_full_or_read_only_disk(small_disk: tuple[str, Path], tmp_path: Path) -> None:
    kind, folder = small_disk
    assert start_and_fail(folder / "home", tmp_path) == about_disk(kind, folder / "home")


def test_the_house_does_not_start_again_on_a_disk_that_filled_up_or_became_read_only(tmp_path: Path) -> None:
    folder = tmp_path / "disk"
    mount(folder, "size=1m")
    home = folder / "home"
    (home / "static").mkdir(parents=True)
    try:
        (home / "filler").write_bytes(b"x" * (1024 * 1024 - 8 * 4096))
        with contextlib.suppress(OSError), (home / "rest").open("wb", buffering=0) as rest:
            while rest.write(b"x" * 4096):
                pass
        assert start_and_fail(home, tmp_path) == about_disk("size=1m", home)
        subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
        assert start_and_fail(home, tmp_path) == about_disk("ro", home)
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def about_disk(kind: str, home: Path) -> str:
    if kind == "ro":
        return f"The disk of {home} is read-only: mount it writable, or set FONDACO_HOME to a folder that is."
    return f"The disk of {home} is full: at least 200 MB are needed; free some space and start again."


def start_and_fail(home: Path, log_folder: Path) -> str:
    """The one line that ``fondaco up`` says before it exits with 1."""
    log = log_folder / "said.log"
    with log.open("w") as file:
        process = subprocess.run(
            [sys.executable, "-m", "fondaco.cli", "up", "--no-demo"],
            check=False,
            env=processes.environment(home),
            stdout=file,
            stderr=subprocess.STDOUT,
            timeout=60,
        )
    assert process.returncode == 1, log.read_text()
    assert processes.belonging_to(home) == {}
    said = log.read_text()
    assert said.count("\n") == 1, said
    return said.rstrip("\n")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has folders that the database's user may not enter")
def test_a_home_that_only_root_may_enter_works(tmp_path: Path) -> None:
    home = tmp_path / "private"
    home.mkdir(mode=0o700)
    server = EmbeddedServer(home)
    server.start()
    try:
        assert Path((home / places.POINTER).read_text().strip()) == server.data
        assert server.data.is_relative_to(places.SYSTEM_DATA)
        assert server.data.stat().st_uid != 0
        with psycopg.connect(server.url()) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    finally:
        server.stop()
    assert places.data_folder(home) == server.data
    shutil.rmtree(server.data.parent)
