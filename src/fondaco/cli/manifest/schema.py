"""The JSON Schema of ``fondaco.toml``, for editors and for other programs."""

from __future__ import annotations

import json
from typing import Any, Final

from fondaco.cli.manifest.shapes import Manifest

PATH: Final = "schemas/fondaco.toml/v1.json"


def make_schema() -> dict[str, Any]:
    """As JSON Schema 2020-12."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **Manifest.model_json_schema(),
        "title": "fondaco.toml",
    }


def schema_text() -> str:
    """The published file."""
    return json.dumps(make_schema(), indent=2, ensure_ascii=False) + "\n"
