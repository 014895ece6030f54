"""Options that every command of ``fondaco app`` has."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

HERE: Final = Path()
Folder = Annotated[Path, typer.Option("--folder", help="Where fondaco.toml is.")]
Url = Annotated[
    str, typer.Option("--url", help="Address of the house. Default: the one signed in to last.", show_default=False)
]
Partner = Annotated[
    str, typer.Option("--partner", help="Id or name of the partner, when you work for several.", show_default=False)
]
AsJson = Annotated[bool, typer.Option("--json", help="Say one JSON document for programs.")]
