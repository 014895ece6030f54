"""``make check``: every check, several at once, in the order of how soon they answer; exit 1 when one fails."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
FONDACO = (sys.executable, "-m", "fondaco.cli")
MANAGE = (sys.executable, "-m", "django")


@dataclass(frozen=True)
class Check:
    """A command that says nothing of interest unless it fails."""

    name: str
    command: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)


def tool(name: str, *words: str) -> tuple[str, ...]:
    """A program of this environment."""
    return (str(BIN / name), *words)


def list_checks(home: str) -> list[Check]:
    """All of them; the longest first, so that two of them at once end soonest."""
    development = {"FONDACO_HOME": home}
    return [
        Check("mypy", tool("mypy", "--strict", "src/fondaco")),
        Check("documentation matches the code", tool("pytest", "-q", "tests/unit/docs")),
        Check("documentation builds", tool("mkdocs", "build", "--strict", "--quiet", "--site-dir", f"{home}/site")),
        Check("templates (djlint)", tool("djlint", "--lint", "src/fondaco")),
        Check("floors (import-linter)", tool("lint-imports")),
        Check("migrations", (*MANAGE, "makemigrations", "--check", "--dry-run"), development),
        Check("deployment", (*MANAGE, "check", "--deploy", "--fail-level", "WARNING"), production(home)),
        Check("house rules", (sys.executable, "-m", "tools.house")),
        Check("ruff", tool("ruff", "check", "--quiet", "--output-format", "concise", ".")),
        Check("formatting", tool("ruff", "format", "--check", "--quiet", "--output-format", "concise", ".")),
    ]


def production(home: str) -> dict[str, str]:
    """The environment of a deployment, with keys made for this run."""
    printed = subprocess.run(
        [*FONDACO, "keys"], check=True, capture_output=True, text=True, env=surroundings({})
    ).stdout
    return {
        **dict(line.split("=", 1) for line in printed.splitlines()),
        "FONDACO_ENV": "production",
        "FONDACO_HOME": home,
        "FONDACO_SITE_URL": "https://apps.example.com",
        "FONDACO_SMTP_HOST": "smtp.example.com",
    }


def surroundings(environment: dict[str, str]) -> dict[str, str]:
    """Ours, without what a developer has set for the product itself."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FONDACO_")}
    settings = {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "DJANGO_SETTINGS_MODULE": "fondaco.config.settings"}
    return {**kept, **settings, **environment}


def run(check: Check) -> bool:
    """Runs one and prints its line; its output follows when it failed."""
    begun = time.monotonic()
    done = subprocess.run(
        check.command,
        check=False,
        cwd=ROOT,
        env=surroundings(check.environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    mark = "✓" if done.returncode == 0 else "✗"
    output = "" if done.returncode == 0 else f"\n{done.stdout.rstrip()}\n"
    print(f"{mark} {check.name} ({time.monotonic() - begun:.0f} s){output}", flush=True)
    return done.returncode == 0


def main() -> int:
    """Returns the exit status."""
    with tempfile.TemporaryDirectory() as home, ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        results = list(pool.map(run, list_checks(home)))
    failed = results.count(False)
    print(f"{failed} of {len(results)} checks failed." if failed else f"All {len(results)} checks hold.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
