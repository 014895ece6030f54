"""Pictures that partners upload. Nothing of the upload is kept: it is decoded, checked and encoded anew."""

from __future__ import annotations

import hashlib
import warnings
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

from fondaco.catalog.drawings import BadDrawing, draw
from fondaco.catalog.errors import BadImage
from fondaco.kit.rasterizing import looks_like_drawing

ICON_BYTES: Final = 1024 * 1024
SCREENSHOT_BYTES: Final = 2 * 1024 * 1024
_DRAWN_BYTES: Final = 16 * 1024 * 1024  # of the pixels of a drawing, which its file does not tell
_ICON_SIDES: Final = range(256, 1025)
_ICON_STORED: Final = 512
_SCREENSHOT_LEAST: Final = (640, 360)
_MOST_SIDE: Final = 4096
_SCREENSHOT_STORED: Final = (1600, 1600)


@dataclass(frozen=True, slots=True)
class Crop:
    """The part of a picture to keep, in its own pixels as people see it, from its upper left corner."""

    left: int
    top: int
    width: int
    height: int


def store_icon(data: bytes, crop: Crop | None = None) -> str:
    """Stores a PNG, JPEG or SVG as a square PNG; returns its storage key.

    ``crop`` names the square, else it is the largest one in the middle: 256 to 1024 pixels wide. The upload has at
    most 1 MiB and 4096 pixels on a side; an SVG is drawn 1024 pixels wide first. Raises :class:`BadImage` before
    anything is stored.
    """
    data = _as_pixels(data, most_bytes=ICON_BYTES)
    picture = _upright(_decode(data, field="icon", most_bytes=_DRAWN_BYTES, most_side=_MOST_SIDE))
    square = _cut(picture, crop or _middle(picture), field="icon")
    if square.width != square.height:
        raise _bad("icon", _("The icon must be square; this part is %(width)d × %(height)d pixels."), square)
    if square.width not in _ICON_SIDES:
        raise _bad("icon", _("The icon must be 256 to 1024 pixels wide; this is %(width)d."), square)
    if square.width > _ICON_STORED:
        square = square.resize((_ICON_STORED, _ICON_STORED), Image.Resampling.LANCZOS)
    return _store("icons", square, "PNG")


def store_screenshot(data: bytes, crop: Crop | None = None) -> str:
    """Stores a PNG or JPEG of at most 2 MiB, or the part that ``crop`` names; returns its storage key.

    What is kept has at least 640 × 360 pixels; it is made smaller to at most 1600 on a side.
    """
    decoded = _decode(data, field="image", most_bytes=SCREENSHOT_BYTES, most_side=_MOST_SIDE)
    format_name = "JPEG" if decoded.format == "JPEG" else "PNG"
    picture = _upright(decoded)
    if crop is not None:
        picture = _cut(picture, crop, field="image")
    if picture.width < _SCREENSHOT_LEAST[0] or picture.height < _SCREENSHOT_LEAST[1]:
        raise _bad("image", _("Use at least 640 × 360 pixels; this is %(width)d × %(height)d."), picture)
    picture.thumbnail(_SCREENSHOT_STORED, Image.Resampling.LANCZOS)
    return _store("screenshots", picture, format_name)


def find_fault(data: bytes, *, field: str) -> str:
    """Why an upload for ``field`` (``icon`` or ``image``) is no picture, or too large; empty when that is not seen yet.

    Only its header is read. Drawings and pixels are judged when it is stored.
    """
    most = ICON_BYTES if field == "icon" else SCREENSHOT_BYTES
    try:
        _check_size(data, field=field, most_bytes=most)
        if field != "icon" or not looks_like_drawing(data):
            _open(data, field=field, most_side=_MOST_SIDE)
    except BadImage as refusal:
        return refusal.fields[field][0]
    return ""


def digest_of(data: bytes) -> str:
    """The SHA-256 of an upload: the only thing kept of it, so that its owner can tell whether it is the same again."""
    return hashlib.sha256(data).hexdigest()


def _as_pixels(data: bytes, *, most_bytes: int) -> bytes:
    """An SVG as PNG; anything else as it is. The size is that of the upload."""
    _check_size(data, field="icon", most_bytes=most_bytes)
    if not looks_like_drawing(data):
        return data
    try:
        return draw(data)
    except BadDrawing as refusal:
        raise BadImage(fields={"icon": [str(refusal)]}) from refusal


def _upright(picture: Image.Image) -> Image.Image:
    """As people see it, whichever way the camera was held."""
    return ImageOps.exif_transpose(picture)


def _middle(picture: Image.Image) -> Crop:
    """The largest square in the middle. A picture that is too large keeps its whole side and is refused for that."""
    side = min(picture.size)
    return Crop((picture.width - side) // 2, (picture.height - side) // 2, side, side)


def _cut(picture: Image.Image, crop: Crop, *, field: str) -> Image.Image:
    right, bottom = crop.left + crop.width, crop.top + crop.height
    is_inside = 0 <= crop.left < right <= picture.width and 0 <= crop.top < bottom <= picture.height
    if not is_inside:
        outside = _("The part to keep lies outside of the picture, which has %(width)d × %(height)d pixels.")
        raise _bad(field, outside, picture)
    return picture.crop((crop.left, crop.top, right, bottom))


def _decode(data: bytes, *, field: str, most_bytes: int, most_side: int) -> Image.Image:
    """The decoded picture. Its size is read from the header and judged before any pixel is unpacked."""
    _check_size(data, field=field, most_bytes=most_bytes)
    picture = _open(data, field=field, most_side=most_side)
    try:
        picture.load()
    except (OSError, ValueError, SyntaxError, MemoryError) as error:
        raise _unreadable(field) from error
    return picture


def _open(data: bytes, *, field: str, most_side: int) -> Image.Image:
    """The picture before any pixel is unpacked."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(BytesIO(data), formats=("PNG", "JPEG"))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _unreadable(field) from error
    if max(picture.size) > most_side:
        most = _("Use at most %(most)d pixels on a side; this is %(width)d × %(height)d.")
        raise _bad(field, most, picture, most=most_side)
    return picture


def _unreadable(field: str) -> BadImage:
    words = _("This is not a PNG or JPEG picture, or it is damaged.")
    if field == "icon":
        words = _("This is not a PNG, JPEG or SVG picture, or it is damaged.")
    return BadImage(fields={field: [str(words)]})


def _check_size(data: bytes, *, field: str, most_bytes: int) -> None:
    if not data:
        raise BadImage(fields={field: [str(_("Choose a picture."))]})
    if len(data) > most_bytes:
        raise BadImage(fields={field: [str(_("Use at most %(most)d MiB.") % {"most": most_bytes // 1024 // 1024})]})


def _store(folder: str, picture: Image.Image, format_name: str) -> str:
    """Writes only pixels: a fresh picture carries no metadata. The name is the content's hash, so it never changes."""
    plain = picture.convert("RGB" if format_name == "JPEG" or not _is_seen_through(picture) else "RGBA")
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


def _is_seen_through(picture: Image.Image) -> bool:
    """Whether any of it is; where nothing is, a fourth channel only makes the file larger."""
    return picture.has_transparency_data and picture.convert("RGBA").getchannel("A").getextrema() != (255, 255)


def _bad(field: str, message: Promise, picture: Image.Image, **more: int) -> BadImage:
    return BadImage(fields={field: [str(message) % {"width": picture.width, "height": picture.height, **more}]})
