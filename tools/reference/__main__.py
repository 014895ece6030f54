"""``python -m tools.reference`` writes the pages; with ``--check`` it names those that are out of date."""

from __future__ import annotations

import os
import sys
import tempfile
from importlib import import_module
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parents[2]


def main(arguments: list[str]) -> int:
    """Writes or checks; returns the exit status."""
    sys.path.insert(0, str(ROOT / "src"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fondaco.config.settings")
    with tempfile.TemporaryDirectory() as home:
        os.environ.setdefault("FONDACO_HOME", home)
        django.setup()
        pages = import_module("tools.reference.pages")  # models can be imported only after setup()
        stale = [(path, text) for path, text in pages.render(ROOT).items() if _now(path) != text]
    for path, text in stale:
        if "--check" not in arguments:
            (ROOT / path).write_text(text, encoding="utf-8")
        print(f"{path}: {'out of date' if '--check' in arguments else 'written'}")
    return 1 if stale and "--check" in arguments else 0


def _now(path: Path) -> str:
    file = ROOT / path
    return file.read_text(encoding="utf-8") if file.exists() else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
