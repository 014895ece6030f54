"""Pictures that partners upload. Nothing of the upload is kept: it is decoded, checked and encoded anew."""

from __future__ import annotations

import hashlib
import warnings
from io import BytesIO
from typing import Final

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

from fondaco.catalog.errors import BadImage

ICON_BYTES: Final = 1024 * 1024
SCREENSHOT_BYTES: Final = 2 * 1024 * 1024
_ICON_SIDES: Final = range(256, 1025)
_ICON_STORED: Final = 512
_SCREENSHOT_LEAST: Final = (640, 360)
_SCREENSHOT_MOST: Final = 4096
_SCREENSHOT_STORED: Final = (1600, 1600)


def store_icon(data: bytes) -> str:
    """Stores a square PNG or JPEG of 256 to 1024 pixels and at most 1 MiB as PNG; returns its storage key.

    Raises :class:`BadImage` before anything is stored.
    """
    picture = _decode(data, field="icon", most_bytes=ICON_BYTES, most_side=_ICON_SIDES[-1])
    if picture.width != picture.height:
        raise _bad(
            "icon", _("The icon must be square; this is %(width)d × %(height)d pixels. Crop it and try again."), picture
        )
    if picture.width not in _ICON_SIDES:
        raise _bad("icon", _("The icon must be 256 to 1024 pixels wide; this is %(width)d."), picture)
    if picture.width > _ICON_STORED:
        picture = picture.resize((_ICON_STORED, _ICON_STORED), Image.Resampling.LANCZOS)
    return _store("icons", picture, "PNG")


def store_screenshot(data: bytes) -> str:
    """Stores a PNG or JPEG of at least 640 × 360 pixels and at most 2 MiB; returns its storage key."""
    picture = _decode(data, field="image", most_bytes=SCREENSHOT_BYTES, most_side=_SCREENSHOT_MOST)
    if picture.width < _SCREENSHOT_LEAST[0] or picture.height < _SCREENSHOT_LEAST[1]:
        raise _bad("image", _("Use at least 640 × 360 pixels; this is %(width)d × %(height)d."), picture)
    format_name = "JPEG" if picture.format == "JPEG" else "PNG"
    picture = ImageOps.exif_transpose(picture)
    picture.thumbnail(_SCREENSHOT_STORED, Image.Resampling.LANCZOS)
    return _store("screenshots", picture, format_name)


def digest_of(data: bytes) -> str:
    """The SHA-256 of an upload: the only thing kept of it, so that its owner can tell whether it is the same again."""
    return hashlib.sha256(data).hexdigest()


def _decode(data: bytes, *, field: str, most_bytes: int, most_side: int) -> Image.Image:
    """The decoded picture. Its size is read from the header and judged before any pixel is unpacked."""
    if not data:
        raise BadImage(fields={field: [str(_("Choose a picture."))]})
    if len(data) > most_bytes:
        raise BadImage(fields={field: [str(_("Use at most %(most)d MiB.") % {"most": most_bytes // 1024 // 1024})]})
    unreadable = BadImage(fields={field: [str(_("This is not a PNG or JPEG picture, or it is damaged."))]})
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(BytesIO(data), formats=("PNG", "JPEG"))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise unreadable from error
    if max(picture.size) > most_side:
        most = _("Use at most %(most)d pixels on a side; this is %(width)d × %(height)d.")
        raise _bad(field, most, picture, most=most_side)
    try:
        picture.load()
    except (OSError, ValueError, SyntaxError, MemoryError) as error:
        raise unreadable from error
    return picture


def _store(folder: str, picture: Image.Image, format_name: str) -> str:
    """Writes only pixels: a fresh picture carries no metadata. The name is the content's hash, so it never changes."""
    plain = picture.convert("RGB" if format_name == "JPEG" else "RGBA")
    fresh = Image.new(plain.mode, plain.size)
    fresh.paste(plain)
    buffer = BytesIO()
    if format_name == "JPEG":
        fresh.save(buffer, "JPEG", quality=88, optimize=True, progressive=True)
    else:
        fresh.save(buffer, "PNG")
    content = buffer.getvalue()
    key = f"{folder}/{hashlib.sha256(content).hexdigest()[:32]}.{'jpg' if format_name == 'JPEG' else 'png'}"
    if default_storage.exists(key):
        if default_storage.size(key) == len(content):
            return key
        default_storage.delete(key)  # begun, and ended by a full disk or a kill
    return default_storage.save(key, ContentFile(content))


def _bad(field: str, message: Promise, picture: Image.Image, **more: int) -> BadImage:
    return BadImage(fields={field: [str(message) % {"width": picture.width, "height": picture.height, **more}]})
