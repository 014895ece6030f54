"""The embedded server's life: initialise once, start, tell when it is ready, stop; leftovers are cleared first."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from fondaco.config.database import EMBEDDED_URL_FILE
from fondaco.runtime.children import die_with_parent
from fondaco.runtime.errors import StartRefused
from fondaco.runtime.postgres import binaries, places

ROLE = "fondaco"
DATABASE = "fondaco"
SETTINGS = {"max_connections": "100", "shared_buffers": "128MB", "log_min_messages": "warning", "jit": "off"}
NEEDED_BYTES = 200 * 1024 * 1024  # a fresh cluster with its first write-ahead log, and room to work
LARGEST_LOG = 10 * 1024 * 1024
READY_WITHIN = 120.0  # seconds; crash recovery of a large log may take a while
STOP_WITHIN = 30.0


class EmbeddedServer:
    """One data folder and the server on it. ``home`` is FONDACO_HOME; ``settings`` override PostgreSQL's own.

    Start it from the main thread: the server is told to end when the starting thread does.
    """

    def __init__(self, home: Path, settings: Mapping[str, str] | None = None) -> None:
        self.home = home
        self.settings = SETTINGS | dict(settings or {})
        self.log = home / "postgres.log"
        self.data = home / "postgres"
        self.process: subprocess.Popen[bytes] | None = None
        self._user: places.RunAs | None = None
        self._binaries: binaries.Binaries | None = None
        self._socket: Path | None = None

    def url(self, database: str = DATABASE) -> str:
        """The address for ``DATABASE_URL``; only known after :meth:`start`."""
        return f"postgresql://{ROLE}@/{database}?host={quote(str(self._socket))}"

    def start(self) -> None:
        """Returns when the server takes connections and the database exists; raises StartRefused with the reason."""
        try:
            self._prepare()
            self._launch()
        except OSError as problem:
            raise StartRefused(explain_disk(problem, self.home)) from problem
        try:
            self._create_database()
        except psycopg.OperationalError as problem:
            raise StartRefused(f"PostgreSQL ended as soon as it was there: {problem}") from problem
        url_file = self.home / EMBEDDED_URL_FILE
        fresh = url_file.with_suffix(".new")
        fresh.write_text(self.url() + "\n")
        fresh.rename(url_file)

    def is_running(self) -> bool:
        """Whether the process that we started is alive."""
        return self.process is not None and self.process.poll() is None

    def was_killed(self) -> bool:
        """Whether somebody else ended it, so that there is nothing wrong with starting it again."""
        return self.process is not None and (self.process.poll() or 0) < 0

    def stop(self) -> None:
        """A clean stop (open connections are cut, everything is written), at worst a kill."""
        if self.process is None:
            return
        for order, seconds in ((signal.SIGINT, STOP_WITHIN), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
            if self.process.poll() is not None:
                break
            self.process.send_signal(order)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(seconds)
        (self.home / EMBEDDED_URL_FILE).unlink(missing_ok=True)
        if self._socket is not None:
            with contextlib.suppress(OSError):  # not empty: killed, the socket's files are left
                self._socket.rmdir()

    def _prepare(self) -> None:
        self.home.mkdir(mode=0o711, parents=True, exist_ok=True)
        self.data = places.data_folder(self.home)
        self._user = places.choose_user(self.data)
        check_room(self.home)
        found = binaries.find()
        check_data(self.data, found, self._user)
        self._binaries = places.reachable(found, self._user)
        places.write_pointer(self.home, self.data)
        if not self.data.exists():
            self._initialise()
        self._socket = places.socket_folder(self.data, self._user)
        stop_leftover(self.data)

    def _initialise(self) -> None:
        """Makes the cluster beside its place and renames it, so that an attempt cut short is never taken for data."""
        user, programs = self._user, self._binaries
        if user is None or programs is None:
            raise RuntimeError("_prepare() comes first")
        self.data.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        fresh = self.data.with_name("postgres.new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        if user.switch:
            os.chown(fresh, user.uid, user.gid)
        command = [programs.program("initdb"), "-D", str(fresh), "-U", ROLE, "-A", "trust", "-E", "UTF8"]
        command += ["--data-checksums", "--no-instructions", "--locale=C.UTF-8"]
        if programs.major >= 17:  # collation then depends on PostgreSQL alone, not on the machine's C library
            command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        made = subprocess.run(
            command, check=False, capture_output=True, text=True, cwd="/", env=_environment(), **user.popen_arguments()
        )  # type: ignore[call-overload]
        if made.returncode != 0:
            shutil.rmtree(fresh, ignore_errors=True)
            raise StartRefused(_explain(made.stderr, self.data))
        fresh.rename(self.data)

    def _launch(self) -> None:
        user, programs = self._user, self._binaries
        if user is None or programs is None:
            raise RuntimeError("_prepare() comes first")
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG:
            self.log.replace(self.log.with_suffix(".log.1"))
        command = [programs.program("postgres"), "-D", str(self.data), "-c", "listen_addresses="]
        command += ["-c", f"unix_socket_directories={self._socket}", "-c", "logging_collector=off"]
        for name, value in self.settings.items():
            command += ["-c", f"{name}={value}"]
        with self.log.open("ab") as log:
            begin = log.tell()
            # SIGQUIT is PostgreSQL's immediate stop: nothing lingers, and the next start recovers from the log.
            self.process = subprocess.Popen(  # type: ignore[call-overload]
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", env=_environment(),
                start_new_session=True, preexec_fn=die_with_parent(signal.SIGQUIT), **user.popen_arguments(),  # noqa: PLW1509
            )  # fmt: skip
        give_up = time.monotonic() + READY_WITHIN
        while not _says_ready(self.data, self.process.pid):
            if self.process.poll() is not None:
                with self.log.open("rb") as log:
                    log.seek(begin)
                    raise StartRefused(_explain(log.read().decode(errors="replace"), self.data, self.log))
            if time.monotonic() > give_up:
                self.stop()
                raise StartRefused(f"PostgreSQL was not ready after {READY_WITHIN:.0f} s; its log is {self.log}.")
            time.sleep(0.01)

    def _create_database(self) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone() is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))


def check_room(home: Path) -> None:
    """Refuses a disk that is full or cannot be written."""
    probe = home / ".probe"
    probe.write_bytes(b"0" * 4096)
    probe.unlink()
    disk = os.statvfs(home)
    if disk.f_bavail * disk.f_frsize < NEEDED_BYTES:
        raise OSError(errno.ENOSPC, "No space left on device")


def check_data(data: Path, programs: binaries.Binaries, user: places.RunAs) -> None:
    """Refuses data of another PostgreSQL, of another user, or a folder that is something else."""
    if not data.exists():
        return
    try:
        major = (data / "PG_VERSION").read_text().strip()
    except FileNotFoundError:
        raise StartRefused(
            f"{data} exists but holds no PostgreSQL data; move it away, or set FONDACO_HOME to another folder."
        ) from None
    except PermissionError:
        owner = data.owner()
        raise StartRefused(
            f"{data} belongs to the user {owner}, and you are {user.name}; start as root or {owner}, or set"
            " FONDACO_HOME to a folder of your own."
        ) from None
    if major != str(programs.major):
        raise StartRefused(
            f"{data} was made by PostgreSQL {major}, but {programs.source} has version {programs.major}; install"
            f" PostgreSQL {major}'s programs, or move the data over with pg_dump and start with an empty folder."
        )


def stop_leftover(data: Path) -> None:
    """Ends what an earlier server left on ``data``; removes a pid file that points at somebody else.

    When a server was killed, its children live on for a moment, and keep the next one from starting. Call it only while
    holding the home's lock: no other Fondaco uses these data then.
    """
    pid_file = data / "postmaster.pid"
    try:
        pid = int(pid_file.read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return
    orders = ((signal.SIGINT, 10.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0))
    for order, seconds in orders if pid in _find_processes(data) else orders[1:]:
        for each in _find_processes(data):
            with contextlib.suppress(ProcessLookupError):
                os.kill(each, order)
        give_up = time.monotonic() + seconds
        while (left := _find_processes(data)) and time.monotonic() < give_up:
            time.sleep(0.02)
        if not left:
            break
    pid_file.unlink(missing_ok=True)


def _find_processes(data: Path) -> set[int]:
    """Live processes of a server on ``data``: their working folder is its data folder."""
    found = set()
    for link in Path("/proc").glob("[0-9]*/cwd"):
        with contextlib.suppress(OSError):  # gone meanwhile, or somebody else's
            if link.readlink() == data.resolve():
                found.add(int(link.parent.name))
    return found


def _says_ready(data: Path, pid: int) -> bool:
    try:
        lines = (data / "postmaster.pid").read_text().split("\n")
    except OSError:
        return False
    return len(lines) > 7 and lines[0] == str(pid) and lines[7].strip() == "ready"


def _environment() -> dict[str, str]:
    """Nothing of ours: neither secrets nor PG* variables belong in the server's environment."""
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def _explain(said: str, data: Path, log: Path | None = None) -> str:
    for code in (errno.ENOSPC, errno.EROFS, errno.EACCES):
        if os.strerror(code) in said:
            return explain_disk(OSError(code, os.strerror(code)), data)
    fatal = [line.partition(":  ")[2] or line for line in said.splitlines() if "FATAL" in line or "error:" in line]
    reason = (fatal or [said.strip() or "it gave no reason"])[-1].strip().rstrip(".")
    return f"PostgreSQL did not start on {data}: {reason}." + (f" Its log is {log}." if log else "")


def explain_disk(problem: OSError, folder: Path) -> str:
    """One sentence for a folder that cannot be used."""
    if problem.errno in {errno.ENOSPC, errno.EDQUOT}:
        needed = NEEDED_BYTES // 1024 // 1024
        return f"The disk of {folder} is full: at least {needed} MB are needed; free some space and start again."
    if problem.errno == errno.EROFS:
        return f"The disk of {folder} is read-only: mount it writable, or set FONDACO_HOME to a folder that is."
    if problem.errno in {errno.EACCES, errno.EPERM}:
        return f"{problem.filename or folder} may not be written by this user: mend its mode, or set FONDACO_HOME."
    return f"{problem.filename or folder}: {problem.strerror}; mend this and start again."
