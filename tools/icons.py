"""Takes icons from an unpacked ``@tabler/icons`` package into the house's own list.

    python -m tools.icons PACKAGE_FOLDER [name …]

Every icon that is already in the list is read anew (so a newer package updates them all), the given names are added.
Only the shapes are kept; size, stroke and colour are the stylesheet's business.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

LIST = Path(__file__).resolve().parent.parent / "src/fondaco/surfaces/site/icons.json"
_SHAPE = re.compile(r"<(?:path|circle|rect|line|polyline|ellipse)\b[^>]*/>")
_FRAME = 'd="M0 0h24v24H0z"'  # an invisible square that every icon of the set begins with


class UnknownIcon(Exception):
    """The package has no outline icon of this name."""


def read_shapes(package: Path, name: str) -> str:
    """The shapes inside one outline icon, as SVG text."""
    path = package / "icons" / "outline" / f"{name}.svg"
    if not path.is_file():
        raise UnknownIcon(name)
    return "".join(shape for shape in _SHAPE.findall(path.read_text(encoding="utf-8")) if _FRAME not in shape)


def main(arguments: list[str]) -> int:
    """Writes the list; returns the exit status."""
    if not arguments:
        print(__doc__)
        return 2
    package, names = Path(arguments[0]), set(arguments[1:])
    known = json.loads(LIST.read_text(encoding="utf-8")) if LIST.exists() else {}
    try:
        shapes = {name: read_shapes(package, name) for name in sorted({*known, *names})}
    except UnknownIcon as unknown:
        print(
            f"{package} has no outline icon called {unknown}. Nothing was written; names are listed on tabler.io/icons."
        )
        return 1
    LIST.write_text(json.dumps(shapes, indent=0, sort_keys=True) + "\n", encoding="utf-8")
    print(f"{len(shapes)} icons in {LIST.name}.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
