"""JSON Schemas of files that people write, for their editors and for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from fondaco.surfaces.site.access import public
from fondaco.surfaces.site.viewer import HouseRequest

_FOLDER: Final = Path(__file__).parents[1] / "schemas"
_MANIFEST: Final = (_FOLDER / "fondaco.toml.v1.json").read_bytes()


@require_safe
@public
def manifest(request: HouseRequest) -> HttpResponse:
    """The shape of ``fondaco.toml``; pages of other sites, such as editors in a browser, may read it."""
    response = HttpResponse(_MANIFEST, content_type="application/schema+json")
    response["Access-Control-Allow-Origin"] = "*"
    response["Cache-Control"] = "public, max-age=3600"
    return response
