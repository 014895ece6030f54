"""Serves uploaded pictures. They were re-encoded when they came in, and their names change with their content."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Final

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.http import FileResponse
from django.views.decorators.http import require_safe

from fondaco.kit.errors import NotFound
from fondaco.surfaces.site.access import public
from fondaco.surfaces.site.viewer import HouseRequest

TYPES: Final = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp"}


@require_safe
@public
def picture(request: HouseRequest, path: str) -> FileResponse:
    """One picture, kept by browsers for a year. Any other kind of file is not found."""
    content_type = TYPES.get(PurePosixPath(path).suffix.lower())
    if content_type is None:
        raise NotFound
    try:
        file = default_storage.open(path, "rb")
    except (OSError, ValueError, SuspiciousFileOperation):  # a ValueError is a NUL in the path
        raise NotFound from None
    response = FileResponse(file, content_type=content_type)
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
