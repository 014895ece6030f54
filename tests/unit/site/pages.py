"""Where the templates of all surfaces lie."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[3] / "src" / "fondaco"
SITE = PACKAGE / "surfaces" / "site"
TEMPLATES = sorted(path for path in (PACKAGE / "surfaces").rglob("*.html") if "jinja2" in path.parts)
