"""Which page holds which table, and how the two are put together."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from fondaco.cli.manifest.schema import schema_text
from tools.reference import drawing, manifest, tables

BEGIN = "<!-- written by `python -m tools.reference`; text outside these two marks is written by hand -->"
END = "<!-- end of what is written by a program -->"

TABLES: dict[str, Callable[[], str]] = {
    "events": tables.events,
    "errors": tables.errors,
    "permissions": tables.permissions,
    "scopes": tables.scopes,
    "states": tables.states,
    "deadlines": tables.deadline_kinds,
    "checks": tables.checks,
    "mails": tables.mails,
    "cli": tables.commands,
    "management-api": tables.operations,
    "fondaco-toml": manifest.keys,
}
DRAWING = Path("docs/guide/floors.svg")
SCHEMA = Path("src/fondaco/surfaces/site/schemas/fondaco.toml.v1.json")


def render(root: Path) -> dict[Path, str]:
    """Every written file with the text that it should have, paths relative to ``root``."""
    tables.load_everything()
    files = {}
    for name, make in TABLES.items():
        path = Path("docs/reference", f"{name}.md")
        before, _, rest = (root / path).read_text(encoding="utf-8").partition(BEGIN)
        _, _, after = rest.partition(END)
        files[path] = f"{before}{BEGIN}\n\n{make()}\n\n{END}{after}"
    files[DRAWING] = drawing.draw(root)
    files[SCHEMA] = schema_text()
    return files
