"""What ``fondaco doctor`` looks at. Each look returns findings; none needs Django, and none changes the machine."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import socket
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import psycopg

from fondaco.config import addresses, environment, keys
from fondaco.config.database import EMBEDDED_URL_FILE
from fondaco.runtime.errors import StartRefused
from fondaco.runtime.postgres import binaries, places
from fondaco.runtime.preconditions import is_port_free
from fondaco.runtime.readiness import answers

EXTENSIONS = ("pg_trgm", "btree_gist", "unaccent")
LEAST_FREE = 1024**3
CHROMIUM = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")  # the cheapest first


@dataclass(frozen=True)
class Finding:
    """One line: what was looked at, what was found, and how to mend it when it is not ``ok``."""

    subject: str
    state: Literal["ok", "warn", "bad"]
    found: str
    mend: str = ""


def examine() -> list[Finding]:
    """Every look, in the order in which things are needed; a look that fails is a finding too."""
    findings: list[Finding] = []
    for look in LOOKS:
        try:
            findings += look()
        except environment.BadSetting as problem:
            findings.append(Finding("setting", "bad", str(problem), "correct the variable"))
        except OSError as problem:
            findings.append(Finding(look.__name__.removeprefix("look_at_"), "bad", str(problem)))
    return findings


def home() -> Path:
    """FONDACO_HOME, as every command reads it."""
    return environment.folder("FONDACO_HOME", Path.cwd() / ".fondaco")


def look_at_python() -> Iterator[Finding]:
    """Version, environment, packages."""
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding("Python", "ok", f"{version}, {sys.executable}")  # an older one could not have come so far
    if sys.prefix == sys.base_prefix:
        yield Finding("virtual environment", "warn", "none is active", "`make run` makes one in .venv")
    else:
        yield Finding("virtual environment", "ok", sys.prefix)
    missing = [name for name in ("django", "granian", "psycopg", "procrastinate", "typer") if not _is_installed(name)]
    if missing:
        yield Finding(
            "packages", "bad", f"missing: {', '.join(missing)}", "`make run` installs requirements/runtime.txt"
        )


def look_at_folders() -> Iterator[Finding]:
    """The home, its disk, its rights."""
    folder = home()
    there = next(path for path in (folder, *folder.parents) if path.exists())
    if os.access(there, os.W_OK | os.X_OK):
        yield Finding("home", "ok", str(folder))
    else:
        yield Finding("home", "bad", f"{there} may not be written", "mend its owner, or set FONDACO_HOME")
    free = shutil.disk_usage(there).free
    state: Literal["ok", "bad"] = "ok" if free > LEAST_FREE else "bad"
    yield Finding("disk", state, f"{free // 1024**2} MB free", "" if state == "ok" else "free at least 1 GB")


def look_at_postgres() -> Iterator[Finding]:
    """The server's programs, when we are to run it ourselves."""
    if os.environ.get("DATABASE_URL"):
        yield Finding("PostgreSQL programs", "ok", "not needed: DATABASE_URL is set")
        return
    try:
        found = binaries.find()
    except StartRefused as problem:
        yield Finding("PostgreSQL programs", "bad", "none", str(problem))
        return
    yield Finding("PostgreSQL programs", "ok", f"{found.major} from {found.source}")
    data = places.data_folder(home())
    version = data / "PG_VERSION"
    try:
        major = version.read_text().strip()
    except FileNotFoundError:
        yield Finding(
            "PostgreSQL data", "ok", f"will be made in {data if data.parent == home() else places.SYSTEM_DATA}"
        )
    except PermissionError:
        yield Finding(
            "PostgreSQL data", "bad", f"{data} belongs to {data.owner()}", "start as that user, or set FONDACO_HOME"
        )
    else:
        fits = major == str(found.major)
        mend = "" if fits else f"install PostgreSQL {major}, or move the data over with pg_dump"
        yield Finding("PostgreSQL data", "ok" if fits else "bad", f"made by {major}, in {data}", mend)


def look_at_database() -> Iterator[Finding]:
    """Reached, version, extensions, clock."""
    url = os.environ.get("DATABASE_URL", "")
    if not url:
        try:
            url = (home() / EMBEDDED_URL_FILE).read_text().strip()
        except FileNotFoundError:
            yield Finding("database", "ok", "not running: `fondaco up` starts it")
            return
    try:
        with psycopg.connect(url, connect_timeout=5, autocommit=True) as connection:
            yield from _look_inside(connection)
    except psycopg.Error as problem:
        mend = (
            "check DATABASE_URL and that the server runs"
            if os.environ.get("DATABASE_URL")
            else "`fondaco up` starts it"
        )
        state: Literal["warn", "bad"] = "bad" if os.environ.get("DATABASE_URL") else "warn"
        yield Finding("database", state, str(problem).strip().splitlines()[0], mend)


