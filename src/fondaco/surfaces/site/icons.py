"""Outline icons (Tabler, MIT), drawn inline so that they take the colour of their text and cost no request."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from markupsafe import Markup

SHAPES: Final[dict[str, str]] = json.loads((Path(__file__).parent / "icons.json").read_text(encoding="utf-8"))

_HIDDEN = Markup(
    '<svg class="icon" viewBox="0 0 24 24" width="{size}" height="{size}" aria-hidden="true">{shapes}</svg>'
)
_NAMED = Markup(
    '<svg class="icon" viewBox="0 0 24 24" width="{size}" height="{size}" role="img" aria-label="{label}">'
    "{shapes}</svg>"
)


class UnknownIcon(LookupError):
    """No icon of this name is in ``icons.json``; ``python -m tools.icons`` adds one."""


def icon(name: str, label: str | None = None, *, size: int = 20) -> Markup:
    """The icon as SVG, ``size`` CSS pixels wide. Without ``label`` it is decoration and hidden from screen readers."""
    shapes = SHAPES.get(name)
    if shapes is None:
        raise UnknownIcon(f"There is no icon {name!r}. Add it with: python -m tools.icons PACKAGE_FOLDER {name}")
    frame = _NAMED if label else _HIDDEN
    return frame.format(size=size, shapes=Markup(shapes), label=label or "")  # noqa: S704  # our own file, not input
