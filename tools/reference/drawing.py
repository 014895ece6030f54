"""The drawing of the floors: drawn from the contract in ``.importlinter`` and from what really imports what."""

from __future__ import annotations

from configparser import ConfigParser
from dataclasses import dataclass
from pathlib import Path

import grimp

_ROW = 30
_LEFT = 24  # where the house begins
_NAMES = 168  # width of the house
_TOP = 150
_COLUMN = 30
_MEANINGS = {
    "cli": "the fondaco command",
    "surfaces": "pages and APIs, one folder per audience",
    "runtime": "supervisor, embedded database, demo",
    "notify": "mails and notices",
    "review": "submissions and decisions",
    "messaging": "signed events to partners",
    "billing": "charges, invoices, payouts",
    "installs": "installations, operations, licences",
    "callcenter": "sample call-centre data",
    "support": "tickets",
    "wallet": "the ledger",
    "payments": "cards and providers",
    "identity": "OAuth clients, tokens, sign-on",
    "catalog": "apps, versions, plans, scopes",
    "partners": "who may build",
    "accounts": "people, roles, permissions",
    "audit": "events, the door for statuses",
    "kit": "no domain words",
    "config": "settings",
    "resource_server": "for other APIs: whose token is this",
}


@dataclass(frozen=True, slots=True)
class Package:
    """A package and the floor it is on, counted from the top; ``built`` is false for one that does not exist yet."""

    name: str
    floor: int
    built: bool


def find_packages(root: Path) -> list[Package]:
    """The packages of the contract, top to bottom."""
    contract = ConfigParser()
    contract.read(root / ".importlinter", encoding="utf-8")
    floors = contract["importlinter:contract:floors"]["layers"].split("\n")
    packages = []
    for number, floor in enumerate(line for line in floors if line.strip()):
        for name in floor.replace(":", "|").split("|"):
            bare = name.strip().strip("()")
            packages.append(Package(bare, number, built=(root / "src" / "fondaco" / bare / "__init__.py").exists()))
    return packages


def find_imports() -> set[tuple[str, str]]:
    """Pairs ``(importer, imported)`` of top-level packages, from the real import graph."""
    graph = grimp.build_graph("fondaco", cache_dir=None)
    pairs = set()
    for module in graph.modules:
        for imported in graph.find_modules_directly_imported_by(module):
            one, other = (f"{name}.".split(".")[1] for name in (module, imported))
            if one and other and one != other:
                pairs.add((one, other))
    return pairs


def draw(root: Path) -> str:
    """The whole drawing as SVG: the house on the left; a dot in a row says that it imports the column's package."""
    packages = find_packages(root)
    imports = find_imports()
    matrix = _LEFT + _NAMES + 260
    width = matrix + _COLUMN * len(packages) + 24
    height = _TOP + _ROW * len(packages) + 24
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-labelledby="t d">',
        '<title id="t">The floors of the house</title>',
        f'<desc id="d">{_DESCRIPTION}</desc>',
        f"<style>{_STYLE}</style>",
        f'<rect class="page" width="{width}" height="{height}" rx="12"/>',
        _roof(),
    ]
    for row, package in enumerate(packages):
        top = _TOP + row * _ROW
        parts.append(_name(package, top))
        parts.append(_heading(package, matrix + row * _COLUMN + _COLUMN // 2))
        parts.append(f'<rect class="self" x="{matrix + row * _COLUMN}" y="{top}" width="{_COLUMN}" height="{_ROW}"/>')
        for column, other in enumerate(packages):
            if (package.name, other.name) in imports:
                parts.append(_dot(package, other, matrix + column * _COLUMN + _COLUMN // 2, top + _ROW // 2))
        if row and packages[row - 1].floor != package.floor:
            parts.append(f'<line class="floor" x1="{_LEFT}" x2="{width - 24}" y1="{top}" y2="{top}"/>')
    parts.append("</svg>\n")
    return "\n".join(parts)


def _dot(importer: Package, imported: Package, x: int, y: int) -> str:
    return f'<circle class="uses" cx="{x}" cy="{y}" r="5"><title>{importer.name} → {imported.name}</title></circle>'


def _roof() -> str:
    left, wall, eaves = _LEFT, _TOP - 58, _TOP - 4
    arches = "".join(
        f'<path class="arch" d="M{left + 18 + 48 * n} {eaves} v-22 a18 18 0 0 1 36 0 v22 z"/>' for n in range(3)
    )
    middle, right, ridge = left + _NAMES // 2, left + _NAMES, wall - 4
    return (
        f'<rect class="roof" x="{left}" y="{wall}" width="{_NAMES}" height="{eaves - wall}"/>'
        f'<path class="roof" d="M{left - 8} {ridge} L{middle} {ridge - 40} L{right + 8} {ridge} z"/>{arches}'
    )


def _name(package: Package, top: int) -> str:
    kind = "built" if package.built else "planned"
    note = _MEANINGS.get(package.name, "") + ("" if package.built else " (not built yet)")
    return (
        f'<rect class="{kind}" x="{_LEFT}" y="{top + 2}" width="{_NAMES}" height="{_ROW - 4}" rx="4"/>'
        f'<text class="name {kind}" x="{_LEFT + 12}" y="{top + 20}">{package.name}</text>'
        f'<text class="note" x="{_LEFT + _NAMES + 12}" y="{top + 20}">{note}</text>'
    )


def _heading(package: Package, x: int) -> str:
    return f'<text class="note" transform="translate({x + 4} {_TOP - 8}) rotate(-60)">{package.name}</text>'


_DESCRIPTION = (
    "Each row is a package, the highest floor first. A dot says that the row imports the column. "
    "All dots lie right of the steps, so nothing imports upward."
)
_STYLE = (
    "text{font:13px Inter,system-ui,sans-serif}"
    ".page{fill:#fbfaf7}.roof{fill:#b3402e}.arch{fill:#fbfaf7}"
    ".built{fill:#f3e4df}.planned{fill:none;stroke:#c9c2b8;stroke-dasharray:4 3}"
    ".name{font-weight:600}.name.built{fill:#5d1f14}.name.planned{fill:#6b655c;stroke:none}"
    ".note{fill:#6b655c;font-size:12px}.self{fill:#ece7de}.uses{fill:#b3402e}.floor{stroke:#e2dcd1}"
)