def _look_inside(connection: psycopg.Connection) -> Iterator[Finding]:
    major = connection.info.server_version // 10000
    if major >= binaries.OLDEST_MAJOR:
        yield Finding("database", "ok", f"PostgreSQL {major} answers")
    else:
        yield Finding("database", "bad", f"PostgreSQL {major} is too old", "upgrade it to 15 or newer")
    rows = connection.execute("SELECT name FROM pg_available_extensions WHERE name = ANY(%s)", [list(EXTENSIONS)])
    missing = sorted(set(EXTENSIONS) - {row[0] for row in rows})
    if missing:
        yield Finding("extensions", "bad", f"missing: {', '.join(missing)}", "install postgresql-contrib on the server")
    else:
        yield Finding("extensions", "ok", ", ".join(EXTENSIONS))
    encoding = connection.execute("SHOW server_encoding").fetchone()
    if encoding != ("UTF8",):
        yield Finding("encoding", "bad", str(encoding), "make the database with ENCODING 'UTF8'")
    before = time.clock_gettime(time.CLOCK_REALTIME)  # the machine's clock itself is what is looked at
    row = connection.execute("SELECT extract(epoch FROM clock_timestamp())::float8").fetchone()
    skew = abs(float(row[0]) - (before + time.clock_gettime(time.CLOCK_REALTIME)) / 2) if row else 0.0
    mend = "" if skew < 2 else "run a time service (chrony, systemd-timesyncd) on both machines"
    yield Finding("clock", "ok" if skew < 2 else "warn", f"{skew:.1f} s from the database's", mend)


def look_at_ports() -> Iterator[Finding]:
    """8000 for us, 8100 for the example partner."""
    for port, path, option in ((8000, "/healthz", "--port"), (8100, "/health", "--partner-port")):
        if is_port_free("127.0.0.1", port):
            yield Finding(f"port {port}", "ok", "free")
        elif answers("127.0.0.1", port, path):
            yield Finding(f"port {port}", "ok", "in use, by what looks like a running Fondaco")
        else:
            mend = f"stop that program, or use `fondaco up {option} {port + 1}`"
            yield Finding(f"port {port}", "bad", "taken by another program", mend)


def look_at_addresses() -> Iterator[Finding]:
    """Where issuers are to live."""
    site = environment.text("FONDACO_SITE_URL", "http://127.0.0.1:8000").rstrip("/")
    identity = environment.text("FONDACO_IDENTITY_URL", site).rstrip("/")
    if environment.choice("FONDACO_IDENTITY_STYLE", addresses.IDENTITY_STYLES) == "host":
        yield Finding("issuers", "ok", f"each account's below {addresses.host_below(identity)}")
    else:
        yield Finding("issuers", "ok", f"{identity}/{{account}}")


def look_at_keys() -> Iterator[Finding]:
    """Given, or to be made in development; outside it they must be given."""
    development = environment.text("FONDACO_ENV", "development") == "development"
    folder = home()
    for name, file, read in (
        ("FONDACO_SECRET_KEY", "secret.key", keys.secret_key),
        ("FONDACO_MASTER_KEYS", "master.keys", keys.master_keys),
        ("FONDACO_HASH_KEYS", "hash.keys", keys.hash_keys),
    ):
        if os.environ.get(name) or (folder / file).exists() or not development:
            try:
                read(folder, development=development)
            except environment.BadSetting as problem:
                yield Finding(name, "bad", str(problem), "`fondaco keys` prints fresh ones")
            else:
                yield Finding(name, "ok", "from the environment" if os.environ.get(name) else f"from {folder / file}")
        else:
            yield Finding(name, "ok", "will be made at the first start")


def look_at_mail() -> Iterator[Finding]:
    """The mail server answers its port."""
    host = environment.text("FONDACO_SMTP_HOST", "")
    if not host:
        development = environment.text("FONDACO_ENV", "development") == "development"
        mend = "" if development else "set FONDACO_SMTP_HOST"
        yield Finding("mail", "ok" if development else "warn", "no mail server: mails are shown at /inbox", mend)
        return
    port = environment.number("FONDACO_SMTP_PORT", 25)
    try:
        socket.create_connection((host, port), timeout=5).close()
    except OSError as problem:
        yield Finding("mail", "bad", f"{host}:{port}: {problem}", "check FONDACO_SMTP_HOST and FONDACO_SMTP_PORT")
    else:
        yield Finding("mail", "ok", f"{host}:{port} answers")


def look_at_chromium() -> Iterator[Finding]:
    """Only the browser tests need it."""
    found = next((path for name in CHROMIUM if (path := shutil.which(name))), None)
    if found:
        yield Finding("Chromium", "ok", found)
    else:
        yield Finding("Chromium", "warn", "not found; only the browser tests need it", "`make test` installs it")


def _is_installed(name: str) -> bool:
    try:
        importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


LOOKS: tuple[Callable[[], Iterator[Finding]], ...] = (
    look_at_python,
    look_at_folders,
    look_at_postgres,
    look_at_database,
    look_at_ports,
    look_at_addresses,
    look_at_keys,
    look_at_mail,
    look_at_chromium,
)
